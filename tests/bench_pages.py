"""Part of `make bench`: how long the pages take to build, and to open in a browser with the network off."""

import gzip
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SLOWER = 6
# Builds all that planners open from the stored tables; its own imports count, those of the tables do not.
PAGES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from pipeline.project import Paths
raw, place = Path(sys.argv[1]) / "data" / "raw", Path(sys.argv[2])
paths = Paths(raw, place / "data" / "processed", place / "maps", raw / "policy" / "policy.toml")
from tests.figures import figures_of
figures = figures_of(paths)
begin()
from pipeline.downloads import download_files
from pipeline.pages import brief, country, dossier, pictures
from pipeline.workbooks import workbook_files
drawn = pictures.map_pictures(figures)
files = {**country.country_page(figures), **dossier.dossier_pages(figures), **brief.brief_page(figures, drawn), **drawn,
    **download_files(figures, workbook_files(figures))}
end(sys.argv[3])
assert sum(name.endswith(".html") for name in files) == 79
for name, content in files.items():
    assert (paths.maps / name).read_bytes() == content, name
"""
WATCH = """
new MutationObserver((_, seen) => {
    if (document.documentElement.dataset.ready !== 'yes') return;
    window.readyAt = performance.now();
    seen.disconnect();
}).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });
"""
# Milliseconds from a slider's move until the list and the map are drawn again; the median of twenty.
SLIDE = """
async () => {
    const slider = document.getElementById('weight-university');
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const times = [];
    for (let k = 0; k < 20; k += 1) {
        await frame();
        slider.value = String(10 + 4 * k);
        const began = performance.now();
        slider.dispatchEvent(new Event('change', { bubbles: true }));
        document.getElementById('tried').getBoundingClientRect();
        times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[10];
}
"""


def pages(
    root: Path,
    place: Path,
    inside: Callable[..., tuple[float, float]],
    line: Callable[..., None],
    times: int,
) -> None:
    """Builds the pages of what the main job published in ``place``, and opens them."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        seconds, memory = min(inside(PAGES, Path(folder), root, place, folder) for _ in range(times))
    line("all 79 pages, pictures, workbooks, layers", seconds, memory, "at most 12 s")
    from playwright.sync_api import sync_playwright

    from tests.pages.conftest import CHROMIUM, FLAGS

    if CHROMIUM is None:
        line("no Chromium here: the pages were not opened", 0)
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, what in (("index", "country page"), ("30", "dossier of 32 districts")):
            file = place / "maps" / f"{name}.html"
            content = file.read_bytes()
            size = f"{what}, {len(content) / 1000:.0f} kB (gzip {len(gzip.compress(content)) / 1000:.0f})"
            painted, ready = opened(browser, file, 1)
            line(f"{size}: first paint, offline", painted, None, "at most 0.5 s")
            line(f"{what}: ready to use", ready, None, "at most 1 s")
            line(
                f"{what}: ready with the processor {SLOWER} times slower",
                opened(browser, file, SLOWER)[1],
                None,
                "at most 3 s",
            )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto((place / "maps" / "index.html").resolve().as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        line("a slider moves list, ranks and map", page.evaluate(SLIDE) / 1000, None, "at most 0.05 s")
        browser.close()


def opened(browser: Any, file: Path, slower: int) -> tuple[float, float]:
    """Seconds to the first paint and until the page is ready: the median of five times, each in a new context."""
    seen = []
    for _ in range(5):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.add_init_script(WATCH)
        page.goto(file.resolve().as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        page.wait_for_timeout(200)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        seen.append((paint / 1000, page.evaluate("window.readyAt") / 1000))
        context.close()
    return statistics.median(p for p, _ in seen), statistics.median(r for _, r in seen)
