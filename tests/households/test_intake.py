"""The intake of rows: each is kept, superseded or refused; repairs are listed; no person can be identified."""

import hashlib
import hmac
import io
from collections.abc import Callable

import duckdb
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import PatternFill

from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError
from pipeline.households import database, kept, pseudonyms
from pipeline.households.mapping import COLUMNS, Mapping
from tests.households.conftest import NO_RATES, Province, citizen_id, csv, parquet, row, table, xlsx


def counts(province: Province) -> tuple[int, int, int, int]:
    found = province.take_in().table("files")
    return tuple(int(found[f"rows_{name}"].sum()) for name in ("in", "kept", "superseded", "refused"))


def test_every_row_is_kept_superseded_or_refused(province: Province) -> None:
    rows = [
        row(1),
        row(2, health="1"),
        row(3, members="-3"),
        row(4, survey_year="3021"),
        row(5, living="maybe"),
        row(6, subdistrict_code="509999"),
        row(1, survey_year="2021"),
        row(7, citizen_id="12345"),
        row(8, members=""),
        row(9, citizen_id=""),
        row(10, income_per_person="-1"),
        row(11, health="", living="", education="", income="", accessibility=""),
        row(12, members="2.5"),
    ]
    province.put({"a.csv": csv(rows)})
    assert counts(province) == (13, 2, 1, 10)
    refused = province.refused().sort_values("line", ignore_index=True)
    assert refused["file"].unique().tolist() == ["households/tpmap/a.csv"]
    assert refused[["line", "column", "found", "verdict"]].to_records(index=False).tolist() == [
        (4, "members", "a negative number", "refused"),
        (5, "survey_year", "4 digits", "refused"),
        (6, "living", "text of 5 characters", "refused"),
        (7, "subdistrict_code", "6 digits", "refused"),
        (8, "citizen_id", "a row of this file", "superseded"),
        (9, "citizen_id", "5 digits", "refused"),
        (10, "members", "nothing", "refused"),
        (11, "citizen_id", "nothing", "refused"),
        (12, "income_per_person", "a negative number", "refused"),
        (13, "health", "nothing", "refused"),
        (14, "members", "a number of 3 characters", "refused"),
    ]
    assert province.households() == {"5001": 2}


def test_repaired_cells_are_listed_and_used(province: Province) -> None:
    rows = [
        row(1, members=" ๓ "),
        row(2, survey_year="2565"),
        row(3, health="๑"),
        row(4, income_per_person="12,000"),
        row(5, citizen_id=" 1-0000-00000-05-" + citizen_id(5)[-1]),
        row(6),
    ]
    rows[4]["citizen_id"] = f"{citizen_id(5)[0]}-{citizen_id(5)[1:5]}-{citizen_id(5)[5:]}"
    province.put({"a.csv": csv(rows)})
    assert counts(province) == (6, 6, 0, 0)
    repaired = province.repaired().sort_values("line")
    assert repaired[["line", "column", "what"]].to_records(index=False).tolist() == [
        (2, "members", "spaces or Thai digits"),
        (3, "survey_year", "Buddhist year"),
        (4, " or ".join((*DIMENSIONS, "welfare_card")), "spaces or Thai digits"),
        (5, "income_per_person", "spaces, thousands separators or Thai digits"),
        (6, "citizen_id", "spaces, dashes or Thai digits"),
    ]
    profiles = province.take_in().table("profiles")
    assert profiles["persons"].sum() == 18
    assert profiles.loc[profiles["deprived"] == 1, "households"].sum() == 1
    assert set(profiles["survey_year"]) == {2022}


THEIRS = {name: f"ช่อง {name}" for name in row()} | {"province_name": "จังหวัด", "district_name": "อำเภอ"}


@pytest.mark.parametrize("kind", [".csv", ".parquet", ".xlsx"])
def test_lists_and_messages_name_the_files_own_columns(kind: str, province: Province) -> None:
    def mapped(content: bytes) -> bytes:
        table = pd.read_csv(io.BytesIO(content), dtype="str").rename(columns=THEIRS)
        target = io.BytesIO()
        if kind == ".csv":
            return table.to_csv(index=False).encode()
        table.to_parquet(target) if kind == ".parquet" else table.to_excel(target, index=False)
        return target.getvalue()

    named = {"subdistrict_code": "", "province_name": "เชียงใหม่"}
    rows = [
        row(1, **named, district_name="ฝาง"),
        row(1, **named, district_name="ฝาง", survey_year="2565"),
        row(2, **named, district_name="x"),
        row(3, **named, district_name="ฝาง", members="-1"),
        row(4, **named, district_name="ฝาง", health="๑"),
        row(5, citizen_id="", **named, district_name="ฝาง"),
        row(6, subdistrict_code="", province_name="", district_name=""),
    ]
    columns = "".join(f'"{theirs}" = "{ours}"\n' for ours, theirs in THEIRS.items())
    province.put({f"a{kind}": mapped(csv(rows)), "mapping.toml": f"[columns]\n{columns}".encode()})
    first = 1 if kind == ".parquet" else 2
    refused = province.refused().sort_values("line")
    shown = {int(line) - first + 1: column for line, column in zip(refused["line"], refused["column"], strict=True)}
    ids, places = "ช่อง citizen_id (citizen_id)", ("จังหวัด (province_name)", "อำเภอ (district_name)")
    assert shown == {
        2: ids,  # superseded
        3: places[1],
        4: "ช่อง members (members)",
        6: ids,
        # The file has no district_code, the column of this rule.
        7: " or ".join(("ช่อง subdistrict_code (subdistrict_code)", *places)),
    }
    repaired = set(province.repaired()["column"])
    assert len(repaired) == 3
    assert all("(" in name and name.split(" (")[0] in THEIRS.values() for name in repaired)
    province.rules(refused_share_stops=0.1)
    with pytest.raises(InputError, match=r"column ช่อง subdistrict_code \(subdistrict_code\) or จังหวัด"):
        province.take_in()


KINDS: dict[str, Callable[[list[dict[str, str]]], dict[str, bytes]]] = {
    "utf-8": lambda r: {"a.csv": csv(r)},
    "utf-8 with BOM": lambda r: {"a.csv": csv(r, "utf-8-sig")},
    "cp874": lambda r: {"a.csv": csv(r, "cp874")},
    "semicolon": lambda r: {"a.csv": csv(r, sep=";")},
    "tab, CRLF": lambda r: {"a.tsv": csv(r, sep="\t").replace(b"\n", b"\r\n")},
    "parquet": lambda r: {"a.parquet": parquet(r)},
    "xlsx": lambda r: {"a.xlsx": xlsx(r)},
    "two files": lambda r: {"a.csv": csv(r[:2]), "b.parquet": parquet(r[2:])},
    "quoted": lambda r: {"a.csv": table(r).to_csv(index=False, quoting=1).encode()},
    "empty lines at the end": lambda r: {"a.csv": csv(r) + b"\n\n"},
    "no end of the last line": lambda r: {"a.csv": csv(r).rstrip(b"\n")},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_in_any_kind_of_file(kind: str, province: Province) -> None:
    named = {"subdistrict_code": "", "province_name": "เชียงใหม่"}
    rows = [
        row(1, district_name="อำเภอฝาง", **named),
        row(2, district_name="ฝาง", health="1", **named),
        row(3, members="0", district_name="ฝาง", **named),
        row(4, district_name="เขตที่ไม่มี", **named),
    ]
    province.put(KINDS[kind](rows))
    assert counts(province) == (4, 2, 0, 2)
    assert province.households() == {"5009": 2}
    encoding = {"utf-8 with BOM", "cp874", "parquet", "xlsx"}
    found = province.take_in().table("files")["encoding"].tolist()
    assert found[0] == (kind if kind in encoding else "utf-8")


def test_line_numbers_count_unreadable_rows(province: Province) -> None:
    text = csv([row(1), row(2), row(3, members="-1"), row(4)]).decode().splitlines()
    text.insert(2, "ragged,row")
    text.insert(1, "another")
    province.put({"a.csv": "\n".join(text).encode()})
    assert counts(province) == (6, 3, 0, 3)
    refused = province.refused().sort_values("line")
    assert refused[["line", "column", "found"]].to_records(index=False).tolist() == [
        (2, "row", "missing columns"),
        (4, "row", "missing columns"),
        (6, "members", "a negative number"),
    ]


def test_the_latest_usable_survey_counts(province: Province) -> None:
    rows = [
        row(1, survey_year="2022", health="1"),
        row(1, survey_year="2020"),
        row(2, survey_year="2020", health="1"),
        row(2, survey_year="2022", members="-1"),
        row(3, survey_year="2021"),
        row(3, survey_year="2021", health="1"),
    ]
    province.put({"a.csv": csv(rows)})
    assert counts(province) == (6, 2, 1, 3)
    profiles = province.take_in().table("profiles")
    assert profiles.loc[profiles["deprived"] == 1, "households"].sum() == 2
    assert "1 rows superseded by a later survey" in " ".join(province.log)


def test_a_million_duplicates_are_one_line_of_the_log(province: Province) -> None:
    province.put({})
    path = province.paths.raw / "households" / "tpmap" / "a.parquet"
    cells = ", ".join(f"'{value}' AS {name}" for name, value in row(1).items())
    duckdb.sql(f"SELECT {cells} FROM range(1000000)").write_parquet(str(path))
    assert counts(province) == (1_000_000, 1, 999_999, 0)
    assert [line for line in province.log if "superseded" in line] == [
        "households/tpmap/a.parquet: 999,999 rows superseded by an equal row of the same survey"
    ]


def test_households_by_code_abolished_code_name_and_coordinate(province: Province) -> None:
    nowhere = {"subdistrict_code": ""}
    rows = [
        row(1, subdistrict_code="500107"),
        row(2, subdistrict_code="530306"),
        row(3, province_name="จังหวัดเชียงใหม่", district_name=" อำเภอ แม่ริม ", **nowhere),
        row(4, lon="100.5", lat="13.5", **nowhere),
        row(5, lon="90", lat="13.5", **nowhere),
        row(6, province_code="50", district_code="1", subdistrict_code="7"),
        row(7, province_code="50", district_code="๐๑", subdistrict_code="07"),
        row(8, subdistrict_code="", district_code="5007"),
        row(9, subdistrict_code="50010701"),
        row(10, lon="", lat="", district_name="แม่ริม", **nowhere),
    ]
    province.put({"a.csv": csv(rows)})
    province.shapes = gpd.GeoDataFrame(
        {"district_code": ["1001"]},
        geometry=[shapely.box(100, 13, 101, 14)],
        crs="EPSG:4326",
    )
    assert province.households() == {"5001": 4, "5304": 1, "5007": 2, "1001": 1}
    assert counts(province) == (10, 8, 0, 2)
    repaired = province.repaired().set_index("line")["what"].to_dict()
    assert repaired == {
        3: "abolished code",
        4: "other spelling of the name, district by name",
        5: "district by coordinate",
        7: "lost leading zero",
        8: "spaces or Thai digits",
    }


def test_a_wrong_check_digit_is_a_warning_only(province: Province) -> None:
    good = citizen_id(1)
    province.put({"a.csv": csv([row(1), row(2, citizen_id=good[:-1] + str((int(good[-1]) + 1) % 10))])})
    assert counts(province) == (2, 2, 0, 0)
    assert province.take_in().table("files")["check_digits_wrong"].tolist() == [1]


def test_pseudonyms_equal_the_standard_librarys_hmac_and_depend_on_the_key() -> None:
    ids = [citizen_id(n) for n in range(500)]
    found = {}
    for secret in (b"some key that is not a real one, 40 long", b"some key that is not a real one, 40 lonG"):
        key = pseudonyms.Key.of(secret)
        with duckdb.connect(":memory:") as connection:
            database.prepare(connection)
            database.set_variables(connection, Mapping({name: name for name in COLUMNS}), (), latest_year=2026)
            cells = pd.DataFrame([row(n) for n in range(500)]).reindex(columns=list(COLUMNS)).astype("str")
            connection.register("cells", cells.where(cells != "nan", None))
            values = {"file": 0, "system": 0, "inner": key.inner, "outer": key.outer, "persons": False}
            found[secret] = database.run(connection, "stage", **values).df()["pseudonym"].tolist()
        assert found[secret] == [int(hmac.new(secret, i.encode(), hashlib.sha256).hexdigest()[:16], 16) for i in ids]
    one, other = map(set, found.values())
    assert len(one) == len(other) == 500
    assert not one & other


def test_numbers_are_read_as_in_every_table(province: Province) -> None:
    read = [
        row(1, members="'3"),
        row(2, members="3.0"),
        row(3, income_per_person="50,000"),
        row(4, survey_year="พ.ศ. 2565"),
    ]
    refused = [
        row(5, members="1,5"),
        row(6, members="2 3"),
        row(7, members="2\u00a03"),
        row(8, income_per_person="4166,67"),
    ]
    province.put({"a.csv": csv([*read, *refused])})
    assert counts(province)[:2] == (8, 4)
    listed = province.refused()
    assert listed["line"].tolist() == [6, 7, 8, 9]
    assert listed["found"].tolist().count("a number with a comma for a point, or without three digits after it") == 2
    assert province.repaired()["line"].tolist() == [2, 4, 5]


def test_each_dimension_has_a_bit_of_its_own(province: Province) -> None:
    rows = [row(n, members=str(n), **{name: "1"}) for n, name in enumerate(DIMENSIONS, start=1)]
    province.put({"a.csv": csv(rows)})
    profiles = province.take_in().table("profiles").set_index("persons")["deprived"].to_dict()
    assert profiles == {n: database.BIT[name] for n, name in enumerate(DIMENSIONS, start=1)}
    assert sorted(database.BIT.values()) == [1, 2, 4, 8, 16]


def test_every_statement_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in database.SQL.parent.glob("*.py"))
    for path in database.SQL.glob("*.sql"):
        assert f'"{path.stem}"' in source or f"'{path.stem}'" in source, path.name


def test_no_personal_data_is_kept_or_logged(province: Province, caplog: pytest.LogCaptureFixture) -> None:
    secret = {"name": "สมหญิง ใจดี", "telephone": "0812345678", "house": "99/17 หมู่ 4", "lon": "100.123456"}
    rows = [
        row(1, **{"lon": secret["lon"], "lat": "13.654321"}),
        row(2, members="-7"),
        row(3, subdistrict_code="", district_name="ที่ลับสุดยอด", province_name="เชียงใหม่"),
        row(4, citizen_id="๑๑๐๑๗๐๐๒๐๓๔๕๑"),
        row(5, citizen_id="110170020345X"),
        row(6, health="สมหญิง ใจดี"),
    ]
    extra = pd.DataFrame(rows).assign(ชื่อ=secret["name"], โทร=secret["telephone"], ที่อยู่=secret["house"])
    province.put({"a.csv": extra.to_csv(index=False).encode() + b"1101700203451,broken\n"})
    done = province.take_in()
    blob = b"".join(p.read_bytes() for p in done.folder.rglob("*") if p.is_file())
    text = [t for p in done.folder.rglob("*.parquet") for t in pd.read_parquet(p).astype(object).to_numpy().ravel()]
    shown = " ".join([*map(str, text), *province.log, caplog.text])
    for word in (*secret.values(), "ที่ลับสุดยอด", "13.654321", "110170020345", "๑๑๐๑๗๐๐๒๐๓๔๕๑", citizen_id(1)):
        assert word not in shown
        assert word.encode() not in blob
    assert not list(province.paths.households.glob(".intake-*"))


def test_a_file_of_invented_ids_is_a_sample_whatever_its_sidecar_states(province: Province) -> None:
    real, invented = [row(n) for n in range(3)], [row(n, citizen_id=f"9{n:012d}") for n in range(3, 6)]
    province.put({"a.csv": csv(real), "b.csv": csv(invented)})
    assert province.take_in().table("files")["sample"].tolist() == [False, True]
    tables = kept.household_tables(
        province.paths, province.districts, province.shapes, NO_RATES, province.policy, print
    )
    assert [o.sample for o in tables[0].origins] == [False, True]


def test_the_same_survey_in_two_files_is_refused(province: Province) -> None:
    one, other = [row(n) for n in range(10)], [row(n, health="1") for n in range(4, 12)]
    province.put({"a.csv": csv(one), "b.csv": csv(other)})
    with pytest.raises(InputError, match=r"a\.csv: found 6 households that b\.csv has in the same survey year"):
        province.take_in()
    province.put({"b.csv": csv([{**r, "survey_year": "2021"} for r in other])})
    assert counts(province) == (18, 12, 6, 0)


def test_no_files_give_empty_tables(province: Province) -> None:
    done = province.take_in()
    assert all(done.table(name).empty for name in ("files", "profiles", "agreement"))
    assert done.row_lists() == {}


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.integers(0, 8),
            st.sampled_from(["2020", "2021", "2564", "x"]),
            st.sampled_from(["1", "0", "๑", "?"]),
            st.sampled_from(["500107", "500101", "", "99"]),
            st.sampled_from(["1", "4", "-1"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_counts_equal_those_of_plain_python(province: Province, cases: list[tuple[int, str, str, str, str]]) -> None:
    rows = [
        row(n, survey_year=year, health=health, subdistrict_code=code, members=members)
        for n, year, health, code, members in cases
    ]
    province.put({"a.csv": csv(rows)})
    best: dict[int, tuple[int, int, bool, int]] = {}
    good = 0
    for line, (n, year, health, code, members) in enumerate(cases):
        if year == "x" or health == "?" or code in ("", "99") or members == "-1":
            continue
        good += 1
        key = (2021 if year == "2564" else int(year), line)
        best[n] = max(best.get(n, (0, -1, False, 0)), (*key, health != "0", int(members)))
    assert counts(province) == (len(cases), len(best), good - len(best), len(cases) - good)
    profiles = province.take_in().table("profiles")
    assert profiles["persons"].sum() == sum(b[3] for b in best.values())
    assert profiles.loc[profiles["deprived"] != 0, "households"].sum() == sum(b[2] for b in best.values())


def test_an_id_has_thirteen_digits_and_may_begin_with_zero(province: Province) -> None:
    ids = ["0123456789012", "1.1017002E+12", "110170020345", "๐๑๒๓๔๕๖๗๘๙๐๑๓"]
    province.put({"a.csv": csv([row(n, citizen_id=i) for n, i in enumerate(ids)])})
    assert counts(province) == (4, 2, 0, 2)
    assert province.refused()["line"].tolist() == [3, 4]


def test_line_numbers_count_empty_lines(province: Province) -> None:
    lines = csv([row(1), row(2), row(3, members="-1"), row(4)]).decode().splitlines()
    lines[2:2] = ["", "", "ragged"]
    province.put({"a.csv": "\r\n".join(lines).encode()})
    assert counts(province) == (5, 3, 0, 2)
    assert province.refused()["line"].tolist() == [5, 7]


def test_file_names_are_not_patterns(province: Province) -> None:
    province.put({"t[1].csv": csv([row(1)]), "t1.csv": csv([row(2)]), "t*.parquet": parquet([row(3)])})
    assert counts(province) == (3, 3, 0, 0)


def test_flags_may_be_decimals_as_software_writes_columns_with_gaps(province: Province) -> None:
    table_of = table([row(1, health="1"), row(2)])
    with_gaps = table_of.assign(health=[1.0, None], living=[0.0, 0.0])
    target = io.BytesIO()
    with_gaps.to_parquet(target)
    province.put({"a.parquet": target.getvalue()})
    assert counts(province) == (2, 2, 0, 0)
    profiles = province.take_in().table("profiles")
    assert profiles["answers"].sum() == 9
    assert profiles.loc[profiles["deprived"] == 1, "households"].sum() == 1


def test_empty_rows_at_the_end_of_a_sheet_are_ignored(province: Province) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx([row(1), row(2)])))
    for line in range(5, 60):
        book.active.cell(line, 1).fill = PatternFill("solid", fgColor="FFFF00")
    book.active.cell(70, 3, "7")
    target = io.BytesIO()
    book.save(target)
    province.put({"a.xlsx": target.getvalue()})
    assert counts(province)[1] == 2
    assert province.refused()["line"].max() == 70


CAPITAL = {"district_code": "", "province_name": "เชียงใหม่"}
LOST = {
    "a name that is not understood": (
        [row(n, subdistrict_code="", **CAPITAL, district_name="ตัวเมือง") for n in range(25)],
        r"a\.csv, line \d+, column district_name: found 25 of 25 rows of a place that is not found that cannot be used",
    ),
    "a column of another kind": (
        [row(n, subdistrict_code="500801", members="ครัวเรือน") for n in range(25)],
        r"a\.csv, line 402, column members: found 25 of 25 rows of district 5008 that cannot be used, 25 of them",
    ),
}


@pytest.mark.parametrize("what", LOST)
def test_a_place_that_loses_its_rows_is_named(province: Province, what: str) -> None:
    """25 rows are 6 % of the file."""
    lost, message = LOST[what]
    province.rules(place_refused_share_stops=0.5, refused_share_stops=0.2)
    rows = [row(1000 + n, **CAPITAL, district_name="") for n in range(400)]
    province.put({"a.csv": csv([*rows, *({**CAPITAL, "district_name": "", **r} for r in lost)])})
    with pytest.raises(InputError, match=message):
        province.take_in()
    province.rules(place_refused_share_stops=1.0)
    assert province.households() == {"5001": 400}


def test_slips_in_a_name_of_a_large_file_are_refused_one_by_one(province: Province) -> None:
    """25 slips beside 600 rows of the district are no district that is lost."""
    province.rules(place_refused_share_stops=0.5, refused_share_stops=0.2)
    slips = [row(n, subdistrict_code="", **CAPITAL, district_name="ตัวเมือง") for n in range(25)]
    rows = [row(1000 + n, **CAPITAL, district_name="") for n in range(600)]
    province.put({"a.csv": csv([*rows, *slips])})
    assert counts(province) == (625, 600, 0, 25)
