"""The columns of household files: ``mapping.toml`` in a system's folder maps the names in its files to our names.

Here: our columns, the mapping and its checks. Not here: files (``files``), what a value must be (``sql/stage.sql``).
"""

import hashlib
import json
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.households import answers
from pipeline.households.answers import ANSWERS, OTHER, Answers, read_answers
from pipeline.reading import layout
from pipeline.reading.columns import Header, clean_name, column_map
from pipeline.reading.file_content import read_toml
from pipeline.reading.layout import Layouts, read_layouts

FILE = "mapping.toml"
IDS = ("household_id", "citizen_id")
PLACES = ("province_code", "district_code", "subdistrict_code", "province_name", "district_name")
COORDINATES = ("lon", "lat")
COLUMNS = (*IDS, *PLACES, *COORDINATES, "members", *DIMENSIONS, "income_per_person", "welfare_card", "survey_year")
ROWS, KINDS_OF_ROWS = "rows", ("households", "persons")
# How far an id of a household is unique, and what the six digits of a subdistrict's code are divided by to give that
# area; 0 for the country, in which an id needs no area.
UNIQUE_IN, AREAS = "ids_unique_in", {"country": 0, "province": 10_000, "district": 100, "subdistrict": 1}
TABLES = ("columns", "constants", answers.TABLE, layout.TABLE)


@dataclass(frozen=True)
class Mapping:
    """The columns of a system's files, their words for yes and no, and their layout.

    Attributes:
        columns: the file's name of each of our columns: as stated, else our own, unless that is stated for another.
        stated: our columns whose names in the file are stated; each file must have them.
        survey_year: the year of all rows if no column has it, Common Era or Buddhist Era.
        persons: whether each row is a person, not a household.
        ids_unique_in: one of ``AREAS``: how far an id of a household is unique.
        answers: the words for yes, no and not known.
        layouts: heading, sheet and lines that are no rows, of each file.
        file: the mapping file, as messages show it.
    """

    columns: Dictionary[str, str]
    stated: frozenset[str] = frozenset()
    survey_year: int | None = None
    persons: bool = False
    ids_unique_in: str = "country"
    answers: Answers = field(default_factory=Answers)
    layouts: Layouts = field(default_factory=Layouts)
    file: str = field(default="", compare=False)

    def missing(self, header: Sequence[str]) -> list[str]:
        """List what a file lacks.

        Args:
            header: the columns of the file.

        Returns:
            The stated columns that it does not have, by its own names; then those of ours without which no row can be
            used.

        >>> own = Mapping({name: name for name in COLUMNS}, survey_year=2565)
        >>> own.missing(["citizen_id", "district_code", "members", "health", "living", "education", "income"])
        ['accessibility']
        """
        absent = [theirs for ours, theirs in self.columns.items() if ours in self.stated and theirs not in header]
        has = {ours for ours, theirs in self.columns.items() if ours in self.stated or theirs in header}
        needed = [name for name in (*(() if self.persons else ("members",)), *DIMENSIONS) if name not in has]
        if self.persons and "household_id" not in has:
            needed.insert(0, "household_id, which joins the rows of persons")
        elif not has & set(IDS):
            needed.insert(0, "household_id or citizen_id")
        if not {"subdistrict_code", "district_code", "district_name"} & has and not set(COORDINATES) <= has:
            needed.append("subdistrict_code, district_code, district_name, or lon and lat")
        if "survey_year" not in has and self.survey_year is None:
            needed.append("survey_year (a column, or [constants] survey_year = 2565)")
        return absent + needed

    @property
    def digest(self) -> str:
        """A digest of everything in it; equal mappings have equal digests."""
        content = [
            sorted(self.columns.items()),
            sorted(self.stated),
            self.survey_year,
            self.persons,
            self.ids_unique_in,
            repr(self.answers.stated),
            repr(self.layouts),
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


# Columns of one kind: the statements of ``sql/`` use the name of the kind if they do not know which column it is.
KINDS = {
    "household_id or citizen_id": IDS,
    "place": PLACES,
    "coordinate": COORDINATES,
    "a dimension or welfare_card": ANSWERS,
}


def column_labels(header: Header) -> dict[str, str]:
    """Name each of our columns, and each of ``KINDS``, for lists of rows and messages: by the file's own names.

    A column that the file does not have gets the names of the columns of its kind that it has.

    Args:
        header: the columns of the file.

    Returns:
        The name to show, by our name or kind.

    >>> labels = column_labels(Header(("PID", "lon"), {"citizen_id": 0, "lon": 1}))
    >>> labels["citizen_id"], labels["household_id"], labels["coordinate"], labels["members"]
    ('PID (citizen_id)', 'PID (citizen_id)', 'lon', 'members')
    """
    shown = {ours: header.shown(ours) for ours in header.positions}
    of_kind = {kind: " or ".join(shown[name] for name in names if name in shown) for kind, names in KINDS.items()}
    of_kind["place"] = of_kind["place"] or of_kind["coordinate"]
    kind_of = {name: kind for kind, names in KINDS.items() for name in (*names, kind)}
    return {name: shown.get(name) or of_kind.get(kind_of.get(name, "")) or name for name in (*COLUMNS, *KINDS)}


def read_mapping(folder: Path) -> Mapping:
    """Read the mapping of one system's folder; columns that ``mapping.toml`` does not name have our names.

    Args:
        folder: ``data/raw/households/<system>/``.

    Returns:
        The checked mapping.

    Raises:
        InputError: an unknown table or column, a column or word twice, or a value of the wrong type.
    """
    path = folder / FILE
    file = shown_path(path)
    if not path.is_file():
        return Mapping(_with_own({}), layouts=read_layouts({}, file, []), file=file)
    settings = read_toml(path)
    if unknown := sorted(set(settings) - {ROWS, UNIQUE_IN, *TABLES}):
        expected = f"the tables {', '.join(TABLES)}; before them {ROWS}, {UNIQUE_IN}"
        raise InputError(Problem(file, f"the table {unknown[0]}", expected, "correct the name"))
    rows = _one_of(settings, ROWS, KINDS_OF_ROWS, file)
    unique_in = _one_of(settings, UNIQUE_IN, tuple(AREAS), file)
    layouts = read_layouts(settings.get(layout.TABLE, {}), file, [other.name for other in folder.iterdir()])
    stated = column_map(settings.get("columns", {}), COLUMNS, file).theirs
    year = _table(settings, "constants", file).get("survey_year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2700):
        raise InputError(
            Problem(file, shown_value(year), "a year such as 2565 or 2022", "write a number", column="survey_year")
        )
    said = read_answers(settings.get(answers.TABLE, {}), file)
    for of_file in (layouts.common, *layouts.of_files.values()):
        for column in (*ANSWERS, OTHER):
            said.of(column, of_file.unknown)
    return Mapping(_with_own(stated), frozenset(stated), year, rows == "persons", unique_in, said, layouts, file)


def _with_own(stated: Dictionary[str, str]) -> dict[str, str]:
    """Add our own name of each column for which none is stated, but not a name that means another column.

    >>> _with_own({"income_per_person": "income"})["income_per_person"], "income" in _with_own({"members": "income"})
    ('income', False)
    """
    taken = set(map(clean_name, stated.values()))
    return {name: stated.get(name, name) for name in COLUMNS if name in stated or name not in taken}


def _one_of(settings: dict[str, Any], name: str, allowed: tuple[str, ...], file: str) -> str:
    """Return the value of a setting; the first of those allowed if it is not stated."""
    value = settings.get(name, allowed[0])
    if value not in allowed:
        expected = " or ".join(f'{name} = "{one}"' for one in allowed)
        raise InputError(Problem(file, f"{name} = {shown_value(value)}", expected, "write one of them", column=name))
    return str(value)


def _table(settings: dict[str, Any], name: str, file: str) -> dict[str, Any]:
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise InputError(Problem(file, f"{name} = {shown_value(table)}", f"a table [{name}]", f"write [{name}]"))
    return table
