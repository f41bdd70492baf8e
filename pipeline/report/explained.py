"""Output of `explain`: one district or province, its criteria with their parts, and the answers.

Not here: the answers (``explain``).
"""

from typing import Any

import pandas as pd
from rich.table import Table

from pipeline import explain
from pipeline.categories import STATUSES
from pipeline.contracts import CONTRACTS, Column, Kind
from pipeline.criterion import CRITERIA
from pipeline.report.terminal import console, number, print_if_sample, text
from pipeline.stored_tables import Tables

# Decimals by unit; shares and indices have two.
DECIMALS = {"percent": 1, "percentage points": 1, "minutes by road": 0}


def print_explanation(tables: Tables, named: str) -> None:
    """Print the explanation of one district or province.

    Args:
        tables: the published tables.
        named: its DOPA code or its name.

    Raises:
        InputError: there is no such place, or more than one.
    """
    place = explain.explain_place(tables, named)
    code = place.code
    out = console()
    out.print(f"{place.name}  {place.place}", style="bold")
    print_if_sample(out, tables)
    out.print(place.status_and_rank)
    out.print(_criteria(tables, code) if len(code) == 4 else _districts(tables, code))
    for question, lines in place.answers:
        out.print(question, style="bold")
        for line in lines:
            out.print(f"- {line}")


def _criteria(tables: Tables, code: str) -> Table:
    """List the criteria of a district, each with every part in its table."""
    row = tables("district_criteria").set_index("district_code").loc[code]
    table = Table("criterion", "0–1", "parts", show_lines=True)
    for criterion in CRITERIA:
        columns = CONTRACTS[criterion.table].columns[1:]
        lines = [_part(column, row[column.name], criterion.name) for column in columns if column.name != criterion.name]
        known = pd.notna(row[criterion.name])
        table.add_row(
            criterion.short.both,
            number(row[criterion.name], f".{criterion.digits}f"),
            "\n".join(lines) if known else f"missing: {criterion.missing.en}",
        )
    return table


def _part(column: Column, value: Any, criterion: str) -> str:
    """Write one part of a criterion with its name, value and unit.

    >>> _part(Column("poverty_rate_pct", Kind.NUMBER, "poor", "percent"), 12.34, "poverty")
    'rate pct: 12.3 percent'
    >>> _part(Column("data_systems_all", Kind.LIST, "every system"), ("PPPConnext", "TPMAP"), "data_system")
    'data systems all: PPPConnext, TPMAP'
    """
    name = column.name.removeprefix(f"{criterion}_").replace("_", " ")
    if column.kind is Kind.LIST:
        shown = ", ".join(value) or "–"
    elif pd.isna(value):
        shown = "–"
    elif column.kind is Kind.NUMBER:
        shown = number(value, f",.{DECIMALS.get(column.unit, 2)}f")
    elif column.kind is Kind.COUNT:
        shown = number(value, "d" if column.unit == "year" else ",")
    elif column.kind is Kind.FLAG:
        shown = "yes" if value else "no"
    else:
        shown = text(value)
    unit = "" if column.unit in ("", "year", "share") or shown == "–" else f" {column.unit}"
    return f"{name}: {shown}{unit}"


def _districts(tables: Tables, code: str) -> Table:
    """List the districts of a province, best first."""
    districts = tables("district_scores")
    own = districts[districts["province_code"] == code]
    table = Table("code", "district", "status", "rank", "score", *(criterion.short.en for criterion in CRITERIA))
    for district in own.sort_values(["score", "district_code"], ascending=[False, True]).to_dict("records"):
        table.add_row(
            district["district_code"],
            f"{district['name_th']} · {district['name_en']}",
            STATUSES[district["status"]].en,
            text(district["rank"]),
            number(district["score"], ".1f"),
            *(number(district[criterion.name], f".{criterion.digits}f") for criterion in CRITERIA),
        )
    return table
