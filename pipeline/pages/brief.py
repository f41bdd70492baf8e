"""``maps/brief.html``: the page for the meeting, four A4 pages or fewer: list, portfolio, changes, what to decide.

Here: which figures it shows. Not here: how they look (``templates``, ``static/app``).
"""

import base64
from collections.abc import Mapping

from pipeline.figures import Figures
from pipeline.pages import shortlist_section
from pipeline.pages.frame import FRAME, page
from pipeline.pages.shortlist_section import shortlist_section_data

SCRIPTS = ("brief.js",)
STYLES = ("page.css", "brief.css")
RUNNERS_UP = 8
PICTURE = "downloads/score.png"
TABLES = tuple(dict.fromkeys((*FRAME, *shortlist_section.TABLES, "decisions")))


def brief_page(figures: Figures, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """Make the page for the meeting.

    Args:
        figures: the tables that the page declares.
        pictures: the files of ``pictures``, of which the page shows the map of the score.

    Returns:
        The page as ``{"brief.html": bytes}``.
    """
    html = page(
        "brief.html",
        figures,
        SCRIPTS,
        STYLES,
        picture=base64.b64encode(pictures[PICTURE]).decode(),
        decisions=list(figures["decisions"].sort_values("number").itertuples()),
        **shortlist_section_data(figures, RUNNERS_UP),
    )
    return {"brief.html": html}
