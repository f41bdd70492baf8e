"""``SOURCE.toml``, the sidecar in each folder of inputs: where its files come from, and what their columns are.

Here: the sidecar's keys, the column map of each file, and ``Origin``, the record of one file. Not here: how a column
map is applied (``columns``), reading files (``file_content``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.reading.columns import ColumnMap, column_map
from pipeline.reading.file_content import read_toml
from pipeline.reading.layout import TABLE, Layout, read_layouts

SIDECAR = "SOURCE.toml"
REQUIRED = ("title_th", "title_en", "source", "address", "licence", "received")
OPTIONAL = ("source_th", "note", "received_from")
COLUMNS = "columns"
KEYS = (*REQUIRED, *OPTIONAL, "sample", "sha256")
OF_TABLES = (COLUMNS, TABLE)


@dataclass(frozen=True)
class Origin:
    """Where one file comes from, by its sidecar, and how it was read.

    Attributes:
        file: folder and file.
        sha256: digest of the file, or the version of a package.
        source_th: the source in Thai; empty if the sidecar has none.
        sample: the rows are invented.
        as_recorded: the digest is the one that the sidecar records.
        encoding: of a text file.
        delimiter: of a text file.
        ignored_columns: columns of the file that are not used.
        mapped_in: the file in its folder that maps its columns.
        sidecar: the file in its folder that states its source.
        stated: whether the source of the file is stated, if it should be.
        read_as: what was decided as the file was read: the layer and columns of boundaries, units of no subdistrict.
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
    encoding: str = ""
    delimiter: str = ""
    ignored_columns: tuple[str, ...] = ()
    mapped_in: str = SIDECAR
    sidecar: str = SIDECAR
    stated: bool = True
    read_as: str = ""

    def __post_init__(self) -> None:
        # JSON, in the footer of a stored table, has a list.
        object.__setattr__(self, "ignored_columns", tuple(self.ignored_columns))

    @property
    def how_to_state(self) -> str:
        """How to state the source of the file; empty if it is stated.

        >>> origin = Origin("b/a.shp", "0", "", "", "", "", "", "", sidecar="a.shp.SOURCE.toml", stated=False)
        >>> origin.how_to_state
        'write a.shp.SOURCE.toml with title_th, title_en, source, address, licence, received and a table [sha256]'
        """
        return "" if self.stated else _how_to_write(self.sidecar)


@dataclass(frozen=True)
class Sidecar:
    """The checked content of one sidecar."""

    path: Path
    values: Mapping[str, Any]

    def origin(self, name: str, sha256: str) -> Origin:
        """Describe the origin of one file of the folder.

        Args:
            name: the file within the folder.
            sha256: the digest of the file as it is now.

        Returns:
            The origin; ``as_recorded`` is true if the sidecar records the same digest.
        """
        texts: dict[str, Any] = {key: str(self.values[key]) for key in REQUIRED}
        return Origin(
            file=f"{self.path.parent.name}/{name}",
            sha256=sha256,
            **texts,
            sample=self.values.get("sample", False),
            as_recorded=self.values.get("sha256", {}).get(name) == sha256,
            source_th=str(self.values.get("source_th", "")),
            sidecar=self.path.name,
        )

    def columns_of(self, name: str, known: Collection[str]) -> ColumnMap:
        """Return the column map of one file of the folder.

        Lines directly under ``[columns]`` are used for every file of the folder. Lines under ``[columns."<file>"]`` are
        used for that file only, and replace a line for the same column of ours. In a folder of several files a line
        for the folder is used by the files that have such a column.

        Args:
            name: the file within the folder.
            known: our names of its columns.

        Returns:
            The column map, empty if all columns have our names.

        Raises:
            InputError: the map names an unknown file, a column that is not ours, or a column twice.
        """
        file, entries = shown_path(self.path), self.values.get(COLUMNS, {})
        of_files = {other: lines for other, lines in entries.items() if isinstance(lines, Mapping)}
        for other in of_files:
            if not (self.path.parent / other).is_file():
                here = [path.name for path in self.path.parent.glob("*") if path.name != SIDECAR]
                near = get_close_matches(other, here, n=1)
                fix = f'write [columns."{near[0]}"]' if near else "correct the name, or remove the table"
                raise InputError(Problem(file, f"columns of {shown_value(other)}", "the name of a file here", fix))
        lines = {theirs: ours for theirs, ours in entries.items() if not isinstance(ours, Mapping)}
        several = len([path for path in self.path.parent.glob("[!.]*.*") if path.suffix not in (".toml", ".md")]) > 1
        if several:
            lines = {theirs: ours for theirs, ours in lines.items() if not isinstance(ours, str) or ours in known}
        table = f'[columns."{name}"]' if several or name in of_files else "[columns]"
        own = column_map(of_files.get(name, {}), known, file, table)
        common = {theirs: ours for theirs, ours in lines.items() if ours not in own.ours.values()}
        return replace(
            own,
            ours={**column_map(common, known, file).ours, **own.ours},
            optional=frozenset(common.values()) if several else frozenset(),
        )

    def layout_of(self, name: str) -> Layout:
        """Return the layout of one file of the folder.

        Args:
            name: the file within the folder.

        Returns:
            What ``[layout]`` and ``[layout."<file>"]`` state.

        Raises:
            InputError: the table has an unknown key or file, or a value of the wrong type.
        """
        folder = self.path.parent
        here = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        return read_layouts(self.values.get(TABLE, {}), shown_path(self.path), here).of(name)


def read_sidecar(folder: Path, *, with_columns: bool = True) -> Sidecar:
    """Read and check the sidecar of a folder.

    Args:
        folder: the folder of one source.
        with_columns: whether the files in the folder have columns that a sidecar can map.

    Returns:
        The checked content.

    Raises:
        InputError: it is missing, lacks a key, or has an unknown key or a value of the wrong type.
    """
    path = folder / SIDECAR
    if not path.is_file():
        expected = "a sidecar that states the source of the files here"
        raise InputError(Problem(shown_path(path), "no such file", expected, _how_to_write(SIDECAR)))
    return _checked(path, with_columns=with_columns)


def own_sidecar(path: Path) -> Path:
    """Name the sidecar of one file, for a file that is not from the source that the sidecar of its folder states.

    Args:
        path: the file.

    Returns:
        The path of its sidecar, which need not exist.

    >>> own_sidecar(Path("boundaries/districts.gpkg")).name
    'districts.gpkg.SOURCE.toml'
    """
    return path.with_name(f"{path.name}.{SIDECAR}")


def _how_to_write(sidecar: str) -> str:
    return f"write {sidecar} with {', '.join(REQUIRED)} and a table [sha256]"


def _checked(path: Path, *, with_columns: bool) -> Sidecar:
    """Read and check one sidecar; see ``read_sidecar``."""
    file, values = shown_path(path), read_toml(path)
    if missing := [key for key in REQUIRED if key not in values]:
        raise InputError(
            Problem(file, f"no {', '.join(missing)}", f"the keys {', '.join(REQUIRED)}", "add what is missing")
        )
    keys = (*KEYS, *OF_TABLES) if with_columns else KEYS
    if unknown := [key for key in values if key not in keys]:
        near = get_close_matches(unknown[0], keys, n=1)
        fix = f"write {near[0]}" if near else "remove it, or move it into note"
        raise InputError(Problem(file, f"the key {shown_value(unknown[0])}", f"the keys {', '.join(keys)}", fix))
    for key in (*REQUIRED, *OPTIONAL):
        if not isinstance(values.get(key, ""), str | date):
            raise InputError(Problem(file, f"{key} = {shown_value(values[key])}", "text", "put it in quotation marks"))
    if not isinstance(values.get("sample", False), bool):
        raise InputError(
            Problem(file, f"sample = {shown_value(values['sample'])}", "true or false", "write it without quotes")
        )
    _check_table(values, "sha256", "one line per file, file = digest", file)
    _check_table(values, COLUMNS, "one line per column, its name in the file = our name", file)
    return Sidecar(path, values)


def _check_table(values: Mapping[str, Any], key: str, lines: str, file: str) -> None:
    if not isinstance(values.get(key, {}), Mapping):
        found, fix = f"{key} = {shown_value(values[key])}", f"write [{key}] and below it {lines}"
        raise InputError(Problem(file, found, f"a table [{key}]", fix))


def origin_of(path: Path, sha256: str, *, own: bool = False) -> Origin:
    """Describe the origin of a file without a column map in a sidecar: boundaries, and household rows.

    Args:
        path: the file.
        sha256: its digest.
        own: read the sidecar of the file (see ``own_sidecar``), not that of its folder.

    Returns:
        The origin.

    Raises:
        InputError: there is no sidecar, or it cannot be used (see ``read_sidecar``).
    """
    sidecar = _checked(own_sidecar(path), with_columns=False) if own else read_sidecar(path.parent, with_columns=False)
    return sidecar.origin(path.name, sha256)
