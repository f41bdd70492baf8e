"""How it is done: plain Python that also runs in a notebook.

What exists (the Dagster assets) is in ``assets/``. Only ``orchestration/`` knows Dagster and imports ``assets``.
"""
