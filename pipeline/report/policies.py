"""Output of `policy`: the parameters, ballots and weights of a round.

Not here: which values are valid (``policy``).
"""

import json
from pathlib import Path

from rich import box
from rich.table import Table

from pipeline.criterion import NAMES
from pipeline.errors import shown_path
from pipeline.policy import Policy
from pipeline.report.terminal import console
from pipeline.sentences import weights_from


def print_policy(policy: Policy, path: Path) -> None:
    """Print weights, ballots and every other parameter.

    Args:
        policy: a valid policy.
        path: its file.
    """
    out = console()
    out.print(f"{policy.title_th} · {policy.title_en}  {shown_path(path)}", style="bold", soft_wrap=True)
    decided = policy.decision
    out.print(
        f"decided by {decided.decided_by} on {decided.decided_on}"
        if decided.decided_by
        else "not yet decided: defaults"
    )
    table = Table(title=f"weights: {weights_from(policy).en}", box=box.SIMPLE)
    for name in ("agency", *NAMES, "cast by", "on", "note"):
        table.add_column(name, justify="right" if name in NAMES else "left")
    for b in policy.ballots:
        points = [f"{getattr(b.points, name):g}" for name in NAMES]
        table.add_row(b.agency, *points, b.cast_by, b.cast_on.isoformat(), b.note)
    for agency in policy.agencies:
        if agency not in policy.voters:
            table.add_row(agency, *[""] * len(NAMES), "no ballot", "", "")
    table.add_section()
    table.add_row("weights", *(f"{100 * w:g}" for w in policy.nominal_weights), "", "", "")
    out.print(table)
    parameters = Table("parameter", "value", box=box.SIMPLE)
    for name, value in policy.rows():
        if not name.startswith(("weights.", "ballots", "decision.", "title_")):
            parameters.add_row(name, json.dumps(value, ensure_ascii=False))
    out.print(parameters)


def print_valid(policy: Policy, path: Path) -> None:
    """Print that a policy is valid.

    Args:
        policy: a valid policy.
        path: its file.
    """
    console().print(f"{shown_path(path)}: valid; weights: {weights_from(policy).en}", soft_wrap=True)


def print_new_policy(path: Path) -> None:
    """Print the next steps with a new policy file.

    Args:
        path: the file that was written.
    """
    console().print(
        f"{shown_path(path)} written: fill in titles, dates and ballots, then"
        f" `pilot-areas policy check {shown_path(path)}` and `pilot-areas run --policy {shown_path(path)}`",
        soft_wrap=True,
    )
