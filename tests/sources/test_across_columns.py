"""Values that contradict each other: points and districts, dates and the round, parts and wholes, lists and places."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import findings, places
from pipeline.errors import InputError
from pipeline.layers.declared import new_firms
from pipeline.sources import context, data_systems, dopa, subdistricts, tpmap, universities
from tests.bad_files.readers import AGENCIES, AS_OF, DISTRICTS, RAW, SHAPES

Changed = Callable[[str, str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """Change a text in one file of the project's inputs; returns its folder."""

    def change(file: str, old: str, new: str) -> Path:
        folder = tmp_path / Path(file).parent
        shutil.copytree(RAW / folder.name, folder)
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return change


def campus(code: str) -> str:
    """The row of a campus in the project's list."""
    lines = (RAW / "universities" / "universities.csv").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{code},"))


def moved(row: str, lon: float, lat: float) -> str:
    cells = row.split(",")
    at = next(
        i for i, cell in enumerate(cells) if cell[:3] in ("97.", "98.", "99.", "100", "101", "102", "103", "104", "105")
    )
    return ",".join([*cells[:at], str(lon), str(lat), *cells[at + 2 :]])


@pytest.mark.parametrize(
    ("lon", "lat", "where"),
    [
        (100.6, 7.2, r"1,[0-9]{3}\.[0-9] km outside district 5001"),
        (99.01, 18.58, r"in district 51[0-9]{2}, [0-9.]+ km outside district 5001"),  # Lamphun, a few kilometres away
        (98.9, 18.6, r"in district 50[0-9]{2}, [0-9.]+ km outside district 5001"),
    ],
)
def test_a_campus_far_from_its_district_is_refused(lon: float, lat: float, where: str, changed: Changed) -> None:
    row = campus("CMRU")
    folder = changed("universities/universities.csv", row, moved(row, lon, lat))
    with pytest.raises(InputError, match=where) as refused:
        universities.campuses(folder, DISTRICTS, SHAPES)
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].column == "lon"


def test_a_campus_just_outside_the_outline_of_its_district_is_used(changed: Changed) -> None:
    outline = SHAPES.set_index("district_code").geometry["5001"]
    lon, lat = outline.bounds[0] - 0.005, outline.centroid.y
    row = campus("CMRU")
    folder = changed("universities/universities.csv", row, moved(row, lon, lat))
    km = places.km_outside(np.array([lon]), np.array([lat]), pd.Series(["5001"]), SHAPES)[0]
    assert 0 < km < 5
    assert len(universities.campuses(folder, DISTRICTS, SHAPES).table) == 258


def test_a_campus_twice_under_another_code_is_refused(changed: Changed) -> None:
    row = campus("CMRU")
    folder = changed("universities/universities.csv", row, f"{row}\n{row.replace('CMRU,', 'CMRU-2,', 1)}")
    with pytest.raises(InputError, match="each campus of an institution once"):
        universities.campuses(folder, DISTRICTS, SHAPES)


def test_a_subdistrict_point_far_from_its_district_is_refused(changed: Changed) -> None:
    file = RAW / "subdistrict_points" / "subdistrict_points.csv"
    row = next(line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("500101,"))
    folder = changed("subdistrict_points/subdistrict_points.csv", row, "500101,5001,100.6,7.2")
    with pytest.raises(InputError, match="km outside district 5001"):
        subdistricts.subdistrict_points(folder, DISTRICTS, SHAPES)


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("2565-06-30", "2022-06-30"),
        ("30 มิ.ย. 2565", "2022-06-30"),
        ("2022-06-30", "2022-06-30"),
        ("2021-02-31", None),
        ("2564-02-29", None),
        ("2031-01-01", None),
        ("2574-01-01", None),
        ("05/06/2022", None),
    ],
)
def test_documents_have_days_of_the_calendar_up_to_the_round(written: str, used: str | None, changed: Changed) -> None:
    header = "campus_code,partner,document,signed_on\n"
    folder = changed("partnerships/partnerships.csv", header, f"{header}CMRU,CODI,invented document,{written}\n")
    campuses = pd.DataFrame({"campus_code": ["CMRU"]})
    if used is None:
        with pytest.raises(InputError, match="line 2, column signed_on"):
            universities.partnerships(folder, campuses, date(2026, 12, 31))
        return
    received = universities.partnerships(folder, campuses, date(2026, 12, 31))
    assert received.table["signed_on"].tolist() == [used]
    assert [m["used"] for m in received.repaired] == ([] if written == used else [used])


def test_surveys_and_statements_are_not_later_than_the_round() -> None:
    folder = RAW / "data_systems"
    systems = data_systems.data_systems(folder, DISTRICTS, AS_OF).table
    newest = int(systems["surveyed_year"].max())
    with pytest.raises(InputError, match=f"a year up to the policy's as_of, {newest - 1}"):
        data_systems.data_systems(folder, DISTRICTS, date(newest - 1, 12, 31))
    stated = data_systems.acceptances(folder, systems, AGENCIES, AS_OF).table["year"].dropna()
    if not stated.empty:
        with pytest.raises(InputError, match="a year up to"):
            data_systems.acceptances(folder, systems, AGENCIES, date(int(stated.max()) - 1, 1, 1))


def test_men_and_women_sum_to_persons(changed: Changed) -> None:
    folder = changed("dopa/population_by_district.csv", "1001,2017,51231,24767,26464", "1001,2017,51231,24767,26463")
    with pytest.raises(InputError, match=r"line 2, column population_persons: found '51231'; expected the sum of male"):
        dopa.population(folder, DISTRICTS, 2021)


def test_poor_persons_are_at_most_the_persons_with_rates(changed: Changed) -> None:
    table = tpmap.district_rates(RAW / "tpmap", DISTRICTS).table
    row = (RAW / "tpmap" / "tpmap_2022_by_district.csv").read_text(encoding="utf-8").splitlines()
    at = row[0].split(",").index("poor_income")
    cells = row[1].split(",")
    cells[at] = str(int(table["labelled_population"].iloc[0]) + 1)
    folder = changed("tpmap/tpmap_2022_by_district.csv", row[1], ",".join(cells))
    with pytest.raises(InputError, match=r"line 2, column poor_income: .* at most labelled_population"):
        tpmap.district_rates(folder, DISTRICTS)


def test_parts_of_a_count_are_at_most_the_whole(changed: Changed) -> None:
    row = (RAW / "dbd" / new_firms.file).read_text(encoding="utf-8").splitlines()
    cells = dict(zip(row[0].split(","), row[1].split(","), strict=True))
    more = ",".join((cells | {"companies": str(int(cells["new_firms"]) + 1)}).values())
    folder = changed(f"dbd/{new_firms.file}", row[1], more)
    with pytest.raises(InputError, match=r"column new_firms: .* at least the sum of companies and limited"):
        context.layer_table(folder.parent, new_firms, DISTRICTS)


def test_a_year_without_some_districts_is_named(changed: Changed) -> None:
    lines = (RAW / "dopa" / "population_by_district.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    three = "".join(line for line in lines if line.startswith(("1001,2021", "1002,2021", "1003,2021")))
    folder = changed("dopa/population_by_district.csv", lines[5], "")
    assert lines[5] in three
    with pytest.raises(InputError, match="927 of 928 districts in 2021; without 1001"):
        dopa.population(folder, DISTRICTS, 2021)
    other = dopa.population(folder, DISTRICTS, 2020).table
    whole = dopa.subdistrict_population(folder, 2021).table
    finding = findings.places_listed(other, whole, DISTRICTS)
    assert (finding.fine, finding.sentence) == (False, "927 of 928 districts in 2021, without 1001")
    assert findings.places_listed(dopa.population(RAW / "dopa", DISTRICTS, 2021).table, whole, DISTRICTS).fine
