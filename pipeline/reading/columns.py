"""Columns by name: ``[columns]`` in ``SOURCE.toml`` maps the names in a file to our names.

``[columns]`` holds one line per column, the file's name on the left and ours on the right. A column that already has
our name needs no line. The order of columns does not matter. Columns that are not used are ignored and listed. Here:
the map, and the columns of a header. Not here: what a column must hold (``contracts``).
"""

import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pipeline.characters import INVISIBLE
from pipeline.errors import InputError, Problem, shown_value

MOST_NAMED = 5
# How to fix a heading that is not found.
STATE_HEADING = "if the heading is in another line, state heading_row under [layout] in SOURCE.toml"


@dataclass(frozen=True)
class ColumnMap:
    """The file's name of a column, and ours, for each column that has another name in the file.

    Attributes:
        ours: our name by the file's name.
        file: the TOML file that holds the map, or could hold it; empty if there can be none.
        table: the table within ``file``.
        optional: our columns mapped for several files at once: a file may have our own name instead.
    """

    ours: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    table: str = "[columns]"
    optional: frozenset[str] = frozenset()

    @property
    def theirs(self) -> dict[str, str]:
        """The file's name by our name."""
        return {ours: theirs for theirs, ours in self.ours.items()}

    def how_to_map(self, ours: str, theirs: str = "") -> str:
        """Say how to map a column, as the end of a message.

        Args:
            ours: our name of the column.
            theirs: its name in the file; empty if no column is a likely one.

        Returns:
            The line to write, the table and the file.

        >>> ColumnMap({}, "data/raw/nesdc/SOURCE.toml").how_to_map("province_code", "รหัสจังหวัด")
        'write "รหัสจังหวัด" = "province_code" under [columns] in data/raw/nesdc/SOURCE.toml'
        """
        name = json.dumps(theirs or "its name in the file", ensure_ascii=False)
        return f'write {name} = "{ours}" under {self.table} in {self.file}'


@dataclass(frozen=True)
class Header:
    """The columns of one file.

    Attributes:
        names: all columns of the file, in its order.
        positions: position in the file by our name.
        ignored: columns that are not used.
    """

    names: tuple[str, ...]
    positions: Mapping[str, int]
    ignored: tuple[str, ...] = ()

    def name(self, ours: str) -> str:
        """Return the file's own name of a column.

        Args:
            ours: our name of a column that the file has.

        Returns:
            The name in the file's header.
        """
        return self.names[self.positions[ours]]

    def shown(self, ours: str) -> str:
        """Name a column for a message: the file's own name, with ours in brackets if it differs.

        Args:
            ours: our name of a column that the file has.

        Returns:
            The name to show.

        >>> Header(("รหัส", "year"), {"code": 0, "year": 1}).shown("code")
        'รหัส (code)'
        """
        name = self.name(ours)
        return name if name == ours else f"{name} ({ours})"


def clean_name(name: str) -> str:
    """Write a column's name on one line, without invisible characters and repeated spaces.

    Args:
        name: a name as the header has it.

    Returns:
        The name by which columns are compared, in Unicode NFC.

    >>> clean_name("\\ufeffจำนวน\\u200b\\n คน ")
    'จำนวน คน'
    """
    return " ".join(unicodedata.normalize("NFC", name.translate(INVISIBLE)).split())


def column_map(entries: Any, known: Collection[str], file: str, table: str = "[columns]") -> ColumnMap:
    """Check a table of columns as it is read from TOML.

    Args:
        entries: ``{name in the file: our name}``.
        known: our names.
        file: the TOML file, as messages show it.
        table: the name of the table in it.

    Returns:
        The column map.

    Raises:
        InputError: it is not a table, a name is not one of ours, or a column is mapped twice.
    """
    if not isinstance(entries, Mapping):
        raise InputError(
            Problem(file, f"{table.strip('[]')} = {shown_value(entries)}", f"a table {table}", f"write {table}")
        )
    theirs_of: dict[str, str] = {}
    cleaned: dict[str, str] = {}
    for theirs, ours in entries.items():
        if not isinstance(ours, str) or ours not in known:
            near = get_close_matches(str(ours), known, n=1)
            fix = f"write {near[0]}" if near else "correct it"
            raise InputError(Problem(file, shown_value(ours), f"one of {', '.join(known)}", fix, column=theirs))
        if ours in theirs_of:
            raise InputError(
                Problem(
                    file,
                    f"{ours} twice, for {shown_value(theirs_of[ours])} and {shown_value(theirs)}",
                    "each of our columns once",
                    "keep the one that the file has",
                )
            )
        if (name := clean_name(theirs)) in cleaned:
            raise InputError(
                Problem(file, f"the column {shown_value(name)} twice", "each of its columns once", "keep one line")
            )
        theirs_of[ours] = cleaned[name] = theirs
    return ColumnMap(dict(entries), file, table)


def unnamed(name: str, at: int) -> str:
    """Name a column of a header that may have none.

    Args:
        name: its name; empty if it has none.
        at: its position, from 0.

    Returns:
        The name to show.

    >>> unnamed("", 0), unnamed("ปี", 1)
    ('column 1 without a name', 'ปี')
    """
    return name or f"column {at + 1} without a name"


def find_columns(
    header: Sequence[str], wanted: Sequence[str], columns: ColumnMap, file: str, *, partial: bool = False
) -> Header:
    """Find our columns in a file's header, by its column map and by our own names.

    Args:
        header: names as in the file.
        wanted: our names; each must be found unless ``partial``.
        columns: the file's column map.
        file: the file, as messages show it.
        partial: the file may lack columns, also mapped ones.

    Returns:
        The header with the position of each of our columns.

    Raises:
        InputError: a column is missing, or there are two of it.

    >>> find_columns(["ปี", "หมายเหตุ", "code"], ["code", "year"], ColumnMap({"ปี": "year"}), "a.csv")
    Header(names=('ปี', 'หมายเหตุ', 'code'), positions={'year': 0, 'code': 2}, ignored=('หมายเหตุ',))
    """
    names = tuple(map(clean_name, header))
    ours_of = {name: name for name in wanted} | {clean_name(name): ours for name, ours in columns.ours.items()}
    places: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if name in ours_of:
            places.setdefault(ours_of[name], []).append(i)
    problems = [_twice([names[i] for i in at], ours, columns, file) for ours, at in places.items() if len(at) > 1]
    ignored = tuple(unnamed(name, i) for i, name in enumerate(names) if name not in ours_of)
    if not partial:
        absent = {
            clean_name(name): ours
            for name, ours in columns.ours.items()
            if clean_name(name) not in names and ours not in columns.optional
        }
        hint = "" if places else f"; {STATE_HEADING}"
        problems += [_absent(theirs, ours, ignored, columns, file, hint) for theirs, ours in absent.items()]
        missing = [name for name in wanted if name not in places and name not in absent.values()]
        problems += [_missing(missing, wanted, ignored, columns, file)] if missing else []
    if problems:
        raise InputError(problems)
    return Header(names, {ours: at[0] for ours, at in places.items()}, ignored)


def _twice(names: Sequence[str], ours: str, columns: ColumnMap, file: str) -> Problem:
    if names[0] == names[1]:
        return Problem(file, f"column {names[0]} twice", "each column once", "keep one of them", line=1)
    return Problem(
        file,
        f"the columns {names[0]} and {names[1]}, both used as {ours}",
        f"one column for {ours}",
        f"remove one of them, or correct {columns.table} in {columns.file}",
        line=1,
    )


def _absent(theirs: str, ours: str, ignored: Sequence[str], columns: ColumnMap, file: str, hint: str) -> Problem:
    near = _nearest(theirs, ignored)
    fix = columns.how_to_map(ours, near) if near else f"correct {columns.table} in {columns.file}"
    return Problem(file, f"no column {theirs}", f"the column that {columns.file} uses as {ours}", fix + hint, line=1)


def _missing(
    missing: Sequence[str], wanted: Sequence[str], ignored: Sequence[str], columns: ColumnMap, file: str
) -> Problem:
    name, near = next(((m, n) for m in missing if (n := _nearest(m, ignored))), (missing[0], ""))
    if not near and len(missing) == len(ignored) == 1:  # most likely renamed: the line to add can be shown whole
        near = ignored[0]
    fix = f"rename {near} to {name}" if near else f"add the column {name}"
    if columns.file:
        fix += f", or {columns.how_to_map(name, near)}"
    if columns.file and len(missing) == len(wanted):
        fix += f"; {STATE_HEADING}"
    found = f"no column {', '.join(missing)}"
    if ignored:
        more = f" and {len(ignored) - MOST_NAMED:,} more" if len(ignored) > MOST_NAMED else ""
        found += f" (columns not used: {', '.join(ignored[:MOST_NAMED])}{more})"
    return Problem(file, found, f"the columns {', '.join(wanted)}", fix, line=1)


def _nearest(name: str, among: Iterable[str]) -> str:
    folded = {other.casefold(): other for other in among}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else ""
