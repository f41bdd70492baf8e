"""Rows of one household: persons are joined, equal rows are one, contradictions are refused; order decides nothing."""

import random

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.errors import InputError
from pipeline.households.balance import BALANCE
from tests.households.conftest import BASE, Province, csv, parquet, row

MEMBERS = ["health", "living", "education", "income", "accessibility"]
PERSONS = 'rows = "persons"\n[columns]\n' + "\n".join(f'"{n}" = "{n}"' for n in ("household_id", *BASE)) + "\n"
COUNTED = PERSONS.replace('"members" = "members"\n', "")


def person(household: int, number: int, **cells: str) -> dict[str, str]:
    return {**row(100 * household + number), "household_id": f"H{household}", **cells}


def figures(province: Province) -> tuple[int, ...]:
    """Rows in, kept, joined, superseded, refused; then households, poor households and persons."""
    intake = province.take_in()
    files, profiles = intake.table("files"), intake.table("profiles")
    assert (files["rows_in"] == files[list(BALANCE)].sum(axis=1)).all()
    poor = profiles.loc[profiles["deprived"] > 0, "households"].sum()
    counted = [files[name].sum() for name in ("rows_in", *BALANCE)]
    return tuple(map(int, (*counted, profiles["households"].sum(), poor, profiles["persons"].sum())))


@pytest.mark.parametrize("poor", [0, 1, 2])
def test_a_household_is_poor_if_any_member_is(province: Province, poor: int) -> None:
    """50 of 100 households have three members of whom one is poor, wherever the row of the poor one stands."""
    rows = [person(h, n, health=str(int(h % 2 == 0 and n == poor))) for h in range(100) for n in range(3)]
    province.put({"a.csv": csv(rows), "mapping.toml": PERSONS.encode()})
    assert figures(province) == (300, 100, 200, 0, 0, 100, 50, 300)


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
def test_the_order_of_rows_changes_no_figure(province: Province, shuffle: random.Random) -> None:
    rows = [person(h, n, **{MEMBERS[(h + n) % 5]: str(int(n == 1))}) for h in range(6) for n in range(1 + h % 4)]
    rows += [person(50, 0), person(50, 1, subdistrict_code="500801"), person(51, 0), person(51, 1, members="4")]
    rows += [person(52, 0, survey_year="2021"), person(52, 1), *[person(53, n) for n in range(4)]]
    plain = [row(1), row(1), row(2), row(2, health="1"), row(3, survey_year="2021", health="1"), row(3)]
    for table, mapping, system in ((rows, PERSONS, "persons"), (plain, "", "households")):
        shuffle.shuffle(table)
        province.put({"a.csv": csv(table), **({"mapping.toml": mapping.encode()} if mapping else {})}, system)
    # Of 23 persons 9 are joined to 5 households, 14 contradict each other; 2 of 3 plain households are kept.
    assert figures(province) == (29, 7, 4, 2, 16, 7, 3, 21)


def test_members_are_counted_where_no_column_states_them(province: Province) -> None:
    rows = [*(person(1, n) for n in range(4)), person(2, 0), person(2, 0), person(2, 1, citizen_id="")]
    for r in rows:
        del r["members"]
    province.put({"a.csv": csv(rows), "mapping.toml": COUNTED.encode()})
    # Household 2 has a row without an id: its three rows are three persons.
    assert figures(province) == (7, 2, 5, 0, 0, 2, 0, 7)


def test_a_person_twice_is_one_member(province: Province) -> None:
    rows = [person(1, 0), person(1, 0, health="1"), person(1, 1)]
    for r in rows:
        del r["members"]
    province.put({"a.csv": csv(rows), "mapping.toml": COUNTED.encode()})
    assert figures(province) == (3, 1, 2, 0, 0, 1, 1, 2)


def test_answers_and_cards_of_members_are_joined(province: Province) -> None:
    unknown = dict.fromkeys(MEMBERS, "")
    rows = [person(1, 0, **unknown, welfare_card=""), person(1, 1, **{**unknown, "living": "1"}, welfare_card="1")]
    rows += [person(2, 0, **unknown), person(2, 1, **unknown)]
    province.put({"a.csv": csv(rows), "mapping.toml": PERSONS.encode()})
    assert figures(province) == (4, 1, 1, 0, 2, 1, 1, 3)
    profile = province.take_in().table("profiles").iloc[0]
    assert (profile["answers"], profile["welfare_card"]) == (1, True)
    assert set(province.refused()["reason"]) == {"none of the five dimensions known of any member"}


REFUSED = {
    "district": ([{}, {"subdistrict_code": "500801"}], "the same household id in different places, in one survey"),
    "year": ([{}, {"survey_year": "2021"}], "rows of one household with different survey years in one file"),
    "members": ([{}, {"members": "4"}], "rows of one household with different numbers of members"),
    "more": ([{"members": "1"}, {"members": "1"}], "more persons in a household than its number of members"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_rows_of_a_household_that_contradict_each_other_are_refused(province: Province, what: str) -> None:
    cells, reason = REFUSED[what]
    rows = [person(1, 0), *(person(2, n, **more) for n, more in enumerate(cells)), person(1, 1)]
    rows += [person(h, 0) for h in range(3, 33)]
    province.put({"a.csv": csv(rows), "mapping.toml": PERSONS.encode()})
    assert figures(province)[:5] == (34, 31, 1, 0, 2)
    assert province.refused()[["line", "reason"]].values.tolist() == [[3, reason], [4, reason]]


def test_a_later_survey_of_persons_counts(province: Province) -> None:
    old = [person(h, n, health="1", survey_year="2021") for h in range(10) for n in range(3)]
    new = [person(h, n) for h in range(10) for n in range(2)]
    province.put({"old.csv": csv(old), "new.csv": csv(new), "mapping.toml": PERSONS.encode()})
    assert figures(province) == (50, 10, 30, 10, 0, 10, 0, 30)


def test_rows_of_persons_must_be_stated(province: Province) -> None:
    rows = [person(h, n, health=str(int(n == 0))) for h in range(20) for n in range(2)]
    province.put({"a.csv": csv(rows)})
    with pytest.raises(InputError) as error:
        province.take_in()
    line = str(error.value)
    assert "40 of 40 rows with several citizen ids in one household" in line
    assert 'write rows = "persons" above the first table of mapping.toml' in line


def test_a_few_households_with_two_heads_do_not_make_rows_of_persons(province: Province) -> None:
    rows = [person(h, 0) for h in range(99)] + [person(5, 1)]
    province.put({"a.csv": csv(rows)})
    assert figures(province)[:5] == (100, 99, 0, 1, 0)


def test_rows_of_persons_without_citizen_ids_are_refused_with_the_way_to_state_them(province: Province) -> None:
    rows = [person(h, n, health=str(int(n == 0))) for h in range(20) for n in range(2)]
    for r in rows:
        del r["citizen_id"]
    province.rules(refused_share_stops=0.2)
    province.put({"a.csv": csv(rows)})
    with pytest.raises(InputError, match=r"contradict each other.*write rows = \"persons\""):
        province.take_in()


def test_too_many_equal_rows_stop_the_intake(province: Province) -> None:
    province.rules(superseded_share_stops=0.1)
    rows = [row(n) for n in range(90)]
    province.put({"a.csv": csv([*rows, *rows[:10]])})
    assert figures(province)[:5] == (100, 90, 0, 10, 0)
    province.put({"a.csv": csv([*rows[:89], *rows[:11]])})
    with pytest.raises(InputError, match=r"11 of 100 rows that are the same household again .* at most 10%"):
        province.take_in()


def test_surveys_of_several_years_are_no_repeated_rows(province: Province) -> None:
    rows = [row(n, survey_year=str(year)) for n in range(30) for year in (2019, 2020, 2021, 2022)]
    province.rules(superseded_share_stops=0)
    province.put({"a.csv": csv(rows)})
    assert figures(province)[:5] == (120, 30, 0, 90, 0)


def test_rows_of_one_survey_in_two_files_are_not_decided_by_the_names_of_files(province: Province) -> None:
    one, other = [row(n) for n in range(10)], [row(n, health="1") for n in range(8, 30)]
    for names in (("a.csv", "b.csv"), ("b.csv", "a.csv")):
        province.put(dict(zip(names, (csv(one), csv(other)), strict=True)))
        assert figures(province) == (32, 28, 0, 0, 4, 28, 20, 84)


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (PERSONS.replace('"persons"', '"person"'), 'rows = "households" or rows = "persons"'),
        (
            PERSONS.replace('"household_id" = "household_id"', '"household_id" = "lon"'),
            "household_id, which joins the rows of persons",
        ),
        (PERSONS.replace('rows = "persons"\n', "") + '[values]\nrows = "persons"\n', "above the first table"),
    ],
)
def test_a_mapping_of_persons_that_cannot_be_used_is_one_line(province: Province, mapping: str, expected: str) -> None:
    province.put({"a.csv": csv([person(1, 0)]), "mapping.toml": mapping.encode()})
    with pytest.raises(InputError) as error:
        province.take_in()
    assert expected in str(error.value)


def test_a_row_of_a_person_without_a_household_is_refused(province: Province) -> None:
    rows = [person(1, 0), person(1, 1), person(1, 2, household_id="-")]
    province.put({"a.csv": csv(rows), "mapping.toml": PERSONS.encode()})
    assert figures(province)[:5] == (3, 1, 1, 0, 1)
    assert province.refused()["reason"].tolist() == ["no household id in a row of a person"]
    assert isinstance(province.take_in().table("poverty"), pd.DataFrame)


def mapped(*settings: str, ids: str = "household_id") -> bytes:
    columns = "\n".join(f'"{name}" = "{name}"' for name in (ids, *BASE) if name != "citizen_id" or ids == "")
    return "\n".join([*settings, "[columns]", columns]).encode()


def house(number: int, subdistrict: str, **cells: str) -> dict[str, str]:
    """A household whose id is its house number, which each subdistrict gives anew."""
    return {**row(number), "citizen_id": "", "household_id": f"{number}/1", "subdistrict_code": subdistrict, **cells}


SURVEYS = {
    "one file": {"a.csv": [house(n, place) for place in ("500107", "500108", "500801") for n in range(20)]},
    "a file for each district": {
        "a.csv": [house(n, "500107", health=str(n % 2)) for n in range(20)],
        "b.csv": [house(n, "500801") for n in range(20)],
        "c.csv": [house(n, "500108") for n in range(20)],
    },
    "a file for each year": {
        "a.csv": [house(n, "500107") for n in range(20)],
        "b.csv": [house(n, "500801", survey_year="2021") for n in range(20)],
        "c.csv": [house(n, "500108", survey_year="2020") for n in range(20)],
    },
}


@pytest.mark.parametrize("files", SURVEYS)
@pytest.mark.parametrize("unique_in", ["", "country", "province", "district"])
def test_ids_that_other_places_have_too_stop_the_intake(province: Province, files: str, unique_in: str) -> None:
    stated = (f'ids_unique_in = "{unique_in}"',) if unique_in else ()
    contents = {name: csv(rows) for name, rows in SURVEYS[files].items()}
    province.put({**contents, "mapping.toml": mapped(*stated)})
    with pytest.raises(InputError) as error:
        province.take_in()
    assert f"expected household ids that are unique in the {unique_in or 'country'}" in str(error.value)
    assert 'write ids_unique_in = "subdistrict" above the first table' in str(error.value)


@pytest.mark.parametrize("files", SURVEYS)
def test_ids_unique_in_a_subdistrict_are_households_of_their_own(province: Province, files: str) -> None:
    contents = {name: csv(rows) for name, rows in SURVEYS[files].items()}
    province.put({**contents, "mapping.toml": mapped('ids_unique_in = "subdistrict"')})
    assert figures(province)[:5] == (60, 60, 0, 0, 0)
    assert province.households() == {"5001": 40, "5008": 20}


def test_a_row_without_the_place_of_its_id_is_refused(province: Province) -> None:
    rows = [house(1, "500107"), {**house(1, "5001"), "subdistrict_code": "", "district_code": "5001"}]
    rows = [{"district_code": "", **r} for r in rows]
    province.put(
        {
            "a.csv": csv(rows),
            "mapping.toml": mapped('ids_unique_in = "subdistrict"') + b'\n"district_code" = "district_code"\n',
        }
    )
    assert figures(province)[:5] == (2, 1, 0, 0, 1)
    assert set(province.refused()["reason"]) == {"no subdistrict, within which household ids are unique"}


def test_one_id_in_two_places_refuses_both_rows(province: Province) -> None:
    """Their answers are the same, so that only the place says that they are two households."""
    rows = [house(n, "500107") for n in range(30)] + [house(3, "500108")]
    province.put({"a.csv": csv(rows), "mapping.toml": mapped()})
    assert figures(province)[:5] == (31, 29, 0, 0, 2)
    assert set(province.refused()["reason"]) == {"the same household id in different places, in one survey"}


def test_a_household_that_moved_between_surveys_counts_where_it_is_now(province: Province) -> None:
    rows = [house(n, "500107", survey_year="2021") for n in range(10)]
    rows += [house(n, "500801" if n == 0 else "500107") for n in range(10)]
    province.put({"a.csv": csv(rows), "mapping.toml": mapped()})
    assert figures(province)[:5] == (20, 10, 0, 10, 0)
    assert province.households() == {"5001": 9, "5008": 1}


def test_house_numbers_of_persons_stop_the_intake_unless_stated(province: Province) -> None:
    rows = [
        {**person(h, n), "household_id": str(h), "subdistrict_code": place}
        for place in ("500107", "500801")
        for h in range(20)
        for n in range(2)
    ]
    province.put({"a.csv": csv(rows), "mapping.toml": PERSONS.encode()})
    with pytest.raises(InputError, match=r"80 of 80 rows whose household id another place has too"):
        province.take_in()
    province.put({"mapping.toml": b'ids_unique_in = "district"\n' + PERSONS.encode()})
    assert figures(province)[:5] == (80, 40, 40, 0, 0)


@pytest.mark.parametrize("has_ids", [True, False])
def test_members_in_several_files_are_one_household(province: Province, has_ids: bool) -> None:
    """Three members, of whom the second file has the poor one; each row once in one of two files."""
    rows = [person(h, n, health=str(int(n == 2))) for h in range(10) for n in range(3)]
    if not has_ids:
        for r in rows:
            r["citizen_id"] = ""
    files = {"a.csv": csv(rows[::2]), "b.csv": csv(rows[1::2]), "mapping.toml": PERSONS.encode()}
    province.put(files)
    assert figures(province) == (30, 10, 20, 0, 0, 10, 10, 30)


def test_members_in_several_files_that_nothing_tells_apart_are_refused(province: Province) -> None:
    rows = [person(h, n, citizen_id="", health=str(n)) for h in range(10) for n in range(2)]
    for r in rows:
        del r["members"]
    province.put({"a.csv": csv(rows[::2]), "b.csv": csv(rows[1::2]), "mapping.toml": COUNTED.encode()})
    assert figures(province)[:5] == (20, 0, 0, 0, 20)
    assert {reason.partition(",")[0] for reason in province.refused()["reason"]} == {"members in several files"}


def test_a_file_of_persons_twice_counts_each_person_once(province: Province) -> None:
    rows = [person(h, n) for h in range(10) for n in range(2)]
    for r in rows:
        del r["members"]
    province.put({"a.csv": csv(rows), "b.csv": csv(rows[::-1]), "mapping.toml": COUNTED.encode()})
    assert figures(province) == (40, 10, 30, 0, 0, 10, 0, 20)


ANSWERED = st.fixed_dictionaries({name: st.sampled_from(["0", "1", ""]) for name in MEMBERS})
# Of one household: members' answers by survey year; a member's row may be there twice.
SURVEYED = st.dictionaries(st.sampled_from(["2021", "2022"]), st.lists(ANSWERED, min_size=1, max_size=5), min_size=1)


def expected_figures(households: list[dict[str, list[dict[str, str]]]], again: set[int]) -> tuple[int, ...]:
    """What ``figures`` must be: written without the code that joins, from the households as they were surveyed."""
    kept, joined, superseded, refused, poor, persons, number = 0, 0, 0, 0, 0, 0, 0
    for surveys in households:
        valid = []
        for _, members in sorted(surveys.items()):
            rows = sum(1 + (number + i in again) for i in range(len(members)))
            number += len(members)
            if any(answer for member in members for answer in member.values()):
                valid.append(members)
                joined += rows - 1
            else:
                refused += rows
        if valid:
            kept += 1
            superseded += len(valid) - 1
            poor += any("1" in member.values() for member in valid[-1])
            persons += len(valid[-1])
    return kept + joined + superseded + refused, kept, joined, superseded, refused, kept, poor, persons


@given(st.lists(SURVEYED, min_size=1, max_size=8), st.sets(st.integers(0, 40)), st.integers(1, 3), st.randoms())
@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
def test_households_are_the_same_however_their_members_are_spread(
    province: Province,
    households: list[dict[str, list[dict[str, str]]]],
    again: set[int],
    files: int,
    chance: random.Random,
) -> None:
    """In any order, in one file or several for each survey: each member counts once, a household is poor iff one is."""
    number = 0
    spread: dict[str, list[dict[str, str]]] = {}
    for h, surveys in enumerate(households):
        for year, members in sorted(surveys.items()):
            for n, answers in enumerate(members):
                cells = person(h, n, survey_year=year, **answers)
                del cells["members"]
                for _ in range(1 + (number in again)):
                    spread.setdefault(f"{year}-{chance.randrange(files)}", []).append(cells)
                number += 1
    folder = province.paths.raw / "households" / "tpmap"
    for old in folder.glob("20*"):
        old.unlink()
    for name, rows in spread.items():
        chance.shuffle(rows)
        as_text = chance.random() < 0.5
        province.put({f"{name}.csv": csv(rows)} if as_text else {f"{name}.parquet": parquet(rows)})
    province.put({"mapping.toml": COUNTED.encode()})
    assert figures(province) == expected_figures(households, again)
