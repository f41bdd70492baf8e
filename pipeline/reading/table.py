"""From a received file to a table: bytes, encoding, delimited text, types, problems.

Here: everything that is the same for each file as received (sidecar, sha256, header, ragged rows, codes, numbers)
and the value ``Received`` that carries a table with its origin. Not here: what a particular outside system
means (``sources``), what a table must be (``contracts``).
"""

import csv
import hashlib
import io
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.contracts import Column, Contract, Kind
from pipeline.errors import InputError, Problem, shown_path, shown_value

SIDECAR = "SOURCE.toml"
LARGEST_BYTES = 50_000_000
MOST_NAMED = 5
# Zero-width characters, the no-break space, and what turns the direction of text: a name with these shows as another.
INVISIBLE = dict.fromkeys(
    [0xFEFF, 0x00A0, 0x061C, 0x2060, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
SIDECAR_KEYS = ("title_th", "title_en", "source", "address", "licence", "received")


@dataclass(frozen=True)
class Origin:
    """One file as received, and what its sidecar says of it. ``sample`` marks invented rows.

    ``source_th`` is the source for Thai readers; empty where the sidecar has none.
    """

    file: str
    sha256: str
    title_th: str
    title_en: str
    source: str
    address: str
    licence: str
    received: str
    sample: bool = False
    as_recorded: bool = True
    source_th: str = ""


@dataclass(frozen=True)
class Received:
    """A table with where it comes from. ``repaired`` lists file, line, column, found, used."""

    table: pd.DataFrame
    origins: tuple[Origin, ...]
    rows_in: int
    repaired: tuple[dict[str, Any], ...] = field(default=())


def received_file(folder: Path, name: str) -> tuple[bytes, Origin]:
    """The bytes of ``folder/name`` and their origin, from the sidecar ``SOURCE.toml`` beside it.

    Raises ``InputError`` if the file or its sidecar is missing, too large or not a plain file.
    """
    path = folder / name
    if not path.is_file():
        here = sorted(p.name for p in folder.glob("*") if p.is_file()) if folder.is_dir() else []
        near = get_close_matches(name, here, n=1)
        fix = f"rename {near[0]} to {name}" if near else f"put {name} into {shown_path(folder)}/"
        found = "no such file" + (f" (the folder has {', '.join(here)})" if here else "")
        raise InputError(Problem(shown_path(path), found, f"the file {name}", fix))
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(
            Problem(
                shown_path(path),
                f"{path.stat().st_size:,} bytes",
                f"at most {LARGEST_BYTES:,}",
                "give the table of districts, not of households",
            )
        )
    content = path.read_bytes()
    return content, origin_of(path, hashlib.sha256(content).hexdigest())


def origin_of(path: Path, sha256: str) -> Origin:
    """What the sidecar beside ``path`` says of it; ``as_recorded`` is false where its sha256 differs."""
    sidecar = path.parent / SIDECAR
    if not sidecar.is_file():
        raise InputError(
            Problem(
                shown_path(sidecar),
                "no such file",
                "a sidecar that says where the files here come from",
                f"write {SIDECAR} with {', '.join(SIDECAR_KEYS)} and a table [sha256]",
            )
        )
    says = read_toml(sidecar)
    missing = [key for key in SIDECAR_KEYS if key not in says]
    if missing:
        raise InputError(
            Problem(
                shown_path(sidecar),
                f"no {', '.join(missing)}",
                f"the keys {', '.join(SIDECAR_KEYS)}",
                "add what is missing",
            )
        )
    digests = says.get("sha256", {})
    if not isinstance(digests, dict):
        raise InputError(
            Problem(
                shown_path(sidecar),
                f"sha256 = {shown_value(digests)}",
                "a table [sha256] of file = digest",
                "write [sha256] and, below it, one line per file",
            )
        )
    return Origin(
        file=f"{path.parent.name}/{path.name}",
        sha256=sha256,
        **{key: str(says[key]) for key in SIDECAR_KEYS},
        sample=bool(says.get("sample", False)),
        as_recorded=digests.get(path.name) == sha256,
        source_th=str(says.get("source_th", "")),
    )


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dictionary; ``InputError`` with the parser's line if it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            Problem(shown_path(path), f"a byte that is not UTF-8 at {error.start}", "UTF-8", "save as UTF-8")
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists within lists without end
        raise InputError(
            Problem(shown_path(path), str(error)[:200], "TOML (name = value)", "correct the line named")
        ) from error


def decoded(content: bytes, file: str) -> str:
    """Text of a file in UTF-8, with or without a byte order mark.

    Another encoding is refused, not guessed: half the bytes of a Thai file would pass as several.
    """
    if b"\x00" in content:
        raise InputError(Problem(file, "a NUL byte", "plain text", "export the table again as CSV UTF-8"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            Problem(
                file,
                f"byte {content[error.start]:#04x}, which is not UTF-8",
                "UTF-8",
                "save the file as 'CSV UTF-8' (in Excel: Save as, CSV UTF-8)",
                line=line,
            )
        ) from error


def read_table(
    folder: Path,
    name: str,
    contract: Contract,
    known: Mapping[str, Collection[str]] | None = None,
) -> Received:
    """A comma-separated file as the typed table of ``contract``, indexed by line number.

    The header must be the contract's columns in their order. Every row must have as many fields. Codes
    are text: spaces, zero-width characters and Thai digits in them are repaired, with a record. ``known``
    names the values that exist, by column. Raises ``InputError`` with every problem found: nothing of a
    file with a bad row is used.
    """
    content, origin = received_file(folder, name)
    table, repaired = table_of(content, shown_path(folder / name), contract, known or {})
    repaired = [{"file": origin.file, **repair} for repair in repaired]
    return Received(table, (origin,), len(table), tuple(repaired))


def in_their_provinces(received: Received, path: Path) -> Received:
    """The same table; ``InputError`` names each row whose district lies in another province than it says."""
    table = received.table
    elsewhere = table["district_code"].notna() & (table["district_code"].str[:2] != table["province_code"])
    if problems := [
        Problem(
            shown_path(path),
            f"district {table.at[line, 'district_code']} with province {table.at[line, 'province_code']}",
            "a district of that province",
            "correct one of the two codes",
            line=int(line),
            column="district_code",
        )
        for line in table.index[elsewhere]
    ]:
        raise InputError(problems)
    return received


def table_of(
    content: bytes, file: str, contract: Contract, known: Mapping[str, Collection[str]]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The bytes of a comma-separated file as a typed table, and the cells repaired (line, column, found, used)."""
    text = text_table(decoded(content, file), file, contract)
    lines, repaired, problems = text.index, [], []
    typed: dict[str, Any] = {}
    for column in contract:
        cells = text[column.name]
        if column.kind in (Kind.CODE, Kind.COUNT, Kind.NUMBER) and cells.str.fullmatch(r"[0-9.eE+-]*").all():
            clean = cells
        elif column.kind in (Kind.CODE, Kind.COUNT, Kind.NUMBER):
            clean = cells.map(lambda cell: cell.translate(INVISIBLE).strip().translate(THAI_DIGITS))
            repaired += [
                {"line": int(i), "column": column.name, "found": a, "used": b}
                for i, a, b in zip(lines, cells, clean, strict=True)
                if a != b
            ]
        else:
            clean = cells.map(lambda cell: unicodedata.normalize("NFC", cell.translate(INVISIBLE)).strip())
            repaired += [
                {"line": int(i), "column": column.name, "found": shown_value(a), "used": b}
                for i, a, b in zip(lines, cells, clean, strict=True)
                if a.translate(INVISIBLE) != a
            ]
        typed[column.name], wrong = typed_cells(clean, column)
        exist = known.get(column.name)
        if exist is not None:
            strange = clean.index[~clean.isin(exist) & (clean != "") & ~clean.index.isin(wrong)]
            problems += [
                Problem(
                    file,
                    shown_value(clean[i]),
                    f"a {column.name} that exists",
                    code_hint(clean[i], column.name),
                    line=int(i),
                    column=column.name,
                )
                for i in strange
            ]
        problems += [
            Problem(
                file,
                shown_value(cells[i]) if cells[i] else "nothing",
                column.expected,
                "correct the cell and run again",
                line=int(i),
                column=column.name,
            )
            for i in wrong
        ]
    table = pd.DataFrame(typed, index=lines)
    problems += duplicate_keys(table, contract, file)
    if problems:
        raise InputError(sorted(problems, key=lambda p: p.line or 0))
    return table, repaired


def code_hint(code: str, column: str) -> str:
    """How to fix a code that does not exist: its successor if it was abolished, else where to look."""
    from geothai.abolished import abolished_areas

    if not column.endswith("_code") or column == "campus_code":
        return f"correct the {column}, or add it where it is defined"
    for area in abolished_areas():
        if area.code == code and area.successors:
            return f"{code} was abolished on {area.abolished_on}; use {' or '.join(area.successors)}"
    return "use a code of the DOPA list"


def text_table(text: str, file: str, contract: Contract) -> pd.DataFrame:
    """The cells as text, indexed by line number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    wanted = contract.column_names
    rows, lines = [], []
    try:
        header = [cell.translate(INVISIBLE).strip() for cell in next(reader, [])]
        if header != wanted:
            raise InputError(header_problem(header, wanted, file))
        for row in reader:
            if not row:
                continue
            if len(row) != len(wanted):
                raise InputError(
                    Problem(
                        file,
                        f"{len(row)} fields",
                        f"{len(wanted)} fields, as in the header",
                        "complete the row, or quote a field that holds a comma",
                        line=reader.line_num,
                    )
                )
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        if "field limit" in str(error):
            raise InputError(
                Problem(
                    file,
                    f"a cell of more than {csv.field_size_limit():,} characters",
                    "figures, codes and names",
                    "shorten it, or close the quotation marks before it",
                    line=reader.line_num,
                )
            ) from error
        raise InputError(
            Problem(file, str(error), "comma-separated values", "close the quotation marks", line=reader.line_num)
        ) from error
    return pd.DataFrame(rows, columns=wanted, index=pd.Index(lines, dtype="int64"), dtype="str")


def header_problem(header: list[str], wanted: list[str], file: str) -> Problem:
    """Why a header is not the one wanted: a missing, unknown, repeated or misplaced column."""
    missing = [name for name in wanted if name not in header]
    unknown = [name for name in header if name not in wanted]
    if missing:
        near = [a for name in missing for a in get_close_matches(name, unknown, n=1, cutoff=0.7)]
        fix = f"rename {near[0]} to {missing[0]}" if near else f"add the column {missing[0]}"
        found = f"no column {', '.join(missing)}"
    elif unknown:
        more = f" and {len(unknown) - MOST_NAMED:,} more" if len(unknown) > MOST_NAMED else ""
        found, fix = f"unknown column {', '.join(unknown[:MOST_NAMED])}{more}", f"remove {unknown[0]}"
    elif len(header) != len(set(header)):
        twice = next(name for name in header if header.count(name) > 1)
        found, fix = f"column {twice} twice", "keep one of them"
    else:
        found, fix = "the columns in another order", "put them in the order expected"
    return Problem(file, found, f"the header {','.join(wanted)}", fix, line=1)


def typed_cells(cells: pd.Series, column: Column) -> tuple[Any, list[int]]:
    """Cells as the column's type, and the index of each cell that cannot be, or must not be, that value."""
    empty = cells == ""
    wrong = empty & (not column.nullable)
    if column.kind in (Kind.COUNT, Kind.NUMBER):
        form = r"-?[0-9]+" if column.kind is Kind.COUNT else r"-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?"
        is_number = cells.str.fullmatch(form)
        values = pd.to_numeric(cells.where(is_number, None), errors="coerce").astype("float64")
        wrong |= ~empty & (~is_number | values.isna() | (values.abs() == float("inf")))
        if column.minimum is not None:
            wrong |= values < column.minimum
        if column.maximum is not None:
            wrong |= values > column.maximum
        if column.kind is Kind.COUNT:
            wrong |= values.abs() > 2**53
            return values.where(~wrong).astype("Int64"), list(cells.index[wrong])
        return values, list(cells.index[wrong])
    if column.allowed:
        wrong |= ~empty & ~cells.isin(column.allowed)
    if column.pattern:
        wrong |= ~empty & ~cells.str.fullmatch(column.pattern)
    return cells.where(~empty, None), list(cells.index[wrong])


def duplicate_keys(table: pd.DataFrame, contract: Contract, file: str) -> list[Problem]:
    """A problem for each row whose key stands in an earlier row."""
    key = list(contract.key)
    repeated = table.duplicated(key) & table[key].notna().all(axis=1)
    return [
        Problem(
            file,
            f"{', '.join(str(table.at[line, name]) for name in key)} a second time",
            "each " + " and ".join(key) + " once",
            "keep one of the two rows",
            line=int(line),
            column=key[0],
        )
        for line in table.index[repeated]
    ]
