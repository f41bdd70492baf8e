"""The country page in a real browser with the network blocked, and its bytes."""

import csv
import html
import io
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline import scoring, what_if
from pipeline.criterion import NAMES
from pipeline.pages import embedding
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.stored_tables import Tables
from tests.conftest import published
from tests.pages.conftest import HOSTILE, IDLE, Opened


@pytest.fixture
def opened(opens: Callable[..., Opened], real_run: Paths) -> Opened:
    return opens(real_run.maps / "index.html")


def test_the_page_opens_without_network_and_errors(opened: Opened) -> None:
    opened.page.evaluate(IDLE)
    assert opened.left_the_file() == []
    assert opened.errors == []


def test_the_list_names_every_pilot_district_with_its_reason(opened: Opened, real_run: Paths) -> None:
    opened.page.click("#open-all")
    listed = published(real_run, "provincial_shortlist")
    scores = published(real_run, "district_scores").set_index("district_code")
    text = opened.page.inner_text("#shortlist")
    for codes in listed.loc[listed["shortlisted"], "pilot_districts"]:
        for code in codes:
            assert scores.loc[code, "name_th"] in text
            assert scores.loc[code, "reason_th"] in text
    assert "ยังไม่มีการลงมติ" in text


def test_the_map_has_every_district_and_the_switch_restyles_it(opened: Opened) -> None:
    page = opened.page

    def fills() -> list[str]:
        return page.eval_on_selector_all(".leaflet-overlay-pane path", "all => all.map(p => p.getAttribute('fill'))")

    seen = {}
    for layer in ("score", "poverty", "university", "data_system"):
        page.check(f"input[value={layer}]", force=True)
        seen[layer] = sorted(str(f) for f in fills())
        legend = page.inner_text("#legend")
        assert "ไม่มีข้อมูล" in legend
    assert len({tuple(v) for v in seen.values()}) == 4
    assert len(seen["poverty"]) == 928
    assert len(page.query_selector_all(".leaflet-campuses-pane path")) == 258
    assert len(page.query_selector_all(".leaflet-borders-pane path")) == 1
    assert seen["poverty"].count("url(#no-data)") == 50
    assert seen["university"].count("url(#no-data)") == 0
    assert page.eval_on_selector_all(".leaflet-container path:not([tabindex='-1'])", "all => all.length") == 0


def test_english_by_a_toggle(opened: Opened) -> None:
    page = opened.page
    assert page.get_attribute("html", "lang") == "th"
    assert "2565" in page.inner_text("header")
    page.click("#language")
    assert page.get_attribute("html", "lang") == "en"
    text = page.inner_text("body")
    assert "The first 8 provinces" in text
    assert "2022" in page.inner_text("header")
    assert not re.search(r"[ก-๙]", page.inner_text("#legend"))


def test_a_district_opens_with_its_reason_and_what_would_change_it(opened: Opened) -> None:
    page = opened.page
    page.click("button.district[data-district='9501']")
    page.wait_for_function(
        "document.querySelector('#card-body').innerText.includes('คงอยู่') || "
        "document.querySelector('#card-body').innerText.includes('จะอยู่ต่อ')"
    )
    card = page.inner_text("#card-body")
    for part in ("เมืองยะลา", "14,271", "เท่าของอำเภอกึ่งกลาง"):
        assert part in card
    page.click("#close-card")
    assert not page.is_visible("#card")


def test_on_a_phone_the_list_comes_first_and_nothing_overflows(opens: Callable[..., Opened], real_run: Paths) -> None:
    page = opens(real_run.maps / "index.html", 390, 844).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tops = page.evaluate(
        "['shortlist','map-section'].map(id => document.getElementById(id).getBoundingClientRect().top)"
    )
    assert tops[0] < tops[1]
    page.evaluate("document.getElementById('map-section').scrollIntoView()")
    frame, land = (page.locator(s).bounding_box() for s in ("#thailand-frame", ".leaflet-overlay-pane svg g"))
    assert land["height"] > 0.6 * frame["height"]
    assert land["width"] <= frame["width"] + 2


def test_size_and_content_of_the_file(real_run: Paths) -> None:
    content = (real_run.maps / "index.html").read_text(encoding="utf-8")
    assert len(content.encode()) < 900_000
    for part in ("กรมแผนที่ทหาร", "Royal Thai Survey Department", "CC BY 3.0 IGO"):  # its licence requires it
        assert part in html.unescape(content)
    assert 'lang="th"' in content
    assert "user-scalable" not in content
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", content)
    assert "default-src 'none'" in html.unescape(content)
    assert "TPMAP" in content


def test_script_text_cannot_end_its_element() -> None:
    assert "</script" not in embedding.safe_script("var a = '</script><b>';")
    assert "<" not in embedding.json_text({"name": HOSTILE})


def in_the_browser(page, weights: dict[str, float], rho: float) -> dict:
    """What the page computes: codes on the list in order, ranks of districts and provinces."""
    return page.evaluate(
        """([weights, rho]) => {
            const { figures } = Country;
            const found = Ranking.rank({ ...figures, rules: { ...figures.rules, rho } }, weights);
            const by = (of, ranks) => Object.fromEntries(of.code.map((code, i) => [code, ranks[i]]));
            return {
                listed: found.provinces.listed.map((p) => figures.provinces.code[p]),
                provinces: by(figures.provinces, found.provinces.rank),
                districts: by(figures.districts, found.districts.rank),
                status: found.districts.status,
                pilots: [...found.pilots].map((i) => figures.districts.code[i]).sort(),
            };
        }""",
        [weights, rho],
    )


def in_the_pipeline(tables: Tables, policy: Policy) -> dict:
    ranking = what_if.ranking_under(tables, policy)
    listed = ranking.provinces[ranking.provinces["shortlisted"]].sort_values(["rank", "province_code"])
    order = ("eligible", "below_gate", "data_needed", "excluded")
    districts = ranking.districts
    return {
        "listed": listed["province_code"].tolist(),
        "provinces": {
            c: int(r) for c, r in zip(*(ranking.provinces[k] for k in ("province_code", "rank")), strict=True)
        },
        "districts": {
            code: None if missing else int(rank)
            for code, rank, missing in zip(
                districts["district_code"], districts["rank"], districts["rank"].isna(), strict=True
            )
        },
        "status": [order.index(word) for word in districts["status"]],
        "pilots": sorted(c for codes in listed["pilot_districts"] for c in codes),
    }


def test_the_browser_ranks_as_the_pipeline_does(opened: Opened, real_run: Paths, policy: Policy) -> None:
    """To the last rank, for the official weights and 50 others, some at the edge; and for other exponents."""
    tables = Tables(real_run.processed)
    drawn = np.random.default_rng(5).dirichlet([1, 1, 1], 44).tolist()
    edges = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0.3, 0.35, 0.35], [0.35, 0.3, 0.35]]
    assert len(drawn) + len(edges) == 50
    for weights in [list(policy.nominal_weights), *drawn, *edges]:
        named = dict(zip(NAMES, weights, strict=True))
        changed = policy.overridden({f"weights.{k}": v for k, v in named.items()})
        assert in_the_browser(opened.page, named, 0.0) == in_the_pipeline(tables, changed), named
    for rho in (1.0, -1.0, 0.5):
        changed = policy.overridden({"score.rho": rho})
        assert in_the_browser(opened.page, dict(policy.weights), rho) == in_the_pipeline(tables, changed), rho


def test_the_power_mean_of_the_browser(opened: Opened) -> None:
    pick = random.Random(3)
    for rho in (0, 1, -1, 2.5, -10):
        rows = [[pick.uniform(0.05, 1) for _ in range(3)] for _ in range(20)]
        weights = [pick.random() for _ in range(3)]
        seen = opened.page.evaluate(
            "([rows, w, rho]) => rows.map((x) => Ranking.powerMean(x, w, rho))", [rows, weights, rho]
        )
        assert seen == pytest.approx(scoring.power_mean(rows, weights, rho).tolist(), rel=1e-12)


def slide(page, name: str, value: int) -> None:
    page.locator(f"#weight-{name}").evaluate(
        "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', { bubbles: true }));"
        " s.dispatchEvent(new Event('change', { bubbles: true })); }",
        value,
    )


def test_tried_weights_are_marked_kept_in_the_address_and_reset(
    opens: Callable[..., Opened], opened: Opened, real_run: Paths, policy: Policy
) -> None:
    page = opened.page
    before = page.inner_text("#official")
    assert not page.is_visible("#what-if")
    page.click("#weights > summary")
    slide(page, "university", 100)
    assert "ไม่ใช่ผลทางการ" in page.inner_text("#what-if")
    assert page.url.endswith("#weights=50-100-25")
    total = 50 + 100 + 25
    tried = {"weights.poverty": 50 / total, "weights.university": 100 / total, "weights.data_system": 25 / total}
    expected = in_the_pipeline(Tables(real_run.processed), policy.overridden(tried))["listed"]
    names = published(real_run, "provincial_shortlist").set_index("province_code")["name_th"]
    seen = page.eval_on_selector_all("#tried summary .name", "all => all.map(n => n.firstChild.textContent.trim())")
    assert seen == [names[code] for code in expected]
    assert not page.is_visible("#official")
    again = opens(real_run.maps / "index.html", after="#weights=50-100-25").page
    assert (
        again.eval_on_selector_all("#tried summary .name", "all => all.map(n => n.firstChild.textContent.trim())")
        == seen
    )
    again.evaluate("location.hash = ''")  # the reader takes the weights out of the address
    again.wait_for_selector("#what-if", state="hidden")
    page.click("#reset")
    assert page.inner_text("#official") == before
    assert not page.is_visible("#what-if")
    assert "#" not in page.url
    slide(page, "poverty", 100)
    slide(page, "university", 50)
    slide(page, "data_system", 50)  # the official shares again
    assert not page.is_visible("#what-if")


def test_sliders_at_zero_give_equal_weights(opened: Opened) -> None:
    page = opened.page
    page.click("#weights > summary")
    for name in NAMES:
        slide(page, name, 0)
    assert page.eval_on_selector_all(".sliders output", "all => all.map(o => o.textContent)") == ["33%"] * 3


FOUND_BY = [
    ("เมืองยะลา", "เมืองยะลา"),
    ("อำเภอเมืองยะลา", "เมืองยะลา"),
    ("อ.เมืองยะลา", "เมืองยะลา"),
    ("เมือง ยะลา", "เมืองยะลา"),
    ("muang yala", "เมืองยะลา"),
    ("Mueang Yala", "เมืองยะลา"),
    ("MUANGYALA", "เมืองยะลา"),
    ("Amphoe Mueang Yala", "เมืองยะลา"),
    ("จังหวัดบุรีรัมย์", "บุรีรัมย์"),
    ("Buriram", "บุรีรัมย์"),
    ("buri ram province", "บุรีรัมย์"),
    ("จ.บุรีรัมย์", "บุรีรัมย์"),
    ("เขตพระนคร", "เขตพระนคร"),
    ("พระนคร", "เขตพระนคร"),
    ("phra nakhon", "เขตพระนคร"),
    ("Petchaburi", "เพชรบุรี"),
    ("Phetchaburi", "เพชรบุรี"),
    ("โคราช", "นครราชสีมา"),
    ("korat", "นครราชสีมา"),
    ("กทม", "กรุงเทพมหานคร"),
    ("9501", "เมืองยะลา"),
    ("95", "ยะลา"),
    ("เฉลิมพระเกียรติ นครราชสีมา", "เฉลิมพระเกียรติ"),
]


def test_a_place_is_found_by_the_names_people_use(opened: Opened) -> None:
    for query, first in FOUND_BY:
        opened.page.fill("#query", query)
        assert opened.page.inner_text("#found li:first-child strong") == first, query


def test_search_without_result_and_enter_for_the_first(opened: Opened) -> None:
    page = opened.page
    page.fill("#query", "ไม่มีที่นี่")
    assert "ไม่พบชื่อนี้" in page.inner_text("#found")
    page.fill("#query", "เบตง")
    page.press("#query", "Enter")
    assert "เบตง" in page.inner_text("#card h3")
    assert "district=9502" in page.url
    assert page.get_attribute("#card-body .where a", "href") == "95.html#d9502"


def test_tables_sort_in_the_order_of_thai_and_of_numbers(opened: Opened, real_run: Paths) -> None:
    page = opened.page
    page.click("button[data-view=provinces]")
    rows = "#view-provinces tbody tr"
    assert len(page.query_selector_all(rows)) == 77
    ranks = page.eval_on_selector_all(f"{rows} td:first-child", "all => all.map(c => Number(c.textContent))")
    assert ranks == sorted(ranks)
    page.click("#view-provinces th:nth-child(2) button")
    names = page.eval_on_selector_all(f"{rows} th", "all => all.map(c => c.textContent)")
    # Thai vowels written before their consonant are sorted after it: เชียงใหม่ is among ช.
    assert (
        names.index("ชุมพร") < names.index("เชียงใหม่") < names.index("ตรัง") < names.index("เพชรบุรี") < names.index("ยะลา")
    )
    assert names != sorted(names)
    assert page.get_attribute("#view-provinces th:nth-child(2)", "aria-sort") == "ascending"
    page.click("#view-provinces th:nth-child(2) button")
    assert page.eval_on_selector_all(f"{rows} th", "all => all.map(c => c.textContent)") == names[::-1]
    page.click("button[data-view=districts]")
    assert len(page.query_selector_all("#view-districts tbody tr")) == 928
    page.click("#view-districts th:nth-child(4) button")
    page.click("#view-districts th:nth-child(4) button")
    best = page.inner_text("#view-districts tbody tr:first-child th")
    scores = published(real_run, "district_scores")
    assert best == scores.loc[scores["score"].idxmax(), "name_th"]
    assert page.inner_text("#view-districts tbody tr:last-child td:nth-child(4)") == "–"


def downloaded(page, button: str) -> list[list[str]]:
    with page.expect_download() as got:
        page.click(button)
    content = Path(got.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_what_is_shown_can_be_kept_as_csv(opened: Opened, real_run: Paths) -> None:
    page = opened.page
    rows = downloaded(page, "button[data-csv=districts]")
    head, body, last = rows[0], rows[1:-1], rows[-1]
    assert len(body) == 928
    scores = published(real_run, "district_scores").set_index("district_code")
    first = dict(zip(head, body[0], strict=True))
    assert first["รหัส"] == scores["rank"].astype("float64").idxmin() == "9501"
    assert float(first["คะแนน"]) == pytest.approx(scores.loc["9501", "score"], abs=0.005)
    assert "น้ำหนัก 50.0-25.0-25.0" in last[0]
    page.click("#weights > summary")
    slide(page, "data_system", 90)
    tried = downloaded(page, "button[data-csv=provinces]")
    assert "ไม่ใช่ผลทางการ" in tried[-1][0]
    assert len(tried) == 79
    names = page.eval_on_selector_all("#tried summary .name", "all => all.map(n => n.firstChild.textContent.trim())")
    column = tried[0].index("จังหวัด (ไทย)")
    assert [row[column] for row in tried[1:9]] == names


def test_the_map_can_be_skipped_and_everything_reached_by_keyboard(opened: Opened) -> None:
    page = opened.page
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "(e => e.id || e.dataset.district || `${e.tagName} ${e.textContent.trim()}`)(document.activeElement)"
            )
        )
        if str(seen[-1]).startswith("map_"):
            break
    assert seen[0].startswith("A ")  # the way past the header comes first
    assert page.evaluate("document.querySelector('.skip').getAttribute('href')") == "#content"
    for wanted in ("language", "query", "9501"):
        assert wanted in seen
    assert seen.index("query") < seen.index("9501") < len(seen) - 1
    assert not any("path" in str(s) for s in seen)
