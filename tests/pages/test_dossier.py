"""The dossiers: each province has a page with its own map, tables and sentences."""

import csv
import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from pipeline.dimensions import DIMENSIONS
from pipeline.figures import Figures
from pipeline.pages import dossier, dossier_data
from pipeline.project import Paths
from pipeline.stored_tables import LoadedTables
from tests.conftest import published
from tests.pages.conftest import Opened

# A pilot province, one with most districts but one, one without figures, one without a campus, islands.
LOOKED_AT = ("95", "30", "10", "17", "83")


@pytest.fixture
def yala(opens: Callable[..., Opened], real_run: Paths) -> Opened:
    return opens(real_run.maps / "95.html")


def test_a_page_for_each_province_none_too_large(real_run: Paths) -> None:
    codes = published(real_run, "provincial_shortlist")["province_code"]
    sizes = {code: (real_run.maps / f"{code}.html").stat().st_size for code in codes}
    assert len(sizes) == 77
    assert max(sizes.values()) < 250_000


@pytest.mark.parametrize("code", LOOKED_AT)
def test_it_opens_without_complaint_and_shows_its_districts(
    opens: Callable[..., Opened], real_run: Paths, code: str
) -> None:
    opened = opens(real_run.maps / f"{code}.html")
    page = opened.page
    facts = published(real_run, "district_facts")
    own = facts[facts["province_code"] == code]
    for table in ("criteria", "dimensions", "universities"):
        assert len(page.query_selector_all(f"#{table} tbody tr")) == len(own)
    names = page.eval_on_selector_all("#criteria tbody button.district", "all => all.map(b => b.textContent)")
    assert sorted(names) == sorted(own["name_th"])
    fills = page.eval_on_selector_all(".leaflet-overlay-pane path", "all => all.map(p => p.getAttribute('fill'))")
    assert len([f for f in fills if f != "#ccd3dd"]) == len(own)
    assert len([f for f in fills if f == "#ccd3dd"]) >= 2
    assert opened.errors == []
    assert opened.left_the_file() == []


def test_it_shows_all_figures(yala: Opened, real_run: Paths) -> None:
    page = yala.page
    page.wait_for_selector("#reasons details p")
    text = page.inner_text("main")
    provinces = published(real_run, "province_uncertainty").set_index("province_code")
    assert provinces.loc["95", "certainty_th"] in text
    assert published(real_run, "province_explanations").set_index("province_code").loc["95", "outlook_th"] in text
    assert "542,314" in text  # registered persons of 2021
    assert "ไม่มีรอบก่อนให้เทียบ" in text
    page.click("#open-all")
    text = page.inner_text("#reasons")
    explained = published(real_run, "district_explanations").set_index("district_code")
    scores = published(real_run, "district_scores").set_index("district_code")
    sure = published(real_run, "district_uncertainty").set_index("district_code")
    for code in [c for c in explained.index if c.startswith("95")]:
        for sentence in (
            explained.loc[code, "outlook_th"],
            explained.loc[code, "comparison_th"],
            scores.loc[code, "reason_th"],
            sure.loc[code, "certainty_th"],
        ):
            assert sentence in text
    peers = explained.loc["9501", "peers"]
    links = page.eval_on_selector_all("#d9501 a", "all => all.map(a => a.getAttribute('href'))")
    assert links == [f"{c[:2]}.html#d{c}" for c in peers]
    systems = page.inner_text("#systems")
    for word in ("PPPConnext", "TPMAP", "ยอมรับ", "PMU-A", "CODI", "OSMEP", "DASTA", "เชื่อมถึงรายครัวเรือน"):
        assert word in systems


def test_five_dimensions(yala: Opened, real_run: Paths) -> None:
    page = yala.page
    facts = published(real_run, "district_facts").set_index("district_code")
    shown = page.eval_on_selector_all(
        "#dimensions tbody tr", "all => all.map(r => [...r.cells].map(c => c.innerText.trim()))"
    )
    by_name = {cells[0].split()[0]: cells for cells in shown}
    for code in [c for c in facts.index if c.startswith("95")]:
        row = facts.loc[code]
        cells = by_name[row["name_th"]]
        for k, name in enumerate(DIMENSIONS, start=1):
            persons, rate = int(row[f"poor_{name}"]), row[f"rate_{name}"]
            assert cells[k] == f"{rate:.1f}% ({persons:,})"  # published: shown as it is, also where it is small


def test_a_column_of_a_layer_replaces_none_of_the_pages_own(figures: Figures) -> None:
    country = dossier_data.Country.of(figures)
    own = [code for code in country.positions if code[:2] == "95"]
    expected = dossier_data.dossier_data(figures, country, own, [])["districts"]
    more = dataclasses.replace(country, layers={name: dict.fromkeys(own, -1) for name in expected})
    found = dossier_data.dossier_data(figures, more, own, [])["districts"]
    assert {name: found[name] for name in expected if not name.startswith("layer.")} == {
        name: column for name, column in expected.items() if not name.startswith("layer.")
    }


def test_small_counts_of_household_rows_are_not_in_the_data() -> None:
    """Neither the count nor the rate of one to four persons; a count left out before is shown in the same way."""
    few = {f"poor_{name}": count for name, count in zip(DIMENSIONS, (0, 4, 5, None, 9), strict=True)}
    rates = {f"rate_{name}": 1.0 for name in DIMENSIONS}
    rows, published_counts = (
        SimpleNamespace(**few, **rates, figures_from=of) for of in ("household rows", "published counts")
    )
    columns = dossier_data.dimension_columns([rows, published_counts], 5)
    assert [columns[f"{name}_persons"][0] for name in DIMENSIONS] == [0, "<5", 5, "<5", 9]
    assert [columns[f"{name}_pct"][0] for name in DIMENSIONS] == [1.0, None, 1.0, None, 1.0]
    assert [columns[f"{name}_persons"][1] for name in DIMENSIONS] == [0, 4, 5, None, 9]


def test_neighbours_are_those_that_share_a_border(opens: Callable[..., Opened], real_run: Paths) -> None:
    page = opens(real_run.maps / "95.html").page
    links = set(page.eval_on_selector_all("main a", "all => all.map(a => a.getAttribute('href'))"))
    assert {"90.html", "94.html", "96.html"} <= links  # Songkhla, Pattani, Narathiwat
    above = page.eval_on_selector_all("nav a", "all => all.map(a => a.getAttribute('href'))")
    assert {"index.html", "brief.html"} <= set(above)
    for link in links:
        if not link.startswith("#"):
            assert (real_run.maps / link.split("#")[0]).exists(), link


def test_the_address_leads_to_a_district(opens: Callable[..., Opened], real_run: Paths) -> None:
    page = opens(real_run.maps / "95.html", after="#d9506").page
    assert page.get_attribute("#d9506", "open") is not None
    assert "chosen" in page.get_attribute("#d9506", "class")


def test_local_business_and_community_tourism_where_known(opens: Callable[..., Opened], real_run: Paths) -> None:
    phetchaburi = opens(real_run.maps / "76.html").page.inner_text(".overview")
    assert "บ้านถ้ำรงค์" in phetchaburi
    assert "ไม่มีข้อมูลสถานประกอบการตามขนาด" in phetchaburi
    krabi = opens(real_run.maps / "81.html").page.inner_text(".overview")
    assert "8,341" in krabi
    firms = published(real_run, "new_firms")
    assert f"{firms.loc[firms['province_code'] == '81', 'new_firms'].sum():,}" in krabi
    assert "มกราคม 2558" in krabi


def test_a_table_is_kept_as_it_is_shown(yala: Opened) -> None:
    page = yala.page
    page.click("#dimensions th:nth-child(2) button")
    order = page.eval_on_selector_all("#dimensions tbody button", "all => all.map(b => b.textContent)")
    with page.expect_download() as got:
        page.click("button[data-csv=dimensions]")
    assert got.value.suggested_filename == "95_dimensions.csv"
    rows = list(csv.reader(io.StringIO(Path(got.value.path()).read_text(encoding="utf-8-sig"))))
    assert [row[1] for row in rows[1:-1]] == order
    assert "รหัสการคำนวณ" in rows[-1][0]


def test_since_the_last_round(figures: Figures, opens: Callable[..., Opened], tmp_path: Path) -> None:
    from dataclasses import replace

    moves = {"since": "2564", "rank_earlier": 3, "rank_later": 1, "move": -2, "by_figures": -2, "by_policy": 0}
    change = {"change": "enters", "change_th": "เข้ารายชื่อใหม่", "change_en": "New on the list."}
    places = [("province", "95"), ("district", "9501")]
    table = pd.DataFrame([{"level": level, "code": code, **moves, **change} for level, code in places])
    tables = LoadedTables({**figures.tables.by_name, "round_changes": table})
    file = tmp_path / "95.html"
    file.write_bytes(dossier.dossier_page(replace(figures, tables=tables), dossier_data.Country.of(figures), "95"))
    page = opens(file).page
    page.wait_for_selector("#reasons details p")
    assert "เทียบกับรอบก่อน: เข้ารายชื่อใหม่" in page.inner_text(".overview")
    assert "เทียบกับรอบก่อน: เข้ารายชื่อใหม่" in page.inner_text("#d9501")
