"""Everything that depends on Dagster: declarations of assets, storing and loading them, the publish step, the schedule.

Here: Dagster's part of the program. Not here: which assets exist (``assets``), how a value is computed (other rooms).
"""
