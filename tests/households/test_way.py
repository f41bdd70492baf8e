"""A whole run with household rows: the criterion uses them, pages name them, and no household is in any output."""

import hashlib
import io
import json
import os
import re
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import geothai
import pandas as pd
import pytest

from pipeline import cli, stored_tables
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import Stopped
from pipeline.households import opening
from pipeline.pages import embedding
from pipeline.project import Paths
from pipeline.runs import publishing
from tests import attack, scanner
from tests.conftest import MakeOnce, digests, lineage, made_in, published, run_in, with_fewer_draws, with_real_inputs
from tests.figures import figures_of, texts_of_picture
from tests.households.conftest import citizen_id, csv, row, xlsx

DISTRICTS = ("5001", "5002", "5007", "5801", "5802", "5804", "9501", "9506", "9508", "1001", "1002", "1003")
POOR = dict(zip(DISTRICTS, (20, 30, 40, 60, 70, 80, 90, 25, 35, 45, 2, 55), strict=True))
HOUSEHOLDS = 200


def rows(system: str = "tpmap") -> list[dict[str, str]]:
    """200 households in each of a dozen districts, as many poor in health as ``POOR`` states; three persons each.

    Of the poor a quarter also lack a living, none to three an education, half an income.
    """
    every = 1 if system == "tpmap" else 2
    lives = {code: geothai.subdistricts(code)[0].code for code in DISTRICTS}
    found = []
    for d, code in enumerate(DISTRICTS):
        few = {"health": POOR[code], "living": POOR[code] // 4, "education": d % 4, "income": POOR[code] // 2}
        for n in range(0, HOUSEHOLDS, every):
            lacks = {kind: str(int(n < min(many, POOR[code]))) for kind, many in few.items()}
            found.append(row(1000 * d + n, subdistrict_code=lives[code], welfare_card=str(n % 2), **lacks))
    return found


# Personal data that an export may hold: never read, kept or shown.
PERSONAL = {
    "full_name": "สมหญิง รักษ์ดีนักหนา",
    "telephone": "0898765432",
    "address": "๙๙/๑๒๓๔ ซอยสุดถนน",
    "birth_date": "2507-11-23",
    "note": '=HYPERLINK("http://x")ลับเฉพาะ',
}
INVENTED = """
sample = true
title_th = "ข้อมูลรายครัวเรือนตัวอย่าง"
title_en = "Invented household rows"
source = "tests"
address = ""
licence = "invented rows"
received = ""
"""
AT_HOME = ("98.123457", "18.765432")


def export(system: str) -> bytes:
    """The rows as a system exports them, with names, addresses, telephones, and where some of them live."""
    table = pd.DataFrame(rows(system)).assign(**PERSONAL, lon="", lat="")
    table.loc[table["subdistrict_code"].str.startswith("5801"), ["lon", "lat"]] = AT_HOME
    return table.to_csv(index=False).encode()


@pytest.fixture(scope="session")
def mixed(make_once: MakeOnce) -> Paths:
    """One published run with household rows of two systems in a dozen districts. Read only: all workers share it."""
    return Paths.of(make_once("mixed", with_household_rows))


@pytest.fixture
def changing(mixed: Paths, copy_of: Callable[[Path], Paths]) -> Paths:
    """The run with household rows in a folder that this test may change."""
    return copy_of(mixed.maps.parent)


def with_household_rows(root: Path) -> None:
    with_fewer_draws(with_real_inputs(root))
    for system in ("tpmap", "pppconnext"):
        folder = root / "data" / "raw" / "households" / system
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_bytes(export(system))
        (folder / "SOURCE.toml").write_text(INVENTED, encoding="utf-8")
    run_in(root)


def test_rows_come_before_published_rates_district_by_district(mixed: Paths, real_run: Paths) -> None:
    facts = published(mixed, "district_facts").set_index("district_code")
    before = published(real_run, "district_facts").set_index("district_code")
    by_rows = facts[facts["figures_from"] != "published rates"].dropna(subset=["figures_from"])
    assert set(by_rows.index) == set(DISTRICTS)
    for code in ("5001", "5801", "9501", "1003"):
        assert facts.loc[code, "figures_from"] == "household rows"
        assert facts.loc[code, "rate_any_min"] == pytest.approx(100 * POOR[code] / HOUSEHOLDS)
        assert facts.loc[code, "survey_population"] == 3 * HOUSEHOLDS
    others = facts.index.difference(DISTRICTS)
    same = ["rate_any_min", "survey_population", "rate_health", "labelled_share"]
    pd.testing.assert_frame_equal(facts.loc[others, same], before.loc[others, same])
    assert (published(mixed, "district_poverty")["poverty_unit"] == "persons").all()


def test_everything_published_is_marked_as_sample(mixed: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    record = json.loads((mixed.processed / "run.json").read_text(encoding="utf-8"))
    assert record["sample"] is True
    pages = sorted(mixed.maps.glob("*.html"))
    assert len(pages) == 79
    for file in pages:
        page = file.read_text(encoding="utf-8")
        assert "ข้อมูลตัวอย่าง" in page, file.name
        assert "SAMPLE" in page, file.name
    downloads = mixed.maps / "downloads"
    assert b"SAMPLE" in zipfile.ZipFile(downloads / "95.xlsx").read("xl/sharedStrings.xml")
    layer = json.loads((downloads / "districts.geojson").read_text(encoding="utf-8"))
    assert {feature["properties"]["sample"] for feature in layer["features"]} == {True}
    texts = texts_of_picture(figures_of(mixed), "poverty", monkeypatch)
    assert any("SAMPLE" in text for text in texts)


def test_a_count_too_small_to_publish_is_nowhere(mixed: Paths) -> None:
    facts = published(mixed, "district_facts").set_index("district_code")
    hidden = [code for code in ("1001", "1002", "1003") if facts.loc[code, "figures_from"].endswith("other districts")]
    assert "1002" in hidden
    assert len(hidden) >= 2
    pooled = sum(POOR[code] for code in hidden) / (HOUSEHOLDS * len(hidden))
    assert facts.loc[hidden, "rate_any_min"].to_numpy() == pytest.approx(100 * pooled)
    assert facts.loc[hidden, ["poor_health", "rate_health"]].isna().all(axis=None)
    scored = published(mixed, "district_scores").set_index("district_code")
    assert scored.loc[hidden, "poverty_rate_pct"].nunique() == 1


def test_all_by_rows_counts_households(new_project: Callable[[], Path], districts: pd.DataFrame) -> None:
    root = with_fewer_draws(new_project())
    policy = root / "data" / "raw" / "policy" / "policy.toml"
    folder = root / "data" / "raw" / "households" / "tpmap"
    folder.mkdir(parents=True)
    everywhere = [
        row(100 * d + n, subdistrict_code="", district_code=code, members="5" if n < 8 else "2", living=str(int(n < 8)))
        for d, code in enumerate(districts["district_code"])
        for n in range(30 if code != "5001" else 40)
    ]
    (folder / "rows.csv").write_bytes(csv(everywhere))
    policy.write_text(policy.read_text(encoding="utf-8").replace("least_households = 100", "least_households = 30"))
    paths = made_in(root, "country_page")
    poverty = stored_tables.read(paths.table("district_poverty"), "district_poverty").set_index("district_code")
    assert len(poverty) == 928
    assert (poverty["poverty_unit"] == "households").all()
    assert poverty.loc["5001", "poverty_rate_pct"] == pytest.approx(100 * 8 / 40)
    persons = poverty.loc["5001", "poverty_rate_smoothed_pct"] / 20 * 40  # poor persons scale with the rate
    assert poverty.loc["5001", "poor_persons_min"] == round(persons)
    page = stored_tables.read_files(paths.table("country_page"))["index.html"].decode()
    assert "928 อำเภอนับจากข้อมูลรายครัวเรือน" in page
    assert "อัตราคิดเป็นครัวเรือน" in page
    assert "ตัวเลขที่เผยแพร่เป็นค่าอย่างน้อย" not in page


def test_the_page_and_the_reasons_name_the_rows(mixed: Paths, real_run: Paths) -> None:
    page = (mixed.maps / "index.html").read_text(encoding="utf-8")
    assert "12 อำเภอนับจากข้อมูลรายครัวเรือน" in page
    assert "The poverty figures of 12 districts are counted from household rows" in page
    assert "อีก 869 อำเภอใช้ตัวเลขที่เผยแพร่" in page
    reasons = published(mixed, "district_scores").set_index("district_code")["reason_en"]
    assert re.search(r"^\d+ people are poor|^Poverty is not concentrated here: \d", reasons["5801"])
    assert (
        "at least" in published(real_run, "district_scores").set_index("district_code").loc["5801", "reason_en"].lower()
    )
    assert "household rows" in (real_run.maps / "index.html").read_text(encoding="utf-8")  # the card's own words


def test_systems_are_compared_and_feed_criterion_3(mixed: Paths) -> None:
    agreement = published(mixed, "household_agreement").set_index(["system", "other_system", "district_code"])
    half = agreement.loc[("pppconnext", "tpmap", "5801")]
    assert half["found_share"] == pytest.approx(0.5)
    assert half["poor_found_share"] == pytest.approx(0.5)
    assert agreement.loc[("tpmap", "pppconnext", "5801"), "found_share"] == pytest.approx(1.0)
    system = published(mixed, "district_data_system").set_index("district_code")
    # PPPConnext is not in Chiang Mai by data_systems.csv, but in Mae Hong Son: coverage 0.5, all answers known.
    assert system.loc["5801", "data_system_name"] == "PPPConnext"
    assert system.loc["5801", "data_system_quality"] == pytest.approx(0.5**0.5)
    assert not system.loc["5801", "data_system_quality_assumed"]


def test_rows_and_agreement_show_in_the_ui(mixed: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mixed.maps.parent)
    with dg.DagsterInstance.from_config(str(mixed.maps.parent)) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("household_files"))
        metadata = event.asset_materialization.metadata
        run = instance.get_run_records(limit=1)[0].dagster_run
        logs = " ".join(e.user_message for e in instance.all_logs(run.run_id))
        checks = {
            e.dagster_event.asset_check_evaluation_data.check_name: e.dagster_event.asset_check_evaluation_data
            for e in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        }
    assert metadata["rows_kept"].value == 3600
    assert metadata["rows_refused"].value == 0
    assert "households/tpmap/rows.csv: 2,400 rows read" in logs
    assert "no files remain" in logs
    assert "3,600 rows in = 3,600 kept + 0 joined + 0 superseded + 0 refused" in checks["household_rows"].description
    assert "can be compared" in checks["systems_agree"].description  # no household is poor in one system only
    assert checks["household_rows"].passed
    assert checks["poverty_totals"].passed


def test_no_household_is_in_anything_published_kept_or_logged(
    mixed: Paths, record_property: Callable[[str, object], None]
) -> None:
    """All but the rows themselves: what is published, the workspace, the intake, Dagster's databases and logs."""
    ids, prefix = {r["citizen_id"] for r in rows()}, "1000000"
    assert all(i.startswith(prefix) for i in ids)
    secrets = [*PERSONAL.values(), *AT_HOME, os.environ["PILOT_AREAS_KEY"]]
    words = {form: word for word in secrets for form in scanner.forms(word)}
    root, scanned, found = mixed.maps.parent, 0, []
    files = [p for p in root.rglob("*") if p.is_file() and not p.is_symlink() and not p.is_relative_to(mixed.raw)]
    kinds = {".parquet", ".duckdb", ".html", ".xlsx", ".gpkg", ".db", ".out", ".json"}
    assert kinds <= {p.suffix for p in files}
    seen: set[bytes] = set()
    for path in files:
        for name, content in scanner.layers(path):
            if (same := hashlib.sha256(content).digest()) in seen:  # published tables are also in the workspace
                continue
            seen.add(same)
            scanned += len(content)
            found += [(name, word) for form, word in words.items() if form in content]
            found += [(name, i) for i in scanner.ids_in(content, prefix, ids)]
        found += [(path.name, number) for number in scanner.numbers_in(path) & {float(degrees) for degrees in AT_HOME}]
    assert not found, found[:5]
    assert scanned > 50_000_000
    record_property("distinct bytes scanned", scanned)


def test_the_scanner_finds_what_is_there(tmp_path: Path) -> None:
    one = citizen_id(20030)
    thai = one.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    ways = [one, f"{one[0]}-{one[1:5]}-{one[5:10]}-{one[10:12]}-{one[12]}", thai, "-".join(thai), f"x{one}7"]
    for i, way in enumerate(ways):
        frame = pd.DataFrame({"a": [f"… {way} …"], "at": [98.123457]})
        frame.to_parquet(tmp_path / f"{i}.parquet")
        frame.to_excel(tmp_path / f"{i}.xlsx", index=False)
        (tmp_path / f"{i}.json").write_text(json.dumps([way]))
        (tmp_path / f"{i}.txt").write_text(way, encoding="utf-16")
        with sqlite3.connect(tmp_path / f"{i}.db") as database:
            frame.to_sql("t", database)
        database.close()
        with duckdb.connect(str(tmp_path / f"{i}.duckdb")) as catalogue:
            catalogue.from_df(frame).create("t")
        page = f"<!doctype html><script>{embedding.packed_text(f'{list(range(99))} {way}')}</script>"
        (tmp_path / f"{i}.html").write_text(page)
    for path in tmp_path.iterdir():
        assert any(scanner.ids_in(content, "1000", {one}) for _, content in scanner.layers(path)), path.name
    assert scanner.numbers_in(tmp_path / "0.parquet") == {98.123457}


def test_counts_left_out_cannot_be_computed_from_all_that_is_published(mixed: Paths) -> None:
    """Linear programming on the counts of every file: tables, catalogue, workbooks, layers, data of the pages."""
    for system in ("tpmap", "pppconnext"):
        counts = attack.published_counts(mixed, system)
        shown = [counts[kind] for kind in ("persons", "poor", *DIMENSIONS)]
        assert sum(value is None for table in shown for value in table.values()) >= 10
        # Every household has three persons, so persons are as good as households.
        assert attack.narrowest(shown, {k: [1] for k in range(2, 7)} | {1: [0]}, union=(1, [2, 3, 4, 5, 6])) >= 1


def test_a_second_run_reads_no_row_and_gives_the_same_bytes(changing: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests(changing)
    monkeypatch.setattr(opening, "open_file", lambda *_: pytest.fail("read again"))
    monkeypatch.setenv("PILOT_AREAS_KEY", "another key, since no pseudonym is published")
    made_in(changing.maps.parent, "district_scores", "refused", "household_agreement")
    publishing.publish(changing, lineage(changing), "again", datetime.now(UTC))
    assert digests(changing) == before


def test_check_shows_what_became_of_the_rows(
    mixed: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(mixed.maps.parent)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(opening, "open_file", lambda *_: pytest.fail("read again: check shares the intake of run"))
    assert cli.main(["check"]) == 0
    output = capsys.readouterr().out
    assert "in = kept + joined + superseded + refused" in output
    assert (
        "households/tpmap/rows.csv (utf-8) (SAMPLE)\n  2,400 in = 2,400 kept + 0 joined + 0 superseded + 0 refused\n"
        in output
    )


def test_bad_rows_after_good_ones_leave_what_is_published(changing: Paths) -> None:
    before = digests(changing)
    extra = changing.raw / "households" / "tpmap" / "extra.csv"
    extra.write_bytes(csv(rows())[:-200])
    with pytest.raises(Stopped, match="in the same survey year") as stopped:
        run_in(changing.maps.parent, changing)
    assert stopped.value.refused
    assert digests(changing) == before


def test_a_broken_cell_is_in_no_log(
    new_project: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = with_fewer_draws(new_project())
    monkeypatch.chdir(root)
    folder = root / "data" / "raw" / "households" / "tpmap"
    folder.mkdir(parents=True)
    secret, number = "สมชาย ใจดี 0812345678", 1000000000009
    source = zipfile.ZipFile(io.BytesIO(xlsx([{**row(1), "lon": "7"}])))
    with zipfile.ZipFile(folder / "a.xlsx", "w") as out:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                cell = f'<c r="A3" t="n"><v>{secret}</v></c><c r="B3" s="1" t="n"><v>{number}</v></c>'
                content = content.replace(b"</sheetData>", f'<row r="3">{cell}</row></sheetData>'.encode())
            out.writestr(name, content)
    assert cli.main(["run"]) == 2
    output = "".join(capfd.readouterr())
    assert "a workbook that cannot be read" in output
    places = [p for p in (root / ".dagster").rglob("*") if p.is_file()]
    for word in (secret, "0812345678", str(number)):
        assert word not in output
        escaped = word.encode("ascii", "backslashreplace")
        assert not [p for p in places if word.encode() in p.read_bytes() or escaped in p.read_bytes()]
