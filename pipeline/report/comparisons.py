"""Output of `whatif`, `rounds`, `verify` and `backtest`: comparisons of rankings and runs, ranks of past choices.

Not here: their computation (``what_if``, ``runs.rounds``, ``runs.verifying``, ``backtest``).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from rich import box
from rich.table import Table

from pipeline.backtest import Recall
from pipeline.report.terminal import console, number, text
from pipeline.runs.rounds import Comparison, Round
from pipeline.runs.verifying import Archived, Verdict
from pipeline.shortlist import changes
from pipeline.what_if import Ranking, moves, portfolio_moves

WORDS = {"enters": "เข้า · enters", "leaves": "หลุด · leaves", "stays": "", "none": ""}
MOST_DISTRICTS = 10
CAUTION = (
    "ข้อควรระวัง: พื้นที่ที่โครงการเคยเลือกไม่ใช่หลักฐานว่าจนที่สุด เช่น สมุทรสาครและอุทัยธานี เคยเป็นพื้นที่นำร่องของ TPMAP ทั้งที่มีคนจนน้อยที่สุดกลุ่มหนึ่ง",
    "Caution: past choices are context, not evidence of where poverty is. Samut Sakhon and Uthai Thani were pilots of"
    " TPMAP and had among the fewest poor.",
)


def print_what_if(before: Ranking, after: Ranking, changes: Mapping[str, Any], notes: Sequence[str]) -> None:
    """Print which provinces enter and leave the shortlist, and by how much values change.

    Args:
        before: the published ranking.
        after: the ranking under the changed policy.
        changes: the changed parameters, by dotted name.
        notes: remarks to print with them.
    """
    out = console()
    out.print("what-if: nothing is published", style="bold")
    for name, value in changes.items():
        out.print(f"- {name} = {value if not isinstance(value, float) else f'{value:g}'}", soft_wrap=True)
    for note in notes:
        out.print(f"- {note}", soft_wrap=True)
    moved = moves(before.provinces, after.provinces)
    table = Table(box=box.SIMPLE)
    for name, right in (("จังหวัด · province", False), ("", False), ("rank", True), ("value", True), ("by", True)):
        table.add_column(name, justify="right" if right else "left")
    for row in moved[moved["change"] != "none"].sort_values("rank_after", kind="stable").itertuples():
        table.add_row(
            f"{row.name_th} · {row.name_en}",
            WORDS[row.change],
            f"{row.rank_before} → {row.rank_after}",
            f"{row.value_before:.1f} → {row.value_after:.1f}",
            f"{row.value_after - row.value_before:+.1f}",
        )
    out.print(table)
    counts = moved["change"].value_counts()
    out.print(
        f"{counts.get('enters', 0)} enter, {counts.get('leaves', 0)} leave;"
        f" {int((moved['rank_before'] != moved['rank_after']).sum())} of {len(moved)} provinces change rank,"
        f" by {(moved['rank_before'] - moved['rank_after']).abs().mean():.1f} on average"
    )
    if before.portfolio is not None and after.portfolio is not None:
        leave, enter = (", ".join(names) or "none" for names in portfolio_moves(before.portfolio, after.portfolio))
        out.print(f"portfolio: entering: {enter}; leaving: {leave}", soft_wrap=True)


def print_past_choices(places: pd.DataFrame, recalls: Iterable[Recall], ignored_columns: Sequence[str] = ()) -> None:
    """Print the present rank of past choices, their recall and what chance gives.

    Args:
        places: as returned by ``backtest.with_present_ranks``.
        recalls: one per programme and level.
        ignored_columns: columns of the list that are not used.
    """
    out = console()
    if ignored_columns:
        out.print(f"columns of the list that are not used: {', '.join(ignored_columns)}", soft_wrap=True)
    table = Table(title="past choices in today's ranking", box=box.SIMPLE)
    for name in ("code", "place", "programme", "year"):
        table.add_column(name, overflow="fold")
    for name in ("rank", "score or value"):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in places.sort_values(["programme", "rank", "code"], na_position="last").itertuples():
        table.add_row(
            row.code,
            f"{row.name_th} · {row.name_en}",
            row.programme,
            str(row.year),
            text(row.rank),
            number(row.value, ".1f"),
            "" if row.status == "eligible" else row.status.replace("_", " "),
        )
    out.print(table)
    for r in recalls:
        out.print(
            f"{r.programme}, {r.places} {r.level}s: {r.found} among today's first {r.k} of {r.among}"
            f" (recall {r.recall:.0%}; by chance {r.expected:.0%}, p = {r.p:.3f})",
            soft_wrap=True,
        )
    for line in CAUTION:
        out.print(line, soft_wrap=True)


def print_rounds(found: Sequence[Round]) -> None:
    """Print every archived round.

    Args:
        found: the rounds in the order to print them, each with its files that have changed since.
    """
    out = console()
    if not found:
        out.print("no round is archived yet; `pilot-areas rounds archive` archives the published run")
        return
    table = Table("name", "round", "archived on", "run", "weights and rules (policy)", "", box=box.SIMPLE)
    for r in found:
        state = f"{len(r.faults):,} files changed" if r.faults else "unchanged"
        table.add_row(
            r.name,
            str(r.record["round"]),
            r.record["archived_on"],
            r.record["run_id"],
            r.record["policy_sha256"][:16],
            f"SAMPLE, {state}" if r.record["sample"] else state,
        )
    out.print(table)


def print_archived(archived_round: Round) -> None:
    """Print the folder of an archived round.

    Args:
        archived_round: the round that was archived.
    """
    files = len(archived_round.record["files_sha256"])
    console().print(
        f"round {archived_round.name}, run {archived_round.record['run_id']}: {files} files in {archived_round.folder}",
        soft_wrap=True,
    )


def print_verdict(archived: Archived, verdict: Verdict) -> None:
    """Print which files differ from those rebuilt, if any.

    Args:
        archived: the run as it was archived.
        verdict: the comparison of its files with the rebuilt ones.
    """
    out = console()
    identity = f"{archived.name}: run {archived.record['run_id']}"
    for name in verdict.differ:
        out.print(f"differs: {name}", style="bold")
    for library, (then, now) in archived.other_versions.items():
        out.print(f"published with {library} {then}, rebuilt with {now}")
    if archived.changed_rooms:
        out.print(
            f"the code of {', '.join(archived.changed_rooms)} has changed since this run:"
            f" {verdict.not_compared:,} pages, pictures and workbooks are not compared",
            soft_wrap=True,
        )
    if verdict.differ:
        out.print(
            f"{identity}: {len(verdict.differ):,} of {verdict.files:,} files differ from those rebuilt from its inputs"
        )
    else:
        out.print(f"{identity}: all {verdict.files:,} files are reproduced byte for byte")


def print_comparison(names: tuple[str, str], found: Comparison) -> None:
    """Print changes of ranks between two rounds, split into figures and policy.

    Args:
        names: the earlier round, and the later one or ``current``.
        found: the comparison of both.
    """
    out = console()
    out.print(f"{names[0]} → {names[1]}: change of rank (minus is up) = by figures + by policy", style="bold")
    out.print(
        f"parameters that differ: {', '.join(found.policy_changed) or 'none'}; "
        + (
            "the goalposts are the same: scores can be compared"
            if found.same_goalposts
            else "the goalposts differ: scores cannot be compared"
        ),
        soft_wrap=True,
    )
    if found.added:
        out.print(
            f"parameters that {names[0]} does not have, with the value of {names[1]}: {', '.join(found.added)}",
            soft_wrap=True,
        )
    if found.dropped:
        out.print(f"parameters of {names[0]} that are no longer used: {', '.join(found.dropped)}", soft_wrap=True)
    if not found.same_program:
        out.print(
            f"{names[1]} was computed by another version of the program; changes caused by it are counted under policy"
        )
    p = found.provinces
    p = p.assign(change=changes(p["shortlisted_earlier"], p["shortlisted_later"]))
    shown = p[p["change"] != "none"].sort_values(["rank_later", "province_code"])
    out.print(_moves_table("provinces on either shortlist", shown, "value"))
    d = found.districts[found.districts["move"].notna()]
    most = d.loc[d["move"].abs().sort_values(ascending=False, kind="stable").index].head(MOST_DISTRICTS)
    if len(most) and most["move"].abs().max() > 0:
        out.print(_moves_table("districts that moved most", most[most["move"] != 0], "score"))
    came, went = (
        int((found.districts[f"rank_{a}"].isna() & found.districts[f"rank_{b}"].notna()).sum())
        for a, b in (("earlier", "later"), ("later", "earlier"))
    )
    out.print(f"districts: {came:,} newly eligible, {went:,} no longer eligible")


def _moves_table(title: str, rows: pd.DataFrame, points: str) -> Table:
    table = Table(title=title, box=box.SIMPLE)
    table.add_column("")
    for name in ("rank", points, "move", "by figures", "by policy"):
        table.add_column(name, justify="right")
    table.add_column("shortlist")
    for r in rows.to_dict("records"):
        listed = WORDS[r["change"]] if "change" in r else ""
        parts = [f"{r[name]:+d}" if not pd.isna(r[name]) else "–" for name in ("move", "by_figures", "by_policy")]
        table.add_row(
            f"{r['name_th']} · {r['name_en']}",
            f"{text(r['rank_earlier'])} → {text(r['rank_later'])}",
            f"{number(r[f'{points}_earlier'], '.1f')} → {number(r[f'{points}_later'], '.1f')}",
            *parts,
            listed,
        )
    return table
