"""``maps/brief.html``: the page for the meeting, four A4 pages or fewer: list, portfolio, changes, what to decide.

Here: which figures it holds. Not here: how they look.
"""

import base64
from collections.abc import Mapping

from pipeline.pages.country import LIST_TABLES, the_list
from pipeline.pages.frame import FRAME, Figures, page

SCRIPTS = ("common.js", "brief.js")
STYLES = ("page.css", "brief.css")
NEAR = 8
PICTURE = "downloads/score.png"
TABLES = tuple(dict.fromkeys((*FRAME, *LIST_TABLES, "decisions")))


def brief_page(figures: Figures, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """The page as ``{"brief.html": bytes}``; of the files ``pictures`` it shows the map of the score."""
    html = page(
        "brief.html",
        figures,
        SCRIPTS,
        STYLES,
        picture=base64.b64encode(pictures[PICTURE]).decode(),
        decisions=list(figures["decisions"].sort_values("number").itertuples()),
        **the_list(figures, NEAR),
    )
    return {"brief.html": html}
