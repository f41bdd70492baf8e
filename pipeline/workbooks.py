"""The shortlist as files for a spreadsheet: CSV (UTF-8 with byte order mark, CRLF) and XLSX.

Here: sheets, widths, definitions, and text that stays text. Not here: which province is on the shortlist
(``shortlist``), the workbooks of provinces (``downloads``). Text that a spreadsheet would run as a formula is
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
# Each row of each file has this column if invented rows were used.
SAMPLE = "ข้อมูลตัวอย่าง / SAMPLE"
# Columns of the shortlist sheet on certainty and portfolio, besides the rank.
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
# The tables whose columns the first sheet explains. A column in several tables is explained as in the first of them.
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
    """Make ``provincial_shortlist.csv`` and ``provincial_shortlist.xlsx``; the same figures give the same bytes.

    Args:
        figures: the tables of the run.

    Returns:
        The content of each file, by its name.
    """
    sheets = _country_sheets(figures)
    return {
        "provincial_shortlist.csv": csv(sheets["provincial_shortlist"]),
        "provincial_shortlist.xlsx": xlsx(sheets, first_sheet(figures, _definitions()), figures.policy),
    }


def _country_sheets(figures: Figures) -> dict[str, pd.DataFrame]:
    """List the sheets of the country's workbook, without those that have no rows."""
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
    """Mark every row as sample where the run used invented rows.

    Args:
        table: the rows of a sheet.
        figures: the tables of the run.

    Returns:
        The table, with the column ``SAMPLE`` if an input is invented.
    """
    return table.assign(**{SAMPLE: "SAMPLE"}) if figures.sample else table


def _definitions() -> Iterator[tuple[str, Column]]:
    """List every column that the workbook of the country explains, with its table."""
    for name in DEFINED:
        yield from ((name, column) for column in CONTRACTS[name] if column.kind is not Kind.GEOMETRY)


def definition(sheet: str, column: str) -> Column:
    """Find the definition of a column.

    Args:
        sheet: the name of its sheet; a sheet with a contract of that name comes first.
        column: the name of the column, in that contract, in a table of ``DEFINED`` or in a layer.

    Returns:
        The column of the first of these contracts that has it.
    """
    names = [*([sheet] if sheet in CONTRACTS else []), *DEFINED, *(layer.name for layer in LAYERS)]
    return next(c for name in names for c in CONTRACTS[name] if c.name == column)


def _joined(value: Any) -> Any:
    """Write a list as its items joined, or as nothing where it has none; other values are unchanged.

    >>> _joined(("9501", "9502")), _joined(()), _joined(1.5)
    ('9501, 9502', None, 1.5)
    """
    return SEPARATOR.join(value) or None if isinstance(value, tuple) else value


def _inert(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run as a formula; other values are unchanged.

    >>> _inert("=1+1"), _inert("Yala"), _inert(-1.5)
    ("'=1+1", 'Yala', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv(table: pd.DataFrame) -> bytes:
    """Write a table as CSV that Excel opens in Thai: UTF-8 with byte order mark, lines ended by CRLF.

    Args:
        table: lists are joined; text that a spreadsheet would run as a formula gets an apostrophe.

    Returns:
        The content of the file.
    """
    text = table.map(lambda value: _inert(_joined(value))).to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def first_sheet(figures: Figures, defined: Iterable[tuple[str, Column]]) -> list[tuple[str, ...]]:
    """Write the rows of the sheet *about*: title, policy, sources, and the meaning of each column.

    Args:
        figures: the tables of the run.
        defined: the columns to explain, each with the name of its table.

    Returns:
        Rows of text cells.
    """
    policy, inputs, origin = figures.policy, figures["inputs"], figures.words["weights"]
    rows: list[tuple[str, ...]] = [
        (policy.title_th, policy.title_en),
        ("รอบ / round", policy.round),
        ("ณ วันที่ / as of", policy.as_of.isoformat()),
        (
            "น้ำหนัก / weights",
            ", ".join(f"{name} {value:g}" for name, value in policy.weights),
            f"{origin.th} / {origin.en}",
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
    """Write a workbook whose first sheet explains the others; codes are text, nothing is a formula.

    Args:
        sheets: tables by the name of their sheet.
        about: the rows of the first sheet.
        policy: its title and date are the workbook's, so that the bytes stay the same.

    Returns:
        The content of the file.
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
        cell = _joined(value)
        if cell is None:
            continue
        if kind in (Kind.CODE, Kind.TEXT, Kind.LIST):
            sheet.write_string(i, j, str(cell))
        else:
            sheet.write(i, j, bool(cell) if kind is Kind.FLAG else float(cell))
