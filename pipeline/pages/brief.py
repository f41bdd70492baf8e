"""``maps/brief.html``: the page for the meeting, four A4 pages or fewer: list, portfolio, changes, what to decide.

Here: which figures it holds. Not here: how they look.
"""

import base64
from collections.abc import Mapping

from pipeline.pages import country
from pipeline.pages.frame import Figures, page

SCRIPTS = ("common.js", "brief.js")
STYLES = ("page.css", "brief.css")
NEAR = 8
PICTURE = "downloads/score.png"


def build(figures: Figures, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """The page as ``{"brief.html": bytes}``; of the files ``pictures`` it shows the map of the score."""
    ranked = figures.provincial_shortlist.sort_values(["rank", "province_code"])
    html = page(
        "brief.html",
        figures,
        SCRIPTS,
        STYLES,
        picture=base64.b64encode(pictures[PICTURE]).decode(),
        provinces=[country.province(row, figures) for row in ranked[ranked["shortlisted"]].itertuples()],
        runners_up=[
            figures.by_province.loc[code] for code in ranked[~ranked["shortlisted"]]["province_code"].head(NEAR)
        ],
        portfolio=country.portfolio(figures.pilot_portfolio),
        without=country.changes(figures.provincial_shortlist, figures.shortlist_without_suspects),
        without_agencies=[
            {"agency": agency, **country.changes(figures.provincial_shortlist, other)}
            for agency, other in figures.shortlist_without_agencies.groupby("without_agency")
        ],
        moved=country.moved(figures),
        moving=figures.sensitivity.sort_values("total_order", ascending=False).head(country.MOVING).to_dict("records"),
        decisions=list(figures.decisions.sort_values("number").itertuples()),
        no_figures=country.without_figures(figures.district_criteria),
    )
    return {"brief.html": html}
