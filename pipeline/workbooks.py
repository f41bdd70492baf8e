"""The shortlist as files for a spreadsheet: CSV (UTF-8 with byte order mark, CRLF) and XLSX.

Here: sheets, widths, definitions, and text that stays text. Not here: which province is on the shortlist
(``shortlist``), the workbooks of provinces (``downloads``). Text that a spreadsheet would take for a formula is
written as text; in the CSV it is preceded by an apostrophe.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from pipeline.contracts import CONTRACTS, SEPARATOR, Column, Kind
from pipeline.figures import Figures
from pipeline.layers import LAYERS
from pipeline.policy import Policy

# Columns that begin with one of these are wide.
WIDE = ("reason", "pilot_d", "certainty", "outlook", "data_systems_all", "portfolio_t", "portfolio_e")
# Also in full width, which some spreadsheets in East Asia treat the same.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Where invented rows were used, each row of each file has this column.
SAMPLE = "ข้อมูลตัวอย่าง / SAMPLE"
# What the first sheet has of each province besides its rank: how certain it is, and whether it is in the portfolio.
CERTAINTY = ["median_rank", "rank_low", "rank_high", "top_k_share", "firmness", "certainty_th", "certainty_en"]
PORTFOLIO = ["in_portfolio", "near_best_share", "portfolio_th", "portfolio_en"]
BY_RANK = ["rank", "province_code"]
WORKBOOK_TABLES = (
    "policy",
    "inputs",
    "provincial_shortlist",
    "shortlist_without_suspects",
    "shortlist_without_agencies",
    "pilot_portfolio",
    "province_uncertainty",
    "district_uncertainty",
    "district_scores",
    "sensitivity",
)
# The tables whose columns the first sheet explains; of a column that several have, the first.
DEFINED = (
    "provincial_shortlist",
    "pilot_portfolio",
    "shortlist_without_agencies",
    "district_scores",
    "province_uncertainty",
    "district_uncertainty",
    "district_explanations",
    "district_criteria",
    "sensitivity",
)
DISTRICT_COLUMNS = [c.name for c in CONTRACTS["district_scores"] if c.kind is not Kind.GEOMETRY]


def workbook_files(figures: Figures) -> dict[str, bytes]:
    """``provincial_shortlist.csv`` and ``provincial_shortlist.xlsx``; the same figures give the same bytes."""
    sheets = country_sheets(figures)
    return {
        "provincial_shortlist.csv": csv(sheets["provincial_shortlist"]),
        "provincial_shortlist.xlsx": xlsx(sheets, first_sheet(figures, definitions()), figures.policy),
    }


def country_sheets(figures: Figures) -> dict[str, pd.DataFrame]:
    """The sheets of the country's workbook, without those that have no rows."""
    shortlist = figures["provincial_shortlist"]
    for name, columns in (("province_uncertainty", CERTAINTY), ("pilot_portfolio", PORTFOLIO)):
        shortlist = shortlist.merge(figures[name][["province_code", *columns]], on="province_code")
    sheets = {
        "provincial_shortlist": shortlist.sort_values(BY_RANK, ignore_index=True),
        "pilot_portfolio": figures["pilot_portfolio"].sort_values(BY_RANK, ignore_index=True),
        "without_suspects": figures["shortlist_without_suspects"].sort_values(BY_RANK, ignore_index=True),
        "without_agencies": figures["shortlist_without_agencies"],
        "district_scores": pd.DataFrame(figures["district_scores"])[DISTRICT_COLUMNS],
        "province_uncertainty": figures["province_uncertainty"],
        "district_uncertainty": figures["district_uncertainty"],
        "sensitivity": figures["sensitivity"].sort_values("total_order", ascending=False, ignore_index=True),
    }
    return {name: marked_sample(table, figures) for name, table in sheets.items() if len(table)}


def marked_sample(table: pd.DataFrame, figures: Figures) -> pd.DataFrame:
    """The table with the column ``SAMPLE`` where the run used invented rows."""
    return table.assign(**{SAMPLE: "SAMPLE"}) if figures.sample else table


def definitions() -> Iterator[tuple[str, Column]]:
    """Every column that the workbook of the country explains, with its table."""
    for name in DEFINED:
        yield from ((name, column) for column in CONTRACTS[name] if column.kind is not Kind.GEOMETRY)


def definition(sheet: str, column: str) -> Column:
    """A column as the contract of its sheet defines it, else as the first of ``DEFINED`` or of the layers does."""
    names = [*([sheet] if sheet in CONTRACTS else []), *DEFINED, *(layer.name for layer in LAYERS)]
    return next(c for name in names for c in CONTRACTS[name] if c.name == column)


def joined(value: Any) -> Any:
    """The value; a list as its items joined, or nothing where it has none.

    >>> joined(("9501", "9502")), joined(()), joined(1.5)
    ('9501, 9502', None, 1.5)
    """
    return SEPARATOR.join(value) or None if isinstance(value, tuple) else value


def inert(value: Any) -> Any:
    """The value; text that a spreadsheet would run as a formula is preceded by an apostrophe.

    >>> inert("=1+1"), inert("Yala"), inert(-1.5)
    ("'=1+1", 'Yala', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv(table: pd.DataFrame) -> bytes:
    """The table as CSV that Excel opens in Thai."""
    text = table.map(lambda value: inert(joined(value))).to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def first_sheet(figures: Figures, defined: Iterable[tuple[str, Column]]) -> list[tuple[str, ...]]:
    """The rows of the sheet *about*: what the file is, by which policy, from which sources, what its columns mean.

    Args:
        figures: the tables of the run.
        defined: the columns to explain, each with the name of its table.
    """
    policy, inputs, whose = figures.policy, figures["inputs"], figures.words["weights"]
    rows: list[tuple[str, ...]] = [
        (policy.title_th, policy.title_en),
        ("รอบ / round", policy.round),
        ("ณ วันที่ / as of", policy.as_of.isoformat()),
        (
            "น้ำหนัก / weights",
            ", ".join(f"{name} {value:g}" for name, value in policy.weights),
            f"{whose.th} / {whose.en}",
        ),
        ("รหัสนโยบาย / policy sha256", policy.sha256),
        ("รหัสการคำนวณ / run id", figures.run_id),
    ]
    if figures.sample:
        rows.append(("ข้อมูลตัวอย่าง / SAMPLE", "มีข้อมูลสมมติ ไม่ใช่ข้อมูลจริง / contains invented rows, not real data"))
    rows += [(), ("ตาราง / table", "แฟ้ม / file", "ชื่อ / title", "ที่มา / source", "เงื่อนไข / licence", "sha256")]
    for row in inputs.itertuples(index=False):
        rows.append((row.table, row.file, f"{row.title_th} / {row.title_en}", row.source, row.licence, row.sha256))
    rows += [(), ("ตาราง / table", "คอลัมน์ / column", "ความหมาย / meaning", "หน่วย / unit")]
    rows += [(name, c.name, c.meaning, c.unit) for name, c in defined]
    return rows


def xlsx(sheets: Mapping[str, pd.DataFrame], about: Sequence[tuple[str, ...]], policy: Policy) -> bytes:
    """A workbook whose first sheet explains the others; codes are text, nothing is a formula.

    Args:
        sheets: tables by the name of their sheet.
        about: the rows of the first sheet.
        policy: its title and date are the workbook's, so that the bytes stay the same.
    """
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    moment = datetime.combine(policy.as_of, datetime.min.time())
    book.set_properties({"title": policy.title_en, "created": moment})
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    first = book.add_worksheet("about")
    first.set_column(0, 5, 28)
    for i, cells in enumerate(about):
        first.write_row(i, 0, cells)
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        for j, column in enumerate(table.columns):
            sheet.set_column(j, j, 40 if column.startswith(WIDE) else 14)
            sheet.write_string(0, j, column, heading)
            _write_column(sheet, j, table[column], Kind.TEXT if column == SAMPLE else definition(name, column).kind)
    book.close()
    return target.getvalue()


def _write_column(sheet: Any, j: int, values: pd.Series, kind: Kind) -> None:
    """The cells of one column below its heading; missing values are empty cells."""
    for i, value in enumerate(values.astype(object).where(values.notna(), None), start=1):
        cell = joined(value)
        if cell is None:
            continue
        if kind in (Kind.CODE, Kind.TEXT, Kind.LIST):
            sheet.write_string(i, j, str(cell))
        else:
            sheet.write(i, j, bool(cell) if kind is Kind.FLAG else float(cell))
