"""The folder of a run: built, switched to, verified, archived as a round.

Here: files and folders of runs. Not here: what a page or a table contains (``pages``, ``contracts``), Dagster
(``orchestration``).
"""
