"""Output of `fetch` and `inbox`: what became of each source and file; and of `check`: what is in quarantine.

Not here: bringing files in (``receiving``).
"""

import sys
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console

from pipeline.errors import InputError
from pipeline.project import Paths
from pipeline.receiving.outcome_records import BAD, DROPPED, FETCHED, Outcome, open_problems, quarantined
from pipeline.receiving.source_table import Source, read_sources
from pipeline.report.terminal import console


def print_sources(described: Sequence[tuple[Source, Outcome]]) -> None:
    """Print the table of sources, a block of lines for each.

    Args:
        described: each source with its last outcome.
    """
    out = console()
    if not described:
        out.print("data/raw/sources.toml has no sources")
    for source, outcome in described:
        out.print(f"{source.name}: {outcome.state}", soft_wrap=True, style="bold")
        out.print(f"  {source.kind} {source.address} → data/raw/{source.target}", soft_wrap=True)
        last = f"; last good on {outcome.checked}" if outcome.checked else ""
        out.print(f"  every {source.every}, at most {source.largest_mb:,} MB; {source.licence}{last}", soft_wrap=True)
        if outcome.state in BAD:
            out.print(f"  {outcome.line}", soft_wrap=True)


def print_outcomes(outcomes: Sequence[Outcome], nothing: str) -> int:
    """Print what became of each source or file: problems on standard error, the rest on standard output.

    Outcomes with one reason, such as no network, are one line.

    Args:
        outcomes: of one fetch, or of the files of the inbox.
        nothing: what to print if there are none.

    Returns:
        The exit code: 2 if one of them has a problem.
    """
    out, problems = console(), Console(stderr=True, highlight=False, markup=False)
    if not outcomes:
        out.print(nothing)
    for (state, line), same in groupby(outcomes, lambda outcome: (outcome.state, outcome.line)):
        where = problems if state in BAD else out
        where.print(f"{', '.join(outcome.name for outcome in same)}: {state}: {line}", soft_wrap=True)
    sys.stdout.flush()
    return 2 if any(outcome.state in BAD for outcome in outcomes) else 0


def print_problems(paths: Paths) -> None:
    """Print what is wrong with the table of sources, with files that were to be received, and what is in quarantine.

    Args:
        paths: the folders of the project.
    """
    out = console()
    try:
        read_sources(paths.raw)
    except InputError as error:
        for problem in error.problems:
            out.print(f"WARNING: {problem}", soft_wrap=True)
    for kind in (FETCHED, DROPPED):
        for name, line in open_problems(paths, kind).items():
            out.print(f"WARNING: {kind} {name}: {line}", soft_wrap=True)
    if quarantined(paths):
        out.print("  the last good files are used; refused ones are in data/quarantine", soft_wrap=True)
