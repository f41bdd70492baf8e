"""One bad input at a time, with the verdict expected: accepted, repaired with a record, or refused in one line."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline import policy as policies
from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError
from pipeline.policy import WhatIf
from pipeline.sources import data_systems as systems
from pipeline.sources import dopa, nesdc, tpmap, universities
from pipeline.sources.unread import refuse_unread
from tests.bad_files.readers import AS_OF, READERS, SHAPES, plain_of
from tests.conftest import ROOT
from tests.problems import refusal

RAW = ROOT / "data" / "raw"
DISTRICTS = dopa.districts().table
TPMAP = "tpmap_2022_by_district.csv"


def folder(tmp_path: Path, system: str) -> Path:
    place = tmp_path / system
    place.mkdir()
    for path in (RAW / system).iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    return place


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content, f"{old} is not in the file"
        return content.replace(old.encode(), new.encode(), 1)

    return change


ROW = "1101,2022,12,7,179168,107714,0.6012,1526,1.4167,2470,2.2931,344,0.3194,571,0.5301,10,0.0093,2.6728,4.5686,0.7635"

REFUSED_TPMAP = {
    "missing column": (replaced("rate_any_max,", ""), ["line 1", "no column rate_any_max"]),
    "misnamed column": (replaced("labelled_share", "labeled_share"), ["rename labeled_share to labelled_share"]),
    "a header with a column more than the rows": (
        replaced("rate_any_min_se\n", "rate_any_min_se,x\n"),
        ["line 2", "20 fields", "21 fields"],
    ),
    "the names of two columns exchanged": (
        replaced("district_code,year", "year,district_code"),
        ["line 2", "column district_code", "'2022'"],
    ),
    "column twice": (replaced("n_labelled", "n_units"), ["line 1", "column n_units twice"]),
    "code that does not exist": (
        replaced("1101,2022", "1199,2022"),
        ["line 2", "column district_code", "'1199'", "a district code of the DOPA list"],
    ),
    "code as a float": (replaced("1101,2022", "1101.5,2022"), ["line 2", "'1101.5'", "a code"]),
    "code with a lost digit": (replaced("1101,2022", "101,2022"), ["line 2", "'101'"]),
    "rate over 100": (replaced("2.6728,4.5686", "102.6728,4.5686"), ["line 2", "rate_any_min", "from 0 to 100"]),
    "negative persons": (replaced("179168", "-179168"), ["line 2", "survey_population", "0 or more"]),
    "text for a number": (replaced("179168", "many"), ["line 2", "survey_population", "'many'", "whole number"]),
    "decimal comma": (replaced("2.6728", '"2,6728"'), ["line 2", "rate_any_min", "'2,6728'"]),
    "decimals of persons": (replaced("179168", '"179,16"'), ["line 2", "'179,16'"]),
    "not a number": (replaced("2.6728", "NaN"), ["line 2", "'NaN'"]),
    "infinite": (replaced("2.6728", "inf"), ["line 2", "'inf'"]),
    "empty cell": (replaced("2.6728,4.5686", ",4.5686"), ["line 2", "rate_any_min", "nothing"]),
    "duplicate district": (replaced(ROW, f"{ROW}\n{ROW}"), ["line 3", "1101, 2022 a second time"]),
    "ragged row": (replaced(ROW, f"{ROW},7"), ["line 2", "21 fields", "20 fields"]),
    "short row": (replaced(ROW, "1101,2022"), ["line 2", "2 fields"]),
    "semicolons in the header only": (lambda b: b.replace(b",", b";", 19), ["line 2", "1 fields", "20 fields"]),
    "unclosed quote": (replaced("1101,2022", '"1101,2022'), ["expected", "quotation marks"]),
    "NUL": (replaced("1101", "11\x0001"), ["NUL"]),
    "not UTF-8": (lambda b: b + "อำเภอ".encode("cp874"), ["line 880", "1 fields"]),
    "UTF-16": (lambda b: b.decode().encode("utf-16"), ["UTF-16"]),
    "empty file": (lambda _: b"", ["no column district_code"]),
    "no rows": (lambda b: b.split(b"\n")[0] + b"\n", ["no rows"]),
    "another year": (replaced("1101,2022", "1101,2021"), ["line 2", "year", "2022"]),
    "Buddhist year of two digits": (replaced("1101,2022", "1101,65"), ["line 2", "year", "'65'", "1990 to 2100"]),
    "more labelled than surveyed": (replaced("107714", "999999"), ["line 2", "at most survey_population"]),
    "no person labelled": (replaced("107714", "0"), ["line 2", "at least one person"]),
    "bounds crossed": (replaced("2.6728,4.5686", "4.6728,4.5686"), ["line 2", "at most rate_any_max"]),
}


@pytest.mark.parametrize("name", REFUSED_TPMAP)
def test_tpmap_refuses(name: str, tmp_path: Path) -> None:
    change, parts = REFUSED_TPMAP[name]
    place = folder(tmp_path, "tpmap")
    (place / TPMAP).write_bytes(change((place / TPMAP).read_bytes()))
    with pytest.raises(InputError) as caught:
        tpmap.district_rates(place, DISTRICTS)
    refusal(caught.value, TPMAP, *parts)


REPAIRED = {
    "Thai digits": ("1101,2022", "๑๑๐๑,2022", "1101"),
    "zero-width space in a code": ("1101,2022", "1101\u200b,2022", "1101"),
    "spaces around a number": ("179168", " 179168 ", "179168"),
}


@pytest.mark.parametrize("name", REPAIRED)
def test_tpmap_repairs_with_a_record(name: str, tmp_path: Path) -> None:
    old, new, used = REPAIRED[name]
    place = folder(tmp_path, "tpmap")
    (place / TPMAP).write_bytes(replaced(old, new)((place / TPMAP).read_bytes()))
    received = tpmap.district_rates(place, DISTRICTS)
    assert [m["used"] for m in received.repaired] == [used]
    assert received.repaired[0]["line"] == 2
    assert len(received.table) == received.rows_in == 878


def test_byte_order_mark_windows_lines_and_shuffled_rows_are_accepted(tmp_path: Path) -> None:
    place = folder(tmp_path, "tpmap")
    head, *rows = (place / TPMAP).read_text(encoding="utf-8").splitlines()
    text = "\r\n".join([head, *reversed(rows)]) + "\r\n"
    (place / TPMAP).write_bytes(b"\xef\xbb\xbf" + text.encode())
    plain = CONTRACTS["poverty"].conform(tpmap.district_rates(RAW / "tpmap", DISTRICTS).table)
    pd.testing.assert_frame_equal(CONTRACTS["poverty"].conform(tpmap.district_rates(place, DISTRICTS).table), plain)


def test_missing_and_misnamed_files_and_sidecars(tmp_path: Path) -> None:
    place = folder(tmp_path, "tpmap")
    (place / TPMAP).rename(place / "tpmap_2022_by_districts.csv")
    with pytest.raises(InputError) as caught:
        refuse_unread(place.parent)
    refusal(caught.value, "tpmap_2022_by_districts.csv", "rename it to tpmap_<year>_by_district.csv")
    (place / "tpmap_2022_by_districts.csv").rename(place / TPMAP)
    (place / "SOURCE.toml").write_text("title_th = 'ก'\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        tpmap.district_rates(place, DISTRICTS)
    refusal(caught.value, "SOURCE.toml", "title_en")
    (place / "SOURCE.toml").unlink()
    with pytest.raises(InputError) as caught:
        tpmap.district_rates(place, DISTRICTS)
    refusal(caught.value, "SOURCE.toml", "no such file")


def test_a_changed_file_is_seen_against_its_sidecar(tmp_path: Path) -> None:
    place = folder(tmp_path, "tpmap")
    (place / TPMAP).write_bytes((place / TPMAP).read_bytes() + b"\n")
    assert not tpmap.district_rates(place, DISTRICTS).origins[0].as_recorded
    assert tpmap.district_rates(RAW / "tpmap", DISTRICTS).origins[0].as_recorded


def test_other_sources_refuse(tmp_path: Path) -> None:
    place = folder(tmp_path, "nesdc")
    text = (place / "regions.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (place / "regions.csv").write_text("".join(text[:-1]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        nesdc.regions(place, DISTRICTS)
    refusal(caught.value, "no row for province 96")
    place = folder(tmp_path, "universities")
    file = place / "universities.csv"
    file.write_bytes(replaced("50,5001", "51,5001")(file.read_bytes()))
    with pytest.raises(InputError) as caught:
        universities.campuses(place, DISTRICTS, SHAPES)
    refusal(caught.value, "district 5001 with province 51")
    place = folder(tmp_path, "data_systems")
    file = place / "acceptances.csv"
    file.write_bytes(replaced("PPPConnext,CODI,yes", "PPPConnext,NESDC,yes")(file.read_bytes()))
    table = systems.data_systems(place, DISTRICTS, AS_OF).table
    with pytest.raises(InputError) as caught:
        systems.acceptances(place, table, ("PMU-A", "CODI", "OSMEP", "DASTA"), AS_OF)
    refusal(caught.value, "'NESDC'", "line 2")


def test_a_year_the_register_lacks(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        dopa.population(RAW / "dopa", DISTRICTS, 2016)
    refusal(caught.value, "population_by_district.csv", "2017, 2018, 2019, 2020, 2021", "population_year 2016")


def test_a_sidecar_whose_digests_are_not_a_table(tmp_path: Path) -> None:
    place = folder(tmp_path, "tpmap")
    text = (place / "SOURCE.toml").read_text(encoding="utf-8").split("[sha256]")[0]
    (place / "SOURCE.toml").write_text(text + 'sha256 = "abc"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        tpmap.district_rates(place, DISTRICTS)
    refusal(caught.value, "SOURCE.toml", "[sha256]")


def test_an_abolished_code_is_replaced_by_its_successor(tmp_path: Path) -> None:
    place = folder(tmp_path, "dopa")
    file = place / "population_by_subdistrict.csv"
    file.write_bytes(replaced("530407,2021", "530306,2021")(file.read_bytes()))
    received = dopa.subdistrict_population(place, 2021)
    assert "530407" in set(received.table["subdistrict_code"])
    assert [(m["column"], m["found"], m["used"]) for m in received.repaired] == [
        ("subdistrict_code", "530306", "530407")
    ]


BALLOTS = """[[ballots]]
agency = "{}"
points = {{ poverty = {}, university = {}, data_system = {} }}
cast_by = "the board"
cast_on = 2026-02-01
"""
POLICY = {
    "weights do not sum": ("poverty = 0.50", "poverty = 0.60", ["weights", "sum to 1.1"]),
    "weight over 1": ("poverty = 0.50", "poverty = 1.50", ["weights.poverty", "1.5"]),
    "missing parameter": ("rho = 0.0", "", ["score.rho", "nothing"]),
    "unknown parameter": ("rho = 0.0", "rho = 0.0\nroh = 1", ["score.roh"]),
    "text for a number": ("rho = 0.0", 'rho = "low"', ["score.rho", "'low'"]),
    "not TOML": ("rho = 0.0", "rho = ", ["TOML", "line"]),
    "district that does not exist": ('district_code = "8103"', 'district_code = "8199"', ["8199"]),
    "decided by someone, never": ('decided_by = ""', 'decided_by = "x"', ["decision", "decided_on"]),
    "bounds the wrong way round": ("[25, 60]", "[60, 25]", ["uncertainty.sigma_minutes", "below the second"]),
    "firm below likely": ("firm = 0.9", "firm = 0.5", ["uncertainty", "firm must be above likely"]),
    "a seed below 0": ("seed = 2565", "seed = -1", ["seed", "'-1'", "0"]),
    "weights spread without bound": (
        "weights_concentration = 40",
        "weights_concentration = 0.1",
        ["concentration", "1"],
    ),
    "too few draws": ("draws = 10000", "draws = 10", ["uncertainty.draws", "200"]),
    "a lock on no province": (
        "locks = []",
        'locks = [{ province_code = "99", reason = "x" }]',
        ["portfolio.locks", "99"],
    ),
    "ballots and weights": (
        "[uncertainty]",
        BALLOTS.format("CODI", 60, 20, 20) + "[uncertainty]",
        ["[weights]", "delete [weights]"],
    ),
}


@pytest.mark.parametrize("name", POLICY)
def test_policy_refuses(name: str, tmp_path: Path) -> None:
    old, new, parts = POLICY[name]
    file = tmp_path / "policy.toml"
    file.write_bytes(replaced(old, new)((RAW / "policy" / "policy.toml").read_bytes()))
    with pytest.raises(InputError) as caught:
        policies.read_policy(file, DISTRICTS["district_code"])
    refusal(caught.value, "policy.toml", *parts)


def test_policy_survives_its_table_and_overrides_are_marked() -> None:
    path = RAW / "policy" / "policy.toml"
    plain = policies.read_policy(path)[0]
    table = policies.received_policy(path, DISTRICTS["district_code"], WhatIf(parameters={"score.rho": 1.0})).table
    assert table.loc[table["overridden"], "parameter"].tolist() == ["score.rho"]
    assert policies.from_table(table) == plain.overridden({"score.rho": 1.0})
    with pytest.raises(InputError, match="what-if"):
        plain.overridden({"score.roh": 1.0})


REFUSED_LOCAL = {
    "a district that is none": (
        "new_firms",
        replaced("1001,10,", "1099,10,"),
        ["line 2", "'1099'", "of the DOPA list"],
    ),
    "a district of another province": (
        "new_firms",
        replaced("1001,10,", "1001,11,"),
        ["line 2", "district 1001 with province 11"],
    ),
    "a period in words": ("new_firms", replaced("2015-01..2016-06", "2015"), ["line 2", "period"]),
    "fewer than no firms": ("new_firms", replaced(",229,", ",-229,"), ["line 2", "new_firms", "0 or more"]),
    "a province twice": (
        "establishments",
        replaced("18,2664", "10,2664"),
        ["line 3", "10 a second time"],
    ),
    "a column of establishments missing": (
        "establishments",
        replaced(",establishments_large", ""),
        ["no column establishments_large"],
    ),
    "a village in another province's district": (
        "cbt_sites",
        replaced("40,บ้านเซินเหนือ", "41,บ้านเซินเหนือ"),
        ["line 3", "district 4020 with province 41"],
    ),
    "a village without a name": ("cbt_sites", replaced("34,บ้านผาชัน", "34,"), ["line 2", "name_th", "nothing"]),
}


@pytest.mark.parametrize("name", REFUSED_LOCAL)
def test_local_business_and_tourism_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    layer, change, parts = REFUSED_LOCAL[name]
    file = READERS[layer].copied(tmp_path)
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(InputError) as refused:
        READERS[layer].read(file.parent)
    for part in parts:
        assert part in str(refused.value.problems[0])


def test_a_village_of_which_only_the_province_is_known_is_kept() -> None:
    table = plain_of("cbt_sites")
    assert len(table) == 7
    assert table.loc[table["name_en"] == "Ban Pha Chan", "district_code"].isna().all()
