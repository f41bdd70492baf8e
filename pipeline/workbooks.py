"""The shortlist as files for a spreadsheet: CSV (UTF-8 with byte order mark, CRLF) and XLSX.

Here: sheets, widths, definitions, and keeping text text. Not here: which province is on the list. Text that a
spreadsheet would take for a formula is written as text; in the CSV it is preceded by an apostrophe.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from pipeline.contracts import CONTRACTS, Column, Kind
from pipeline.policy import Policy
from pipeline.sentences import weights_from

WIDE = ("reason", "pilot_d", "certainty", "outlook", "data_systems_all", "portfolio_t", "portfolio_e")
# Also in full width, which some spreadsheets of East Asia take for the same.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Where invented rows were used, each row of each file says so in a column of its own.
SAMPLE = "ข้อมูลตัวอย่าง / SAMPLE"
# What the first table says of each province beside its rank: how sure it is, and whether it is in the portfolio.
SURE = ["median_rank", "rank_low", "rank_high", "top_k_share", "firmness", "certainty_th", "certainty_en"]
TOGETHER = ["in_portfolio", "near_best_share", "portfolio_th", "portfolio_en"]
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


def workbook_files(
    provincial_shortlist: pd.DataFrame,
    shortlist_without_suspects: pd.DataFrame,
    shortlist_without_agencies: pd.DataFrame,
    pilot_portfolio: pd.DataFrame,
    province_uncertainty: pd.DataFrame,
    district_uncertainty: pd.DataFrame,
    sensitivity: pd.DataFrame,
    district_scores: pd.DataFrame,
    inputs: pd.DataFrame,
    policy: Policy,
    run_id: str,
) -> dict[str, bytes]:
    """``provincial_shortlist.csv`` and ``provincial_shortlist.xlsx``; same tables, same bytes."""
    both = provincial_shortlist.merge(province_uncertainty[["province_code", *SURE]], on="province_code")
    both = both.merge(pilot_portfolio[["province_code", *TOGETHER]], on="province_code")
    ranked = both.sort_values(["rank", "province_code"], ignore_index=True)
    sheets = {
        "provincial_shortlist": ranked,
        "pilot_portfolio": pilot_portfolio.sort_values(["rank", "province_code"], ignore_index=True),
        "without_suspects": shortlist_without_suspects.sort_values(["rank", "province_code"], ignore_index=True),
        "without_agencies": shortlist_without_agencies,
        "district_scores": pd.DataFrame(district_scores)[DISTRICT_COLUMNS],
        "province_uncertainty": province_uncertainty,
        "district_uncertainty": district_uncertainty,
        "sensitivity": sensitivity.sort_values("total_order", ascending=False, ignore_index=True),
    }
    sheets = {name: table for name, table in sheets.items() if len(table)}
    if inputs["sample"].any():
        sheets = {name: table.assign(**{SAMPLE: "SAMPLE"}) for name, table in sheets.items()}
        ranked = sheets["provincial_shortlist"]
    return {
        "provincial_shortlist.csv": csv(ranked),
        "provincial_shortlist.xlsx": xlsx(sheets, about(inputs, policy, run_id, definitions()), policy),
    }


def definitions() -> Iterator[tuple[str, Column]]:
    """Every column that the workbook of the country explains, with its table."""
    for name in DEFINED:
        yield from ((name, column) for column in CONTRACTS[name] if column.kind is not Kind.GEOMETRY)


def definition(sheet: str, column: str) -> Column:
    """A column by the contract of its sheet, else by the first that defines it."""
    first = [CONTRACTS[sheet]] if sheet in CONTRACTS else []
    return next(c for contract in [*first, *(CONTRACTS[n] for n in DEFINED)] for c in contract if c.name == column)


def inert(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, preceded by an apostrophe.

    >>> inert("=1+1"), inert("Yala"), inert(-1.5)
    ("'=1+1", 'Yala', -1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def csv(table: pd.DataFrame) -> bytes:
    """The table as CSV that Excel opens in Thai."""
    text = table.map(inert).to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def about(
    inputs: pd.DataFrame, policy: Policy, run_id: str, defined: Iterable[tuple[str, Column]]
) -> list[tuple[str, ...]]:
    """First sheet: what this is, by which policy, from which sources."""
    whose = weights_from(policy)
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
        ("รหัสการคำนวณ / run id", run_id),
    ]
    if inputs["sample"].any():
        rows.append(("ข้อมูลตัวอย่าง / SAMPLE", "มีข้อมูลสมมติ ไม่ใช่ข้อมูลจริง / contains invented rows"))
    rows += [(), ("ตาราง / table", "แฟ้ม / file", "ชื่อ / title", "ที่มา / source", "เงื่อนไข / licence", "sha256")]
    for row in inputs.itertuples(index=False):
        rows.append((row.table, row.file, f"{row.title_th} / {row.title_en}", row.source, row.licence, row.sha256))
    rows += [(), ("ตาราง / table", "คอลัมน์ / column", "ความหมาย / meaning", "หน่วย / unit")]
    rows += [(name, c.name, c.meaning, c.unit) for name, c in defined]
    return rows


def xlsx(sheets: dict[str, pd.DataFrame], first_sheet: Sequence[tuple[str, ...]], policy: Policy) -> bytes:
    """A workbook whose first sheet says what the others are; codes are text, nothing is a formula."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    moment = datetime.combine(policy.as_of, datetime.min.time())
    book.set_properties({"title": policy.title_en, "created": moment})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    first = book.add_worksheet("about")
    first.set_column(0, 5, 28)
    for i, cells in enumerate(first_sheet):
        first.write_row(i, 0, cells)
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        for j, column in enumerate(table.columns):
            sheet.set_column(j, j, 40 if column.startswith(WIDE) else 14)
            sheet.write_string(0, j, column, head)
            kind = Kind.TEXT if column == SAMPLE else definition(name, column).kind
            textual = kind in (Kind.CODE, Kind.TEXT)
            for i, value in enumerate(table[column].astype(object).where(table[column].notna(), None), start=1):
                if value is None:
                    continue
                if textual:
                    sheet.write_string(i, j, str(value))
                else:
                    sheet.write(i, j, bool(value) if kind is Kind.FLAG else float(value))
    book.close()
    return target.getvalue()
