"""Rows of households or persons in a file that should have rows of areas: recognised before any of them is used.

Here: names of columns that only such rows have, and numbers that are citizen ids. Not here: reading such rows
(``households``). No id is shown.
"""

import re
from collections.abc import Mapping, Sequence

from pipeline.characters import plain
from pipeline.errors import InputError, Problem

# Names that files give these columns, in the form of ``compared_name``.
HOUSEHOLD_ID = "รหัสบ้าน เลขรหัสประจำบ้าน เลขประจำบ้าน รหัสครัวเรือน hcode hcid hhid householdid houseid"
CITIZEN_ID = "เลขประจำตัวประชาชน เลขบัตรประชาชน เลขบัตรประจำตัวประชาชน pid cid nid citizenid idcard"
SURNAME = "นามสกุล ชื่อสกุล ชื่อนามสกุล lastname surname"
ONLY_PEOPLE = frozenset(" ".join((HOUSEHOLD_ID, CITIZEN_ID, SURNAME)).split())
# 13 digits, with or without separators. Those of companies begin with 0.
CITIZEN = re.compile(r"[1-8](?:[-. ]?[0-9]){12}")
LEAST_SHARE = 0.5
EXPECTED = "a row per area"
FIX = "move the file to data/raw/households/<system>/, where rows of households are read"


def compared_name(name: str) -> str:
    """Write the name of a column in the form in which names are compared.

    Args:
        name: as in the heading.

    Returns:
        Small letters and digits, without spaces and punctuation.

    >>> compared_name("Household_ID"), compared_name("ชื่อ - สกุล")
    ('householdid', 'ชื่อสกุล')
    """
    return re.sub(r"[\s_.\-/()]", "", plain(name)).casefold()


def refuse_names_of_people(names: Sequence[str], file: str) -> None:
    """Refuse a file whose heading has a column of ids of households or persons, or of surnames.

    Args:
        names: of the columns.
        file: the file, as messages show it.

    Raises:
        InputError: there is such a column.
    """
    if found := [name for name in names if compared_name(name) in ONLY_PEOPLE]:
        said = f"the column{'s' if len(found) > 1 else ''} {', '.join(found)}"
        raise InputError(Problem(file, f"rows of households or persons ({said})", EXPECTED, FIX))


def refuse_ids_of_people(columns: Mapping[str, Sequence[str]], file: str) -> None:
    """Refuse a file in which a column holds citizen ids.

    Args:
        columns: the cells of each column, by its name.
        file: the file, as messages show it.

    Raises:
        InputError: half of the filled cells of a column are ids.
    """
    for name, cells in columns.items():
        filled = [cell for cell in cells if cell.strip()]
        ids = sum(CITIZEN.fullmatch(plain(cell)) is not None for cell in filled if len(cell) > 12)
        if ids and ids >= LEAST_SHARE * len(filled):
            found = "rows of households or persons (13-digit ids)"
            raise InputError(Problem(file, found, EXPECTED, FIX, column=name))
