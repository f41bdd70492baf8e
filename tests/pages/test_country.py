"""The country page in a real browser with the network blocked, and its bytes."""

import html
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipeline import policy as policies
from pipeline import sentences, workspace
from pipeline.pages import country, embedding
from pipeline.policy import Policy
from pipeline.workspace import Paths
from tests.conftest import published

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
TEXTS = (
    "name_", "province_name_", "reason_", "university_nearest", "title_", "source", "outlook_", "comparison_", "region",
    "certainty_", "portfolio_t", "portfolio_e",
)  # fmt: skip
HOSTILE = "<img src=x onerror=\"document.title='run'\">${alert(1)}</script><script>document.title='run'</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator:
    if CHROMIUM is None:
        if os.environ.get("PILOT_AREAS_REQUIRE_BROWSER"):
            pytest.fail("no Chromium, and PILOT_AREAS_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND"]
        )
        yield started
        started.close()


class Opened:
    """A page, with every request it made and every error it told."""

    def __init__(self, browser, path: Path, width: int = 1440, height: int = 900) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.goto(path.resolve().as_uri())
        self.page.wait_for_selector("html[data-ready=yes]", timeout=15_000)

    def left_the_file(self) -> list[str]:
        return [url for url in self.requests[1:] if not url.startswith(("data:", "blob:"))]


@pytest.fixture
def opened(browser, real_run: Paths) -> Iterator[Opened]:
    page = Opened(browser, real_run.maps / "index.html")
    yield page
    page.context.close()


def test_nothing_leaves_the_file_and_nothing_complains(opened: Opened) -> None:
    opened.page.wait_for_timeout(300)
    assert opened.left_the_file() == []
    assert opened.errors == []


def test_the_list_names_every_pilot_district_with_its_reason(opened: Opened, real_run: Paths) -> None:
    opened.page.click("#open-all")
    listed = published(real_run, "provincial_shortlist")
    scores = published(real_run, "district_scores").set_index("district_code")
    text = opened.page.inner_text("#shortlist")
    for codes in listed.loc[listed["shortlisted"], "pilot_districts"]:
        for code in codes.split(", "):
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
    page.wait_for_function("document.querySelector('#card-body').innerText.includes('คงอยู่') || "
                           "document.querySelector('#card-body').innerText.includes('จะอยู่ต่อ')")  # fmt: skip
    card = page.inner_text("#card-body")
    for part in ("เมืองยะลา", "14,271", "เท่าของอำเภอกึ่งกลาง"):
        assert part in card
    page.click("#close-card")
    assert not page.is_visible("#card")


def test_on_a_phone_the_list_comes_first_and_nothing_overflows(browser, real_run: Paths) -> None:
    opened = Opened(browser, real_run.maps / "index.html", 390, 844)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tops = page.evaluate(
        "['shortlist','map-section'].map(id => document.getElementById(id).getBoundingClientRect().top)"
    )
    assert tops[0] < tops[1]
    page.evaluate("document.getElementById('map-section').scrollIntoView()")
    frame, land = (page.locator(s).bounding_box() for s in ("#thailand-frame", ".leaflet-overlay-pane svg g"))
    assert land["height"] > 0.6 * frame["height"]
    assert land["width"] <= frame["width"] + 2
    opened.context.close()


def hostile_page(paths: Paths) -> bytes:
    """The page with every name a piece of markup."""

    def table(name: str) -> pd.DataFrame:
        frame = workspace.read(paths.table(name), name)
        texts = [c for c in frame.columns if c.startswith(TEXTS)]
        return frame.assign(**{c: HOSTILE for c in texts if frame[c].dtype == "str"})

    names = ("district_criteria", "district_scores", "district_explanations", "provincial_shortlist",
             "shortlist_without_suspects")  # fmt: skip
    real = policies.from_table(workspace.read(paths.table("policy"), "policy"))
    policy: Policy = real.model_copy(update={"title_th": HOSTILE, "title_en": HOSTILE, "round": HOSTILE})
    shapes = workspace.read_shapes(paths.table("district_shapes"))
    sure = ("district_uncertainty", "province_uncertainty", "sensitivity", "pilot_portfolio")
    ballots = policies.Ballot.model_validate(
        {"agency": HOSTILE, "points": {"poverty": 50, "university": 25, "data_system": 25}, "cast_by": HOSTILE,
         "cast_on": "2026-02-01"}
    )  # fmt: skip
    policy = policy.model_copy(update={"ballots": (ballots,)})
    without = table("provincial_shortlist").assign(without_agency=HOSTILE)
    made = country.build(
        *map(table, names), shapes, table("universities"), table("inputs"), policy, *map(table, sure), without, "run",
        sentences.for_page(policy),
    )  # fmt: skip
    return made["index.html"]


def test_names_full_of_markup_show_as_text_and_do_nothing(browser, real_run: Paths, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_bytes(hostile_page(real_run))
    opened = Opened(browser, file)
    page = opened.page
    page.click("#open-all")
    page.click("button.district >> nth=0")
    page.mouse.move(1100, 400)
    page.wait_for_timeout(300)
    assert page.title() != "run"
    assert "onerror" in page.inner_text("#card-body")
    assert page.eval_on_selector_all("img", "all => all.length") == 0
    assert opened.errors == []
    assert opened.left_the_file() == []
    opened.context.close()


def test_size_and_what_the_file_says(real_run: Paths) -> None:
    content = (real_run.maps / "index.html").read_text(encoding="utf-8")
    assert len(content.encode()) < 900_000
    assert "ขอบเขตโดยสังเขป" in content  # schematic outlines are said
    assert 'lang="th"' in content
    assert "user-scalable" not in content
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", content)
    assert "default-src 'none'" in html.unescape(content)
    assert "TPMAP" in content


def test_script_text_cannot_end_its_element() -> None:
    assert "</script" not in embedding.safe_script("var a = '</script><b>';")
    assert "<" not in embedding.data({"name": HOSTILE})
    assert country.breaks(pd.Series([1.0, 1.0, 1.0])) == [1.0]
    assert country.breaks(pd.Series([], dtype=float)) == []
