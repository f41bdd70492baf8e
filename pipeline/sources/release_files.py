"""The files of TPMAP's releases: found, also in folders and zip archives, and read to cells of text.

Here: which files there are, their year, TPMAP's names of columns, cells before they are converted. Not here: what the
cells must be and how files are combined (``tpmap_counts``).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.characters import plain
from pipeline.contracts import CONTRACTS, Column, Contract, Kind
from pipeline.contracts.release_tables import INDICATORS
from pipeline.contracts.shared_columns import YEAR, text
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.gazetteer.codes import read_code
from pipeline.leftovers import DATA, inputs_in
from pipeline.reading.archives import ARCHIVE, members
from pipeline.reading.columns import STATE_HEADING, ColumnMap
from pipeline.reading.file_content import read_content
from pipeline.reading.layout import Layout
from pipeline.reading.numbers import number_of
from pipeline.reading.opened import SUFFIXES, is_for_people
from pipeline.reading.places_named import DISTRICT_NAME, PROVINCE_NAME, with_codes
from pipeline.reading.sidecar import Origin, Sidecar, read_sidecar
from pipeline.reading.table import Cells, read_cells

# The columns of codes, coarsest first, and how many digits the codes have. A file of the country has none.
LEVELS = {"province_code": 2, "district_code": 4, "subdistrict_code": 6, "village_code": 8}
PLACE_NAMES = ("province_name", "district_name", "subdistrict_name", "village_name")
FIGURES = tuple(
    column
    for column in CONTRACTS["tpmap_counts"]
    if column.name not in (*CONTRACTS["tpmap_counts"].key, "surveyed_computed")
)
# What a file of a release may hold; it has some of these columns.
RELEASE = Contract(
    "release",
    "Poor persons and households of the areas of one level",
    (),
    (
        *(Column(n, Kind.CODE, "code", pattern=f"[1-9][0-9]{{{digits - 1}}}") for n, digits in LEVELS.items()),
        *(text(name, "name of the area", null=True) for name in PLACE_NAMES),
        YEAR,
        *FIGURES,
    ),
    "TPMAP",
)
# Our name of each column that TPMAP publishes.
TPMAP_NAMES = {
    "province_ID": "province_code",
    "amphur_ID": "district_code",
    "tumbol_ID": "subdistrict_code",
    "village_ID": "village_code",
    "amphur_name": "district_name",
    "tumbol_name": "subdistrict_name",
    "household.CNT": "surveyed_households",
    "HOUSEMEMBER_CNT": "surveyed_persons",
    "poor.household.CNT": "poor_households",
    "poor.JPT.CNT": "poor_persons",
    "poor.JPT.MOFreg.CNT": "poor_applicants_persons",
    "poor.JPT.MOFval.CNT": "target_poor_persons",
    **{f"poor.JPT.MOFval.{name}": f"target_poor_{name}" for name in DIMENSIONS},
    "JPT.MOFval.pov.rate": "target_poor_pct",
    "MOF_REG_CNT": "applicants_persons",
    "MOF_VAL_CNT": "card_holders_persons",
    "ELDERLY_CNT": "elderly_persons",
    "DISABLED_CNT": "disabled_persons",
    "CHRONICPATIENT_CNT": "chronic_patients_persons",
    "happiness": "happiness_mean",
    **{f"poor.JPT.MOFval.ind{i}.CNT": f"target_poor_indicator_{i}" for i in INDICATORS},
    **{f"indicator{i}.ALL": f"asked_{i}" for i in INDICATORS},
    **{f"indicator{i}.CNT": f"failed_{i}" for i in INDICATORS},
}
BUDDHIST = 543
# A name that begins with the two last digits of a Buddhist year, has them after a word that says so, or has a year of
# four digits of either era.
SHORT_YEAR = re.compile(
    r"(?:^y?|(?:tpmap|jpt|จปฐ\.?|ปี|พ\.?ศ\.?|year)[ _.-]*)(?P<year>[0-9]{2})(?![0-9])", re.IGNORECASE
)
LONG_YEAR = re.compile(r"(?<![0-9])(25[0-9]{2}|20[0-9]{2})(?![0-9])")
# The code of a province after a year, as in 61_50_amphur_11111.csv; a day, as in TPMAP_2024-03-01.csv.
TWO_DIGITS = re.compile(r"(?<![0-9])[0-9]{2}(?![0-9])")
DATE = re.compile(r"(?:25|20)[0-9]{2}[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")
FIRST_YEAR = 2017


@dataclass(frozen=True)
class ReleaseFile:
    """One file of a release, by itself or in an archive, before its cells are converted.

    Attributes:
        name: within the folder; for a member of an archive the archive and the member.
        shown: as messages show it.
        year: Common Era, by its name; None if its rows have a year.
        is_country: the file has one row, the country, and no codes.
        not_known: words of its layout that mean *not known*.
    """

    name: str
    shown: str
    year: int | None
    is_country: bool
    cells: Cells
    not_known: tuple[str, ...] = ()


def year_of(name: str, provinces: Collection[str] = ()) -> int | None:
    """Find the year in the name of a file and of the folders that it is in.

    A year has four digits, or is the two last digits of a Buddhist year at the beginning of a name or after a word such
    as TPMAP or ปี. Two digits that are the only province of the file may be its code, as in ``50_amphur.csv``, and a
    year in a date is that of a day.

    Args:
        name: a path with forward slashes.
        provinces: the codes of the provinces in the file.

    Returns:
        The year, Common Era; None if there is none, or more than one.

    >>> year_of("61_province_11111.csv"), year_of("tpmap_2566_by_province.csv"), year_of("2566/50_amphur.csv", ["50"])
    (2018, 2023, 2023)
    >>> year_of("67_amphur.csv", ["67"]), year_of("67_province_67.csv", ["67"]), year_of("67/67.csv", ["67"])
    (None, 2024, 2024)
    >>> year_of("TPMAP_61/50.xlsx", ["50"]), year_of("ปี ๒๕๖๑/50.xlsx", ["50"]), year_of("จปฐ. 65/50.csv", ["50"])
    (2018, 2018, 2022)
    """
    parts = plain(name).split("/")
    written = {int(year) for part in parts for year in LONG_YEAR.findall(DATE.sub("", part))}
    years = {year - BUDDHIST * (year > 2400) for year in written}
    for part in parts:
        for short in SHORT_YEAR.finditer(part):
            digits, rest = short["year"], part[short.end() :]
            year = 2500 - BUDDHIST + int(digits)
            of_province = part == parts[-1] and {digits} == set(provinces) and digits not in TWO_DIGITS.findall(rest)
            if _possible(year) and not of_province:
                years.add(year)
    years = {year for year in years if _possible(year)} if len(years) > 1 else years
    return years.pop() if len(years) == 1 and _possible(min(years)) else None


def _possible(year: int) -> bool:
    """Whether TPMAP can have a release of a year: it began in 2560 (2017)."""
    return FIRST_YEAR <= year <= date.today().year


def release_files(folder: Path) -> tuple[list[ReleaseFile], list[Origin]]:
    """Read all files of releases in a folder, in its folders and in zip archives, to cells of text.

    Args:
        folder: ``data/raw/tpmap_aggregates/``.

    Returns:
        The files in the order of their names, and the origin of each file or archive.

    Raises:
        InputError: a file is not one of a release, or cannot be read.
    """
    found = [path for path in inputs_in(folder) if _is_input(path)]
    if not found:
        return [], []
    sidecar = read_sidecar(folder)
    files: list[ReleaseFile] = []
    origins: list[Origin] = []
    for path in found:
        name = path.relative_to(folder).as_posix()
        content, sha256 = read_content(folder, name)
        columns = _columns(sidecar, name)
        layout = sidecar.layout_of(name)
        own = [
            _read(member, data, columns, layout, folder) for member, data in _members(name, content, shown_path(path))
        ]
        files += own
        ignored = tuple(dict.fromkeys(column for file in own for column in file.cells.header.ignored))
        origin = replace(sidecar.origin(name, sha256), ignored_columns=ignored)
        if len(own) == 1:
            origin = replace(origin, encoding=own[0].cells.encoding, delimiter=own[0].cells.delimiter)
        origins.append(origin)
    return files, origins


def _is_input(path: Path) -> bool:
    """Whether a file is data; ``unread`` names documents and prose."""
    return path.suffix.lower() in DATA and not is_for_people(path)


def _columns(sidecar: Sidecar, name: str) -> ColumnMap:
    """TPMAP's own names, and those of the sidecar, which come first."""
    given = sidecar.columns_of(name, RELEASE.column_names)
    renamed = set(given.ours.values())
    published = {theirs: ours for theirs, ours in TPMAP_NAMES.items() if ours not in renamed}
    return replace(given, ours={**published, **given.ours}, optional=frozenset(published.values()) | given.optional)


def _members(name: str, content: bytes, shown: str) -> Iterator[tuple[str, bytes]]:
    """The file itself, or each file in an archive."""
    if name.lower().endswith(ARCHIVE):
        yield from ((f"{name}/{member}", data) for member, data in members(content, shown))
    else:
        yield name, content


def _read(name: str, content: bytes, columns: ColumnMap, layout: Layout, folder: Path) -> ReleaseFile:
    shown = f"{shown_path(folder)}/{name}"
    if not name.lower().endswith(SUFFIXES):
        kinds = f"one of {', '.join((*SUFFIXES, ARCHIVE))}"
        raise InputError(Problem(shown, f"a file of the kind '{Path(name).suffix}'", kinds, "export it again"))
    cells = read_cells(content, shown, RELEASE, columns, layout, partial=True)
    if not len(cells.text):
        raise InputError(Problem(shown, "no rows", "a row per area", "add the figures, or remove the file"))
    cells = _with_whole_codes(_with_codes_of_names(cells, shown))
    has = set(cells.text)
    if not has & {column.name for column in FIGURES}:
        raise _missing(shown, columns, "figures", "poor.JPT.CNT", cells)
    levels = [level for level in LEVELS if level in has]
    if not levels and not (len(cells.text) == 1 and "country" in name.lower()):
        raise _missing(shown, columns, "codes", "amphur_ID", cells)
    return ReleaseFile(name, shown, _year(name, shown, cells, levels), not levels, cells, tuple(layout.unknown))


def _year(name: str, shown: str, cells: Cells, levels: Sequence[str]) -> int | None:
    """The year by the name of the file; None if its rows have a year, which the name must not contradict."""
    provinces = set(cells.text[levels[-1]].str[:2]) if levels else set()
    year = year_of(name, provinces)
    if "year" in cells.text:
        stated = {int(y) for cell in cells.text["year"].unique() if (y := number_of(cell, YEAR)) is not None}
        if year is not None and stated and stated != {year}:
            found = f"the year {year} in the name, and {', '.join(map(str, sorted(stated)))} in its rows"
            raise InputError(Problem(shown, found, "one year", "correct the name or the column", column="year"))
        return None
    if year is None:
        expected = "one year in its name, such as 61_province_11111.csv, tpmap_2566.csv or 2566/50_amphur.csv"
        raise InputError(Problem(shown, shown_value(name), expected, "rename the file, or add a column year"))
    return year


def _with_codes_of_names(cells: Cells, shown: str) -> Cells:
    """Codes from names, for a file that names its provinces and districts and has no codes."""
    named = [name for name in (PROVINCE_NAME, DISTRICT_NAME) if name in cells.text]
    if set(LEVELS) & set(cells.text) or PROVINCE_NAME not in named:
        return cells
    wanted = [level for level, name in zip(LEVELS, (PROVINCE_NAME, DISTRICT_NAME), strict=False) if name in named]
    text, header, records, problems = with_codes(cells.text, cells.header, named, wanted, shown)
    if problems:
        raise InputError(problems)
    return replace(cells, text=text, header=header, repaired=(*cells.repaired, *records))


def _with_whole_codes(cells: Cells) -> Cells:
    """Whole codes from numbers, P-codes and parts in several columns; what is no code stays as it is."""
    levels = [level for level in LEVELS if level in cells.text]
    if all(cells.text[level].str.fullmatch(f"[0-9]{{{LEVELS[level]}}}").all() for level in levels):
        return cells
    text, records = cells.text.copy(), list(cells.repaired)
    for line, row in cells.text[levels].iterrows():
        whole = ""
        for level in levels:
            digits = read_code(row[level]).digits
            if whole and len(digits) in (1, 2) and LEVELS[level] == len(whole) + 2:
                digits = whole + digits.zfill(2)
            whole = digits if len(digits) == LEVELS[level] else ""
            if whole and whole != row[level]:
                text.at[line, level] = whole
                record = {"line": line, "column": cells.header.name(level), "found": row[level], "used": whole}
                records.append(record)
    return replace(cells, text=text, repaired=tuple(records))


def _missing(shown: str, columns: ColumnMap, kind: str, such_as: str, cells: Cells) -> InputError:
    unused = ", ".join(cells.header.ignored[:5])
    found = f"no column of {kind}" + (f" (columns not used: {unused})" if unused else "")
    fix = columns.how_to_map(TPMAP_NAMES[such_as])
    if kind == "figures":
        fix += ", if it is one of figures; household rows belong in data/raw/households/<system>/"
    fix += f"; {STATE_HEADING}"
    return InputError(Problem(shown, found, f"TPMAP's columns, such as {such_as}", fix, line=1))
