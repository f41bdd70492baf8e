"""All that knows Dagster: how an asset is declared, stored and loaded, the publish step, the nightly schedule.

Here: wiring. Not here: which assets exist (``assets``), how a value is computed (the other rooms).
"""
