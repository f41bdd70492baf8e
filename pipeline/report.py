"""What a terminal shows: progress, the shortlist, the inputs, one place explained.

Here: tables and lines, by rich. Not here: pages (``pages``), the figures themselves.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipeline import workspace
from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, Stopped, shown_path
from pipeline.policy import from_table
from pipeline.sentences import weights_from
from pipeline.workspace import Paths

STATUS = {
    "eligible": "เข้าเกณฑ์ · eligible",
    "below_gate": "ไม่ถึงเกณฑ์ความเข้มข้น · below the gate",
    "data_needed": "ต้องการข้อมูล · data needed",
    "excluded": "ไม่นำมาพิจารณา · excluded",
}


def console() -> Console:
    return Console(highlight=False, soft_wrap=False)


@dataclass(frozen=True)
class Shown:
    """What a terminal hears of: each table stored, and lines said in between."""

    stored: Callable[[str, int], None]
    say: Callable[[str], None]


@contextmanager
def progress(doing: str, tables: int = len(CONTRACTS)) -> Iterator[Shown]:
    """A bar on a terminal with what is said above it, else one line per table and word."""
    out = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def line(text: str) -> None:
        out.print(f"{time.monotonic() - began:6.1f} s  {text}", markup=False, soft_wrap=True)

    if not out.is_terminal:
        yield Shown(lambda name, rows: line(f"{name}: {rows:,} rows"), line)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )  # fmt: skip
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(doing, total=tables, now="starting")
        yield Shown(lambda name, rows: bar.update(task, advance=1, now=f"{name}: {rows:,} rows"), line)


def published(paths: Paths, name: str) -> pd.DataFrame:
    """A published table; ``InputError`` where nothing is published yet."""
    path = paths.processed / f"{name}.parquet"
    if not path.is_file():
        raise InputError(
            Problem(shown_path(path), "no such file", "a published run", "run `pilot-areas run` (or `make run`) first")
        )
    return pd.DataFrame(workspace.read(path, name))


def shortlist(paths: Paths) -> None:
    """The shortlist with its pilot districts, how it stands without suspect figures, and where the page is."""
    out = console()
    provinces = published(paths, "provincial_shortlist")
    without = published(paths, "shortlist_without_suspects").set_index("province_code")
    districts = published(paths, "district_scores").set_index("district_code")
    policy = from_table(published(paths, "policy"))
    weights = ", ".join(f"{name} {value:g}" for name, value in policy.weights) + f" ({weights_from(policy).en})"
    table = Table(title=f"{policy.title_th} · {policy.title_en}", caption=f"weights: {weights}")
    for name, align in (("", "right"), ("จังหวัด · province", "left"), ("value", "right")):
        table.add_column(name, justify=align)  # type: ignore[arg-type]
    table.add_column("อำเภอนำร่อง · pilot districts (score; * suspect figure)", ratio=1)
    table.add_column("without suspects", justify="right")
    for row in provinces[provinces["shortlisted"]].sort_values(["rank", "province_code"]).itertuples():
        names = []
        for code in row.pilot_districts.split(", "):
            district = districts.loc[code]
            names.append(f"{district['name_th']} {district['score']:.1f}{'*' if district['suspect'] else ''}")
        other = without.loc[row.province_code]
        table.add_row(
            str(row.rank), f"{row.name_th} · {row.name_en}", f"{row.value:.1f}", ", ".join(names),
            f"{other['rank']}" + ("" if other["shortlisted"] else " (off)"),
        )  # fmt: skip
    out.print(table)
    _sample_said(out, paths)
    counts = districts["status"].value_counts()
    out.print(", ".join(f"{counts.get(s, 0)} {words.split(' · ')[1]}" for s, words in STATUS.items()))
    out.print(f"open: {shown_path_link(paths)}", soft_wrap=True)


def _sample_said(out: Console, paths: Paths) -> None:
    if published(paths, "inputs")["sample"].any():
        out.print("[bold]ข้อมูลตัวอย่าง · SAMPLE[/bold]: rests on invented rows, not for decisions")


def shown_path_link(paths: Paths) -> str:
    return str(paths.maps / "index.html")


def inputs(looked_at: Paths, failures: Mapping[str, Stopped]) -> None:
    """Every input with its rows, mends and age, then every problem; removes what was written aside."""
    out = console()
    table = Table(title="data/raw", box=box.SIMPLE)
    for name in ("table", "file"):
        table.add_column(name, overflow="fold")
    for name in ("rows in", "kept", "mended", "figures of", "age"):
        table.add_column(name, justify="right")
    table.add_column("as recorded")
    as_of = None
    if looked_at.table("policy").is_file():
        as_of = from_table(workspace.read(looked_at.table("policy"), "policy")).as_of.year
    for name in CONTRACTS:
        path = looked_at.table(name)
        if not path.is_file():
            continue
        note = workspace.read_note(path)
        stored = workspace.read(path, name)
        year = newest_year(stored)
        old = "" if year is None or as_of is None else f"{as_of - year} y"
        for origin in note.origins:
            table.add_row(
                name, origin.file + (" (SAMPLE)" if origin.sample else ""), str(note.rows_in), str(len(stored)),
                str(len(note.mended)), str(year or ""), old,
                "yes" if origin.as_recorded else "no: sha256 differs",
            )  # fmt: skip
    out.print(table)
    out.print("age: of the figures, to the policy's as_of date")
    if looked_at.table("household_files").is_file():
        households(out, workspace.read(looked_at.table("household_files"), "household_files"))
    for name, stopped in failures.items():
        for line in stopped.problems:
            out.print(f"[bold]{name}[/bold]: ", end="")
            out.print(line, markup=False, soft_wrap=True)
    missing = [n for n in RAW_TABLES if n not in failures and not looked_at.table(n).is_file()]
    if missing:
        out.print(f"not looked at, since they rest on the above: {', '.join(missing)}", soft_wrap=True)
    if not failures:
        out.print("all inputs can be used")
    shutil.rmtree(looked_at.processed.parent, ignore_errors=True)


def households(out: Console, files: pd.DataFrame) -> None:
    """What became of the rows of each household file."""
    if files.empty:
        return
    table = Table(title="household rows: in = kept + superseded + refused", box=box.SIMPLE)
    table.add_column("file", overflow="fold")
    table.add_column("encoding")
    for name in ("in", "kept", "superseded", "refused", "cells mended", "check digit wrong"):
        table.add_column(name, justify="right")
    for row in files.itertuples():
        table.add_row(
            row.file + (" (SAMPLE)" if row.sample else ""), "" if pd.isna(row.encoding) else row.encoding,
            f"{row.rows_in:,}", f"{row.rows_kept:,}", f"{row.rows_superseded:,}", f"{row.rows_refused:,}",
            f"{row.cells_mended:,}", f"{row.check_digits_wrong:,}",
        )  # fmt: skip
    out.print(table)
    for row in files[files["problem"].notna()].itertuples():
        out.print(f"not used: {row.problem}", markup=False, soft_wrap=True)


def sample(written: Sequence[Path]) -> None:
    """Which files were invented, and how to go on."""
    out = console()
    for path in written:
        out.print(f"SAMPLE {shown_path(path)}  {path.stat().st_size / 1e6:,.1f} MB", soft_wrap=True)
    out.print("now `pilot-areas check` or `pilot-areas run`; everything that rests on them is marked as sample")


RAW_TABLES = tuple(list(CONTRACTS)[: list(CONTRACTS).index("mended") + 1])


def newest_year(table: pd.DataFrame) -> int | None:
    """The newest year that a table's figures are of; None for a table without years.

    >>> newest_year(pd.DataFrame({"year": [2017, 2021]}))
    2021
    """
    years = [table[c].dropna().max() for c in ("year", "surveyed_year") if c in table and table[c].notna().any()]
    return int(max(years)) if years else None


def explained(paths: Paths, code: str) -> None:
    """One district or province: parts, rank, sentences."""
    districts = published(paths, "district_scores").set_index("district_code", drop=False)
    provinces = published(paths, "provincial_shortlist").set_index("province_code", drop=False)
    if code in districts.index:
        _district(paths, districts.loc[code])
    elif code in provinces.index:
        _province(paths, provinces.loc[code], districts)
    else:
        raise InputError(
            Problem(
                "explain", f"'{code}'", "a DOPA code of a district (four digits) or province (two digits)",
                "look the code up in data/processed/provincial_shortlist.csv or district_scores.parquet",
            )
        )  # fmt: skip


def _number(value: object, form: str = ".2f") -> str:
    return "–" if pd.isna(value) else format(value, form)


def _text(value: object) -> str:
    return "–" if pd.isna(value) else str(value)


def _district(paths: Paths, row: pd.Series) -> None:
    out = console()
    criteria = published(paths, "district_criteria").set_index("district_code").loc[row["district_code"]]
    why = published(paths, "district_explanations").set_index("district_code").loc[row["district_code"]]
    out.print(
        f"[bold]{row['name_th']} · {row['name_en']}[/bold]  {row['district_code']}, "
        f"{criteria['province_name_th']} · {criteria['province_name_en']}"
    )
    _sample_said(out, paths)
    rank = "–" if pd.isna(row["rank"]) else f"{row['rank']}"
    out.print(f"{STATUS[row['status']]}   rank {rank}   score {_number(row['score'], '.1f')}")
    table = Table("criterion", "0–1", "parts", show_lines=True)
    table.add_row(
        "ความยากจน · poverty",
        _number(row["poverty"]),
        f"rate {_number(criteria['poverty_rate_part'])}, count {_number(criteria['poverty_count_part'])},"
        f" cluster {_number(criteria['poverty_cluster_part'])}\n"
        f"{'' if criteria['figures_from'] != 'published rates' and criteria['labelled_share'] >= 1 else 'at least '}"
        f"{_number(row['poverty_rate_smoothed_pct'], '.1f')} % of {_text(criteria['poverty_unit'])} smoothed"
        f" ({_number(row['poverty_rate_pct'], '.1f')} to {_number(criteria['poverty_rate_max_pct'], '.1f')} %"
        f" by {_text(criteria['figures_from'])}),"
        f" {_number(row['poor_persons_min'], ',')} persons, Gi* {_number(criteria['gi_star_z'])};"
        f" chance above the gate {_number(criteria['chance_above_gate'], '.0%')}",
    )
    table.add_row(
        "มหาวิทยาลัย · university",
        _number(row["university"]),
        f"reach {_number(criteria['university_reach'])},"
        f" mandate of the province {_number(criteria['university_mandate'])}\n"
        f"nearest: {row['university_nearest']},"
        f" {_number(row['university_nearest_minutes'], '.0f')} minutes (estimated)",
    )
    table.add_row(
        "ระบบข้อมูล · data system",
        _number(row["data_system"]),
        f"{criteria['data_system_name']}: level {_number(criteria['data_system_level'])}, acceptance"
        f" {_number(criteria['data_system_acceptance'])}, quality {_number(criteria['data_system_quality'])},"
        f" timeliness {_number(criteria['data_system_timeliness'])}"
        if pd.notna(criteria["data_system_name"])
        else "–",
    )
    out.print(table)
    for said in (
        row["reason_th"],
        row["reason_en"],
        why["comparison_th"],
        why["comparison_en"],
        why["outlook_th"],
        why["outlook_en"],
    ):
        out.print(f"- {said}", markup=False)


def _province(paths: Paths, row: pd.Series, districts: pd.DataFrame) -> None:
    out = console()
    _sample_said(out, paths)
    listed = "on the shortlist" if row["shortlisted"] else "not on the shortlist"
    out.print(f"[bold]{row['name_th']} · {row['name_en']}[/bold]  {row['province_code']}, {row['region']}")
    out.print(f"rank {row['rank']} of 77   value {row['value']:.1f}   {listed}")
    without = published(paths, "shortlist_without_suspects").set_index("province_code").loc[row["province_code"]]
    out.print(f"without suspect figures: rank {without['rank']}, value {without['value']:.1f}")
    own = districts[districts["province_code"] == row["province_code"]].reset_index(drop=True)
    table = Table("code", "district", "status", "rank", "score", "pov.", "univ.", "data")
    pilots = (row["pilot_districts"] or "").split(", ") if pd.notna(row["pilot_districts"]) else []
    for d in own.sort_values(["score", "district_code"], ascending=[False, True]).itertuples():
        table.add_row(
            d.district_code, f"{d.name_th} · {d.name_en}", d.status, "–" if pd.isna(d.rank) else str(d.rank),
            _number(d.score, ".1f"), _number(d.poverty), _number(d.university), _number(d.data_system),
        )  # fmt: skip
    out.print(table)
    for code in pilots:
        out.print(f"- {districts.loc[code, 'name_th']}: {districts.loc[code, 'reason_th']}", markup=False)
        out.print(f"  {districts.loc[code, 'name_en']}: {districts.loc[code, 'reason_en']}", markup=False)
