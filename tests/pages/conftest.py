"""A real browser with the network blocked, and pages built from hostile names."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline import policy as policies
from pipeline import sentences
from pipeline.figures import Figures
from pipeline.pages import brief, country, dossier, dossier_data, pictures
from pipeline.project import Paths
from pipeline.stored_tables import LoadedTables
from tests.figures import figures_of

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
HOSTILE = "<img src=x onerror=\"document.title='run'\">${alert(1)}</script><script>document.title='run'</script>"
# Columns of text that people write, in any table: a page must show them as text and never run them.
WRITTEN = (
    "name_",
    "province_name_",
    "reason_",
    "university_nearest",
    "university_strongest",
    "title_",
    "source",
    "outlook_",
    "comparison_",
    "region",
    "certainty_",
    "portfolio_t",
    "portfolio_e",
    "question_",
    "because_",
    "change_t",
    "change_e",
    "campus_name",
    "data_system_name",
    "basis",
    "licence",
    "document",
    "since",
)
# The same for columns that hold lists of text.
LISTED = ("data_systems_all",)


# Ends a test that hangs, on however slow a machine; no result depends on it.
HANGS_MS = 300_000
# Resolves when the browser has painted what was asked of it and has nothing left to do.
IDLE = "new Promise((done) => requestAnimationFrame(() => requestIdleCallback(() => done(true))))"


class Opened:
    """A page with all its requests and errors."""

    def __init__(self, browser: Any, path: Path, width: int = 1440, height: int = 900, after: str = "") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        self.context.set_default_timeout(HANGS_MS)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("dialog", lambda d: (self.errors.append(f"dialog {d.message}"), d.dismiss()))
        self.page.goto(path.resolve().as_uri() + after)
        self.page.wait_for_selector("html[data-complete=yes]")

    def left_the_file(self) -> list[str]:
        return [url for url in self.requests[1:] if not url.startswith(("data:", "blob:"))]


@pytest.fixture(scope="module")
def browser(real_run: Paths) -> Iterator[Any]:
    """Started after the run that it looks at: while it is open, Dagster cannot have an event loop of its own."""
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


@pytest.fixture
def opens(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Opens pages, and closes them after the test."""
    pages: list[Opened] = []

    def open_page(path: Path, *size: int, after: str = "") -> Opened:
        pages.append(Opened(browser, path, *size, after=after))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()


@pytest.fixture(scope="session")
def figures(real_run: Paths) -> Figures:
    """What the pages of the real run are made from."""
    return figures_of(real_run)


@pytest.fixture(scope="session")
def hostile(figures: Figures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one page of each kind in which every name is a piece of markup."""

    def damaged(table: pd.DataFrame) -> pd.DataFrame:
        texts = [c for c in table.columns if c.startswith(WRITTEN) and table[c].dtype == "str"]
        lists = [c for c in table.columns if c.startswith(LISTED)]
        hostile_lists = {c: table[c].map(lambda items: (HOSTILE,) * len(items)) for c in lists}
        return table.assign(**dict.fromkeys(texts, HOSTILE), **hostile_lists)

    tables = {
        name: damaged(value)
        for name, value in figures.tables.by_name.items()
        if name not in ("policy", "district_shapes")
    }
    systems = tables["data_systems"][tables["data_systems"]["province_code"] == "95"]
    tables["data_systems"] = systems.assign(system=[f"{HOSTILE}{i}" for i in range(len(systems))])
    ballot = policies.Ballot.model_validate(
        {
            "agency": HOSTILE,
            "points": {"poverty": 50, "university": 25, "data_system": 25},
            "cast_by": HOSTILE,
            "cast_on": "2026-02-01",
        }
    )
    decision = figures.policy.decision.model_copy(update={"contact": HOSTILE, "previous_round": HOSTILE})
    policy = figures.policy.model_copy(
        update={
            "title_th": HOSTILE,
            "title_en": HOSTILE,
            "round": HOSTILE,
            "ballots": (ballot,),
            "decision": decision,
            "agencies": (HOSTILE,),
        }
    )
    tables["shortlist_without_agencies"] = tables["provincial_shortlist"].assign(without_agency=HOSTILE)
    moves = {"since": HOSTILE, "rank_earlier": 3, "rank_later": 2, "move": -1, "by_figures": -1, "by_policy": 0}
    change = {"change": "stays", "change_th": HOSTILE, "change_en": HOSTILE}
    places = [("province", "95"), ("district", "9501")]
    rows = [{"level": level, "code": code, **moves, **change} for level, code in places]
    tables["round_changes"] = pd.DataFrame(rows)
    tables["cbt_sites"] = tables["cbt_sites"].assign(province_code="95", district_code="9501")
    given = LoadedTables({**figures.tables.by_name, **tables})
    figures = replace(figures, policy=policy, words=sentences.for_page(policy), tables=given)
    folder = tmp_path_factory.mktemp("hostile")
    one = replace(figures)
    made = {
        **country.country_page(one),
        "95.html": dossier.dossier_page(one, dossier_data.Country.of(one), "95"),
        **brief.brief_page(one, pictures.map_pictures(one)),
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return folder
