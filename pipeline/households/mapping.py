"""The columns of household files: ``mapping.toml`` in a system's folder maps the names in its files to our names.

Here: our columns, the mapping and its checks. Not here: files (``files``), what a value must be (``sql/stage.sql``).
"""

import hashlib
import json
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.households import answers
from pipeline.households.answers import ANSWERS, OTHER, Answers, read_answers
from pipeline.reading import layout
from pipeline.reading.columns import Header, column_map
from pipeline.reading.layout import Layouts, read_layouts
from pipeline.reading.sidecar import read_toml

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
        columns: the file's name of each of our columns that it has.
        survey_year: the year of all rows if no column has it, Common Era or Buddhist Era.
        persons: whether each row is a person, not a household.
        ids_unique_in: one of ``AREAS``: how far an id of a household is unique.
        answers: the words for yes, no and not known.
        layouts: heading, sheet and lines that are no rows, of each file.
        file: the mapping file, as messages show it.
    """

    columns: Dictionary[str, str]
    survey_year: int | None = None
    persons: bool = False
    ids_unique_in: str = "country"
    answers: Answers = field(default_factory=Answers)
    layouts: Layouts = field(default_factory=Layouts)
    file: str = field(default="", compare=False)

    def needed(self, header: list[str]) -> list[str]:
        """List the columns that a file must have.

        Args:
            header: the columns of the file.

        Returns:
            All mapped columns. Without a mapping: the columns of ours without which no row can be used.
        """
        if set(self.columns.items()) != {(name, name) for name in COLUMNS}:
            return list(self.columns.values())
        needed = ["members", *DIMENSIONS, "survey_year"]
        if not set(IDS) & set(header):
            needed.insert(0, IDS[0])
        if not {"subdistrict_code", "district_code", "district_name", "lon"} & set(header):
            needed.append("subdistrict_code")
        return needed

    @property
    def digest(self) -> str:
        """A digest of everything in it; equal mappings have equal digests."""
        content = [
            sorted(self.columns.items()),
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
    """Read the mapping of one system's folder; without ``mapping.toml`` its files must use our names.

    Args:
        folder: ``data/raw/households/<system>/``.

    Returns:
        The checked mapping.

    Raises:
        InputError: an unknown table or column, a column or word twice, a value of the wrong type, or no column for
            something without which no row can be used.
    """
    path = folder / FILE
    file = shown_path(path)
    if not path.is_file():
        return Mapping({name: name for name in COLUMNS}, layouts=read_layouts({}, file, []), file=file)
    settings = read_toml(path)
    if unknown := sorted(set(settings) - {ROWS, UNIQUE_IN, *TABLES}):
        expected = f"the tables {', '.join(TABLES)}; before them {ROWS}, {UNIQUE_IN}"
        raise InputError(Problem(file, f"the table {unknown[0]}", expected, "correct the name"))
    rows = _one_of(settings, ROWS, KINDS_OF_ROWS, file)
    unique_in = _one_of(settings, UNIQUE_IN, tuple(AREAS), file)
    layouts = read_layouts(settings.get(layout.TABLE, {}), file, [other.name for other in folder.iterdir()])
    own = dict(zip(COLUMNS, COLUMNS, strict=True))
    columns = column_map(settings["columns"], COLUMNS, file).theirs if "columns" in settings else own
    year = _table(settings, "constants", file).get("survey_year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2700):
        raise InputError(
            Problem(file, shown_value(year), "a year such as 2565 or 2022", "write a number", column="survey_year")
        )
    said = read_answers(settings.get(answers.TABLE, {}), file)
    for stated in (layouts.common, *layouts.of_files.values()):
        for column in (*ANSWERS, OTHER):
            said.of(column, stated.unknown)
    mapping = Mapping(columns, year, rows == "persons", unique_in, said, layouts, file)
    _complete(mapping)
    return mapping


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


def _complete(mapping: Mapping) -> None:
    has = set(mapping.columns)
    needed = [name for name in (*(() if mapping.persons else ("members",)), *DIMENSIONS) if name not in has]
    if mapping.persons and "household_id" not in has:
        needed.insert(0, "household_id, which joins the rows of persons")
    elif not has & set(IDS):
        needed.insert(0, "household_id or citizen_id")
    place = {"subdistrict_code", "district_code", "district_name"} & has or {"lon", "lat"} <= has
    if not place:
        needed.append("subdistrict_code, district_code, district_name, or lon and lat")
    if "survey_year" not in has and mapping.survey_year is None:
        needed.append("survey_year (a column, or [constants] survey_year = 2565)")
    if needed:
        raise InputError(
            Problem(mapping.file, f"no column for {'; '.join(needed)}", "a line for each", "add what is missing")
        )
