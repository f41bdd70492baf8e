"""Department of Provincial Administration: codes, names, registered population.

Not here: how DOPA's population text is read (``register_text``), outlines of districts (``boundaries``), criteria
(``criteria``).
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import geothai
import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.gazetteer import district_list
from pipeline.gazetteer.areas import subdistrict_codes
from pipeline.reading.opened import name_as_received
from pipeline.reading.row_rules import refuse_rows
from pipeline.reading.sidecar import Origin
from pipeline.reading.table import Received, read_table
from pipeline.sources import register_text

DISTRICT_FILE, SUBDISTRICT_FILE = (f"{name}.csv" for name in register_text.TABLES)
MOST_NAMED = 5


def districts() -> Received:
    """List the 928 districts with their provinces, from the installed geothai package.

    Returns:
        One row per district: its code and its names, and those of its province.
    """
    table = district_list().copy()
    origin = Origin(
        file="geothai",
        sha256=f"version {geothai.DATA_VERSION}",
        title_th="รหัสและชื่อเขตการปกครอง",
        title_en="Codes and names of administrative areas",
        source="Department of Provincial Administration, through the geothai package",
        address="https://geothai.fasu.dev",
        licence="CC BY 4.0",
        received=geothai.DATA_VERSION.replace(".", "-"),
        source_th="กรมการปกครอง ผ่านชุดโปรแกรม geothai",
    )
    return Received(table, (origin,), len(table))


def population(folder: Path, districts: pd.DataFrame, year: int) -> Received:
    """Read registered persons and houses per district and year, from tables and from DOPA's population text.

    Args:
        folder: ``data/raw/dopa/``.
        districts: the DOPA list.
        year: the year that the policy uses, Common Era.

    Returns:
        One row per district and year, also of other years.

    Raises:
        InputError: a district has no row of ``year``, men and women do not sum to persons, a table and a text
            contradict each other, or sums of a text of ``year`` differ much from their parts.
    """
    known = {"district_code": set(districts["district_code"])}
    received = _of_year(folder, _with_texts(folder, DISTRICT_FILE, "population", known, year), year)
    of_year = received.table[received.table["year"] == year]
    if missing := sorted(set(districts["district_code"]) - set(of_year["district_code"])):
        first = ", ".join(missing[:MOST_NAMED]) + (", …" if len(missing) > MOST_NAMED else "")
        raise InputError(
            Problem(
                shown_path(folder / Path(received.origins[0].file).name),
                f"{len(of_year):,} of {len(districts):,} districts in {year}; without {first}",
                "a row for each district in the policy's population_year",
                "add the rows, or change poverty.population_year in the policy",
            )
        )
    return received


def subdistrict_population(folder: Path, year: int) -> Received:
    """Read registered persons and houses per subdistrict and year, from tables and from DOPA's population text.

    Args:
        folder: ``data/raw/dopa/``.
        year: the year that the policy uses, Common Era.

    Returns:
        One row per subdistrict and year, also of other years.

    Raises:
        InputError: there are no rows of ``year``, or a table and a text contradict each other.
    """
    known = {"subdistrict_code": subdistrict_codes()}
    return _of_year(folder, _with_texts(folder, SUBDISTRICT_FILE, "subdistrict_population", known, year), year)


def _with_texts(folder: Path, name: str, contract: str, known: Mapping[str, Collection[str]], year: int) -> Received:
    """Read a table and add the rows that DOPA's texts have besides; rows of both must be equal.

    A text whose sums differ much from their parts is not used for ``year``.
    """
    texts = register_text.register_texts(folder)
    of_contract = {text: text.districts if contract == "population" else text.subdistricts for text in texts}
    used = [text for text, table in of_contract.items() if (table["year"] == year).any()]
    if doubts := [problem for text in used for of_year, problem in text.doubts if of_year == year]:
        raise InputError(doubts)
    received = (
        [_table(folder, name, contract, known)]
        if not texts or (folder / name_as_received(folder, name)).is_file()
        else []
    )
    if not texts:
        return received[0]
    for text, table in of_contract.items():
        received.append(Received(table, (text.origin,), text.rows, text.repaired))
    key = list(CONTRACTS[contract].key)
    tables = [r.table.assign(file=Path(r.origins[0].file).name) for r in received]
    rows = pd.concat(tables, ignore_index=True).sort_values(key, kind="stable")
    _refuse_contradictions(folder, rows, key)
    table = rows.drop_duplicates(key).drop(columns="file").reset_index(drop=True)
    return Received(
        table[CONTRACTS[contract].column_names],
        tuple(origin for r in received for origin in r.origins),
        len(rows),
        tuple(record for r in received for record in r.repaired),
    )


def _table(folder: Path, name: str, contract: str, known: Mapping[str, Collection[str]]) -> Received:
    received = read_table(folder, name, CONTRACTS[contract], known)
    t, both = received.table, " and ".join(map(received.shown, ("male_persons", "female_persons")))
    unequal = t["male_persons"] + t["female_persons"] != t["population_persons"]
    return refuse_rows(received, received.path_in(folder), [(unequal, "population_persons", f"the sum of {both}")])


def _refuse_contradictions(folder: Path, rows: pd.DataFrame, key: Sequence[str]) -> None:
    """Raise ``InputError`` for the first area of each year for which two files have other figures."""
    same = rows.groupby(list(key))
    problems = []
    for name in register_text.COUNTS:
        differing = rows[same[name].transform("nunique") > 1]
        for _, of_year in differing.groupby("year"):
            one, other = of_year.iloc[0], of_year.iloc[1]
            areas = of_year[key[0]].nunique()
            problems.append(
                Problem(
                    shown_path(folder / other["file"]),
                    f"{other[name]:,} {name} of {one[key[0]]} in {one['year']}, where {one['file']} has {one[name]:,}"
                    f" ({areas:,} areas differ)",
                    "the same figures in both files, or other years",
                    "keep the file with the right figures and move the other away",
                )
            )
    if problems:
        raise InputError(problems)


def _of_year(folder: Path, received: Received, year: int) -> Received:
    years = sorted(set(received.table["year"]))
    if year not in years:
        raise InputError(
            Problem(
                shown_path(folder / Path(received.origins[0].file).name),
                f"the years {', '.join(map(str, years)) or 'none'}",
                f"the policy's population_year {year}",
                "add that year's rows, or change poverty.population_year in the policy",
                column=received.shown("year") if received.header.names else None,
            )
        )
    return received
