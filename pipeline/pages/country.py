"""``maps/index.html``: the country at a glance: shortlist, map, all provinces and districts, weights to try.

Here: which figures the page shows, and in what order. Not here: the shortlist (``shortlist_section``), how figures look
(``templates``, ``static/app``), how they get into the file (``frame``, ``embedding``).
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from pipeline.categories import FROM_ROWS
from pipeline.criterion import NAMES
from pipeline.figures import Figures
from pipeline.lower_bound import is_lower_bound
from pipeline.pages import classes, embedding, outlines, shortlist_section
from pipeline.pages.frame import FRAME, coded, exact, flag, number, page, whole, word_lists
from pipeline.pages.shortlist_section import shortlist_section_data

# Shared borders on a grid of about 150 m; outlines simplified by up to about 200 m, unseen at this scale.
STEPS = 10_000
SIMPLIFIED_DEGREES = 0.002
RUNNERS_UP = 4
SENTENCES = ("reason", "comparison", "outlook", "certainty")
WORD_LISTS = ("status", "firmness", "figures_from")
SCRIPTS = (
    "map.js",
    "ranking.js",
    "tables.js",
    "search.js",
    "country_tables.js",
    "country_card.js",
    "country_tried.js",
    "country_search.js",
    "country.js",
)
STYLES = ("page.css", "country.css")
TABLES = tuple(dict.fromkeys((*FRAME, *shortlist_section.TABLES, "universities", "map_classes")))


def country_page(figures: Figures) -> dict[str, bytes]:
    """Make the country page.

    Args:
        figures: the tables that the page declares.

    Returns:
        The page as ``{"index.html": bytes}``.
    """
    scores = figures.by_district
    html = page(
        "country.html",
        figures,
        SCRIPTS,
        STYLES,
        bounds=figures.shapes.total_bounds,
        topology=embedding.packed_json(outlines.topology(figures.shapes, SIMPLIFIED_DEGREES, STEPS)),
        shown=embedding.json_text(country_data(figures)),
        sentences=embedding.packed_json(district_sentences(scores)),
        counts=scores["status"].value_counts().to_dict(),
        **shortlist_section_data(figures, RUNNERS_UP),
    )
    return {"index.html": html}


def country_data(figures: Figures) -> dict[str, Any]:
    """Collect what the scripts of the page compute and show with.

    Args:
        figures: the tables that the page declares.

    Returns:
        Rules of the score, words, and columns of districts and provinces, each in the order of codes.
    """
    names = figures["universities"].drop_duplicates("name_th")
    institutions = {name: i for i, name in enumerate(names["name_th"])}
    regions = figures.by_province.drop_duplicates("region").sort_index()
    return {
        "rules": _rules(figures),
        "smallest_count": figures.policy.households.smallest_count,
        "classes": classes.bounds_and_colours(figures["map_classes"]),
        **classes.map_data(figures.words),
        "words": word_lists(figures, WORD_LISTS),
        "districts": _districts(figures, institutions),
        "provinces": _provinces(figures, list(regions["region"])),
        "regions": [[row.region_th, row.region] for row in regions.itertuples()],
        "institutions": [[row.name_th, row.name_en] for row in names.itertuples()],
        "campuses": [
            [round(row.lon, 3), round(row.lat, 3), institutions[row.name_th], int(row.precision == "campus")]
            for row in figures["universities"].itertuples()
        ],
    }


def _rules(figures: Figures) -> dict[str, Any]:
    """The parameters of the policy that ``ranking.js`` needs."""
    policy = figures.policy
    return {
        "weights": dict(policy.weights),
        "rho": policy.score.rho,
        "floor": policy.score.floor,
        "known_weight_needed": policy.score.known_weight_needed,
        "pilot_districts": policy.pilot_districts_per_province,
        "shortlist": policy.shortlist_provinces,
    }


def _districts(figures: Figures, institutions: dict[str, int]) -> dict[str, Any]:
    """Columns of districts in the order of codes; criteria exact, since the browser computes the score from them."""
    table = figures.by_district.astype(object)
    return {
        "code": list(table.index),
        "name": _names(table),
        **{name: [exact(v) for v in table[name]] for name in NAMES},
        "concentrated": [flag(v) for v in table["concentrated"]],
        "rejected": [int(v is True) for v in table["rejected"]],
        "rate_pct": [number(v, 1) for v in table["poverty_rate_smoothed_pct"]],
        "poor_persons": [whole(v) for v in table["poor_persons_min"]],
        "from_rows": [int(v in FROM_ROWS) for v in table["figures_from"]],
        "hot_spot": [int(v is True) for v in table["hot_spot"]],
        "suspect": [int(v is True) for v in table["suspect"]],
        "nearest": [institutions[v] for v in table["university_nearest"]],
        "nearest_minutes": [whole(v) for v in table["university_nearest_minutes"]],
        "surveyed_pct": [whole(v) for v in table["survey_coverage_pct"]],
        "figures_from": coded(figures, "figures_from", table["figures_from"]),
        "at_least": at_least(figures.districts.values()),
        **_certainty(figures, table),
    }


def _provinces(figures: Figures, regions: list[str]) -> dict[str, Any]:
    """Columns of provinces in the order of codes."""
    table = figures.by_province
    return {
        "code": list(table.index),
        "name": _names(table),
        "region": [regions.index(v) for v in table["region"]],
        **_certainty(figures, table),
    }


def _names(table: pd.DataFrame) -> list[list[str]]:
    return [[row.name_th, row.name_en] for row in table.itertuples()]


def _certainty(figures: Figures, table: pd.DataFrame) -> dict[str, list[int | None]]:
    return {
        "rank_low": [whole(v) for v in table["rank_low"]],
        "rank_high": [whole(v) for v in table["rank_high"]],
        "firmness": coded(figures, "firmness", table["firmness"]),
    }


def at_least(districts: Iterable[Any]) -> list[int]:
    """Mark the districts whose poverty figures are lower bounds.

    Args:
        districts: records of districts.

    Returns:
        1 for a lower bound, else 0, in the same order.
    """
    return [int(is_lower_bound(row.figures_from, row.labelled_share)) for row in districts]


def district_sentences(by_district: pd.DataFrame) -> dict[str, list[list[str]]]:
    """Collect the sentences about districts by kind: equal kinds together pack best.

    Args:
        by_district: one row per district, in the order of codes.

    Returns:
        For each kind two lists in the order of districts: in Thai, in English.
    """
    return {kind: [by_district[f"{kind}_{language}"].tolist() for language in ("th", "en")] for kind in SENTENCES}
