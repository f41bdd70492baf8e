"""What holds for each kind of page: it is accessible, nothing hostile runs, sources and dates are shown, it prints."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.project import Paths
from tests.conftest import published
from tests.pages.conftest import HANGS_MS, HOSTILE, IDLE, Opened

KINDS = ("index.html", "95.html", "10.html", "brief.html")
CODES = (
    "below_gate",
    "data_needed",
    "undefined",
    "NaN",
    "None",
    "null",
    "[object",
    "household_linked",
)


@pytest.mark.parametrize(("file", "language"), [*((file, "th") for file in KINDS), ("index.html", "en")])
def test_axe_finds_nothing_serious(opens: Callable[..., Opened], real_run: Paths, file: str, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opens(real_run.maps / file).page
    if language == "en":
        page.click("#language")
    if file == "index.html":
        page.click("#open-all")
        page.click("#official button.district >> nth=0")
        page.click("#weights > summary")
        page.fill("#query", "ยะลา")
    if file == "95.html":
        page.click("#open-all")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")] == []


def test_axe_finds_nothing_serious_in_tables_and_while_weights_are_tried(
    opens: Callable[..., Opened], real_run: Paths
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opens(real_run.maps / "index.html", after="#weights=90-5-5&view=provinces&map=poverty").page
    assert page.is_visible("#what-if")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("file", KINDS)
@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450)])  # a phone; 1440 x 900 at 200 %
def test_nothing_is_cut_off_on_a_small_screen(
    opens: Callable[..., Opened], real_run: Paths, file: str, width: int, height: int
) -> None:
    page = opens(real_run.maps / file, width, height).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.is_visible("h1")


@pytest.mark.parametrize("file", KINDS)
def test_every_page_has_its_sources_and_dates(opens: Callable[..., Opened], real_run: Paths, file: str, policy) -> None:
    import json

    page = opens(real_run.maps / file).page
    text = page.inner_text("body")
    run = json.loads((real_run.processed / "run.json").read_text())
    for part in (
        run["run_id"],
        run["policy_sha256"][:16],
        f"รอบ {policy.round}",
        "31 ธันวาคม 2565",
        "TPMAP",
        "เงื่อนไขการใช้",
        "แจ้งข้อผิดพลาด",
        "กรมแผนที่ทหาร",
        "CC BY 3.0 IGO",
    ):
        assert part in text, part
    assert not page.is_visible("text=ข้อมูลตัวอย่าง")
    assert page.title()
    assert page.get_attribute("html", "lang") == "th"
    for banned in CODES:
        assert banned not in text, banned


@pytest.mark.parametrize("file", KINDS)
def test_english_is_whole_and_remembered(opens: Callable[..., Opened], real_run: Paths, file: str) -> None:
    opened = opens(real_run.maps / file)
    page = opened.page
    page.click("#language")
    text = page.inner_text("main")
    left = [line for line in text.split("\n") if re.search(r"[ก-๙]", line)]
    assert left == []
    for banned in CODES:
        assert banned not in text, banned
    # The browser stores the choice after some time, and only while the page of the choice is open: it stays open.
    another = page.context.new_page()
    for _ in range(HANGS_MS // 200):
        another.goto(page.url)
        another.wait_for_selector("html[data-complete=yes]")
        if another.get_attribute("html", "lang") == "en":
            break
        another.wait_for_timeout(200)
    assert another.get_attribute("html", "lang") == "en"


@pytest.mark.parametrize("file", ["index.html", "95.html", "brief.html"])
@pytest.mark.parametrize("language", ["th", "en"])
def test_names_full_of_markup_show_as_text_and_do_nothing(
    opens: Callable[..., Opened], hostile: Path, file: str, language: str
) -> None:
    opened = opens(hostile / file)
    page = opened.page
    if language == "en":
        page.click("#language")
    if file == "index.html":
        land = page.locator(".leaflet-overlay-pane svg g").bounding_box()
        page.mouse.move(land["x"] + land["width"] / 2, land["y"] + 0.3 * land["height"])  # a point in Phetchabun
        assert "onerror" in page.inner_text("#hint")
        page.click("#open-all")
        page.click("#official button.district >> nth=0")
        assert "onerror" in page.inner_text("#card-body")
        page.fill("#query", "onerror")
        page.fill("#query", "img")
        assert "onerror" in page.inner_text("#found")
        page.click("button[data-view=districts]")
        page.click("button[data-view=provinces]")
        page.click("#weights > summary")
        page.locator("#weight-university").evaluate("s => { s.value = 90; s.dispatchEvent(new Event('change')); }")
        page.click("button[data-view=list]")
        page.click("#tried summary >> nth=0")
    if file == "95.html":
        page.wait_for_selector("#reasons details p")
        page.click("#open-all")
        page.mouse.move(1000, 400)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.evaluate(IDLE)
    assert page.title().startswith(HOSTILE[:4]) or "onerror" in page.title()
    assert "onerror" in page.inner_text("body")
    assert page.eval_on_selector_all("img:not([src^='data:'])", "all => all.length") == 0
    assert opened.errors == []
    assert opened.left_the_file() == []


@pytest.mark.parametrize("file", ["index.html", "95.html", "brief.html"])
def test_what_is_printed_is_whole(opens: Callable[..., Opened], real_run: Paths, file: str, tmp_path: Path) -> None:
    """A4; the list, the map of the whole, its legend, the sources; the brief on four sheets or fewer."""
    import pypdf

    page = opens(real_run.maps / file).page
    target = tmp_path / "page.pdf"
    page.pdf(path=str(target), prefer_css_page_size=True, print_background=True)
    sheets = pypdf.PdfReader(target).pages
    assert {(round(float(s.mediabox.width)), round(float(s.mediabox.height))) for s in sheets} == {(595, 842)}
    assert len(sheets) <= {"index.html": 7, "95.html": 6, "brief.html": 4}[file]
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    if file != "brief.html":
        drawn = page.eval_on_selector_all(
            "#printed svg.drawing", "all => all.map(s => s.querySelectorAll('path').length)"
        )
        assert len(drawn) == 4
        assert min(drawn) > (928 if file == "index.html" else 8)
        captions = page.inner_text("#printed")
        assert captions.count("ไม่มีข้อมูล") == 4
        assert "อำเภอนำร่อง" in captions
    assert page.is_visible("text=แหล่งข้อมูล")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_the_list_is_printed_whatever_is_on_the_screen(opens: Callable[..., Opened], real_run: Paths) -> None:
    """From a table the official list; while weights are tried, that list with its reasons, marked as not official."""
    page = opens(real_run.maps / "index.html", after="#view=provinces").page
    assert not page.is_visible("#official")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.is_visible("#official")
    assert not page.is_visible("#view-provinces")
    assert "ค่าเริ่มต้น ยังไม่มีการลงมติ" in page.inner_text("#weights")
    tried = opens(real_run.maps / "index.html", after="#weights=50-100-25").page
    tried.emulate_media(media="print")
    count = (
        "() => { dispatchEvent(new Event('beforeprint')); return document.querySelectorAll('#tried .reason').length; }"
    )
    assert tried.evaluate(count) == 24  # at once: the paper does not wait
    assert tried.is_visible("#tried .reason >> nth=0")
    assert "ไม่ใช่ผลทางการ" in tried.inner_text("#what-if")


def test_motion_is_left_out_where_it_is_not_wanted(browser, real_run: Paths) -> None:
    context = browser.new_context(reduced_motion="reduce", offline=True)
    context.set_default_timeout(HANGS_MS)
    page = context.new_page()
    page.goto((real_run.maps / "index.html").resolve().as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    moving = (
        "all => all.map(e => getComputedStyle(e))"
        ".filter(s => s.transitionDuration !== '0s' || s.animationName !== 'none').length"
    )
    assert page.eval_on_selector_all("body *", moving) == 0
    context.close()


def test_links_between_pages_and_to_downloads_lead_somewhere(real_run: Paths) -> None:
    for file in KINDS:
        content = (real_run.maps / file).read_text(encoding="utf-8")
        for link in set(re.findall(r'href="([^"#]+)', content)):
            assert (real_run.maps / link).exists(), (file, link)


def test_all_pages_are_of_one_run(real_run: Paths) -> None:
    pages = sorted(real_run.maps.glob("*.html"))
    assert len(pages) == 79
    runs = {re.search(r"run id</span> ([0-9a-f]{16})", p.read_text(encoding="utf-8"))[1] for p in pages}
    assert len(runs) == 1
    assert {p.resolve().parent for p in pages} == {pages[0].resolve().parent}


def test_the_brief_lists_the_decisions(opens: Callable[..., Opened], real_run: Paths) -> None:
    text = opens(real_run.maps / "brief.html").page.inner_text("main")
    asked = published(real_run, "decisions")
    assert len(asked) >= 6
    for question in asked["question_th"]:
        assert question in text
    listed = published(real_run, "provincial_shortlist")
    for name in listed.loc[listed["shortlisted"], "name_th"]:
        assert name in text
    assert (real_run.maps / "brief.html").stat().st_size < 500_000


@pytest.mark.parametrize("file", ["index.html", "95.html"])
def test_a_browser_that_cannot_unpack_scripts_shows_the_text_and_a_note(browser, real_run: Paths, file: str) -> None:
    context = browser.new_context(offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((real_run.maps / file).resolve().as_uri())
    page.wait_for_selector("html[data-complete=yes]")
    assert "ต้องใช้เบราว์เซอร์รุ่นใหม่กว่านี้" in page.inner_text(".banner.old-browser")
    assert "ยะลา" in page.inner_text("main")
    page.click("#language")
    assert "Maps and tables need a newer browser" in page.inner_text(".banner.old-browser")
    assert errors == []
    context.close()
