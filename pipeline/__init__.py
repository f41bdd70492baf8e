"""How it is done: plain Python that also runs in a notebook.

What exists (the Dagster assets) is told in ``assets/``. Only ``definitions.py`` and ``storage.py`` know
Dagster; nothing here but ``definitions.py`` imports ``assets``.
"""
