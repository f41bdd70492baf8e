"""Everything that depends on Dagster: how an asset is declared, stored and loaded, the publish step, the schedule.

Here: wiring. Not here: which assets exist (``assets``), how a value is computed (the other rooms).
"""
