"""``maps/index.html``: the country at a glance: shortlist, map, all provinces and districts, weights to try.

Here: which figures the page holds, and in what order. Not here: how they look (``templates``, ``static/app``), how they
get into the file (``frame``, ``embedding``).
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from pipeline.criterion import NAMES
from pipeline.pages import classes, embedding, outlines
from pipeline.pages.frame import FRAME, OF_DISTRICTS, OF_PROVINCES, Figures, exact, flag, number, page, whole

# Shared borders on a grid of about 150 m; outlines simplified by up to about 200 m, unseen at this scale.
STEPS = 10_000
SIMPLIFIED_DEGREES = 0.002
RUNNERS_UP = 4
SENTENCES = ("reason", "comparison", "outlook", "certainty")
# So many of the choices that move ranks most are named.
MOVING = 3
SCRIPTS = ("common.js", "map.js", "ranking.js", "tables.js", "search.js", "country_tables.js", "country.js", "boot.js")
STYLES = ("page.css", "country.css")
# The tables behind `the_list`.
LIST_TABLES = (
    *OF_DISTRICTS,
    *OF_PROVINCES,
    "shortlist_without_suspects",
    "shortlist_without_agencies",
    "sensitivity",
    "round_changes",
)
TABLES = tuple(dict.fromkeys((*FRAME, *LIST_TABLES, "universities", "map_classes")))

DISTRICT_SHOWN = [
    "name_th",
    "name_en",
    "rank",
    "score",
    "poverty",
    "university",
    "data_system",
    "suspect",
    "reason_th",
    "reason_en",
]


def country_page(figures: Figures) -> dict[str, bytes]:
    """The page as ``{"index.html": bytes}``."""
    scores = figures.by_district
    html = page(
        "country.html",
        figures,
        SCRIPTS,
        STYLES,
        bounds=figures.shapes.total_bounds,
        draw="Country.draw",
        topology=embedding.packed(outlines.topology(figures.shapes, SIMPLIFIED_DEGREES, STEPS)),
        shown=embedding.data(country_data(figures)),
        sentences=embedding.packed(sentences(scores)),
        counts=scores["status"].value_counts().to_dict(),
        **the_list(figures, RUNNERS_UP),
    )
    return {"index.html": html}


def the_list(figures: Figures, runners_up: int) -> dict[str, Any]:
    """What is said of the shortlist as a whole: its provinces, those that follow, the portfolio, what it rests on."""
    ranked = figures["provincial_shortlist"].sort_values(["rank", "province_code"])
    behind = ranked[~ranked["shortlisted"]]["province_code"].head(runners_up)
    return {
        "provinces": [province(row, figures) for row in ranked[ranked["shortlisted"]].itertuples()],
        "runners_up": [figures.provinces[code] for code in behind],
        "portfolio": portfolio(figures["pilot_portfolio"]),
        "moved": moved(figures),
        "moving": figures["sensitivity"].sort_values("total_order", ascending=False).head(MOVING).to_dict("records"),
        "without": changes(figures["provincial_shortlist"], figures["shortlist_without_suspects"]),
        "without_agencies": [
            {"agency": agency, **changes(figures["provincial_shortlist"], other)}
            for agency, other in figures["shortlist_without_agencies"].groupby("without_agency")
        ],
        "no_figures": without_figures(figures["district_criteria"]),
    }


def country_data(figures: Figures) -> dict[str, Any]:
    """What the page computes and shows with: the rules of the score, districts and provinces by column."""
    policy, table = figures.policy, figures.by_district.astype(object)
    names = figures["universities"].drop_duplicates("name_th")
    institution = {name: i for i, name in enumerate(names["name_th"])}
    told = list(figures.words["firmness"])
    from_ = list(figures.words["figures_from"])
    provinces = figures.by_province
    regions = provinces.drop_duplicates("region").sort_index()
    place = {name: i for i, name in enumerate(regions["region"])}
    return {
        "rules": {
            "weights": dict(policy.weights),
            "rho": policy.score.rho,
            "floor": policy.score.floor,
            "known_weight_needed": policy.score.known_weight_needed,
            "pilot_districts": policy.pilot_districts_per_province,
            "shortlist": policy.shortlist_provinces,
        },
        "smallest_count": policy.households.smallest_count,
        "classes": classes.of_maps(figures["map_classes"]),
        "maps": figures.words["maps"],
        "status": [list(said) for said in figures.words["status"].values()],
        "firmness": [[name, *figures.words["firmness"][name]] for name in told],
        "figures_from": [list(figures.words["figures_from"][name]) for name in from_],
        "districts": {
            "code": list(table.index),
            "name": [[row.name_th, row.name_en] for row in table.itertuples()],
            **{k: [exact(v) for v in table[k]] for k in NAMES},
            "concentrated": [flag(v) for v in table["concentrated"]],
            "rejected": [int(v is True) for v in table["rejected"]],
            "rate_pct": [number(v, 1) for v in table["poverty_rate_smoothed_pct"]],
            "poor_persons": [whole(v) for v in table["poor_persons_min"]],
            "hot_spot": [int(v is True) for v in table["hot_spot"]],
            "suspect": [int(v is True) for v in table["suspect"]],
            "nearest": [institution[v] for v in table["university_nearest"]],
            "nearest_minutes": [whole(v) for v in table["university_nearest_minutes"]],
            "surveyed_pct": [whole(v) for v in table["survey_coverage_pct"]],
            "figures_from": [None if pd.isna(v) else from_.index(v) for v in table["figures_from"]],
            "at_least": at_least(figures.districts.values()),
            "rank_low": [whole(v) for v in table["rank_low"]],
            "rank_high": [whole(v) for v in table["rank_high"]],
            "firmness": [None if pd.isna(v) else told.index(v) for v in table["firmness"]],
        },
        "provinces": {
            "code": list(provinces.index),
            "name": [[row.name_th, row.name_en] for row in provinces.itertuples()],
            "region": [place[v] for v in provinces["region"]],
            "rank_low": [whole(v) for v in provinces["rank_low"]],
            "rank_high": [whole(v) for v in provinces["rank_high"]],
            "firmness": [told.index(v) for v in provinces["firmness"]],
        },
        "regions": [[row.region_th, row.region] for row in regions.itertuples()],
        "institutions": [[u.name_th, u.name_en] for u in names.itertuples()],
        "campuses": [
            [round(u.lon, 3), round(u.lat, 3), institution[u.name_th], int(u.precision == "campus")]
            for u in figures["universities"].itertuples()
        ],
    }


def at_least(districts: Iterable[Any]) -> list[int]:
    """1 where a district's poverty figures are lower bounds: as published, or with answers missing."""
    return [int(row.figures_from == "published rates" or not (row.labelled_share or 0) >= 1) for row in districts]


def sentences(by_district: pd.DataFrame) -> dict[str, list[list[str]]]:
    """Each kind of sentence in Thai and in English, in the order of districts: like beside like packs best."""
    return {kind: [by_district[f"{kind}_{tongue}"].tolist() for tongue in ("th", "en")] for kind in SENTENCES}


def portfolio(pilot_portfolio: pd.DataFrame) -> dict[str, Any]:
    """The provinces chosen together, by rank, and what the rules cost."""
    chosen = pilot_portfolio[pilot_portfolio["in_portfolio"].astype(bool)].sort_values(["rank", "province_code"])
    first = pilot_portfolio.iloc[0]
    return {
        "codes": chosen["province_code"].tolist(),
        "provinces": chosen.to_dict("records"),
        "cost_pct": float(first["price_of_fairness_pct"]),
        "others": int(first["portfolios_near_best"]),
        "margin_pct": float(first["near_best_margin_pct"]),
    }


def province(row: Any, figures: Figures) -> dict[str, Any]:
    """One province of the shortlist with its pilot districts, and how sure its rank is."""
    codes = row.pilot_districts.split(", ")
    return {
        "code": row.province_code,
        "name_th": row.name_th,
        "name_en": row.name_en,
        "rank": int(row.rank),
        "value": float(row.value),
        "sure": figures.by_province.loc[row.province_code].to_dict(),
        "region_th": figures.by_province.at[row.province_code, "region_th"],
        "region_en": row.region,
        "districts": [{"code": code, **figures.by_district.loc[code, DISTRICT_SHOWN].to_dict()} for code in codes],
    }


def changes(listed: pd.DataFrame, without: pd.DataFrame) -> dict[str, Any]:
    """Which provinces leave and enter the list from one ranking to the other."""
    old, new = (set(t.loc[t["shortlisted"].astype(bool), "province_code"]) for t in (listed, without))
    names = listed.set_index("province_code")[["name_th", "name_en"]]
    return {
        "leave_codes": sorted(old - new),
        "leave": [names.loc[code].to_dict() for code in sorted(old - new)],
        "enter": [names.loc[code].to_dict() for code in sorted(new - old)],
    }


def moved(figures: Figures) -> dict[str, Any] | None:
    """Since which round, and the provinces that entered, left or moved on the list; nothing in a first round."""
    table = figures["round_changes"]
    if table.empty:
        return None
    provinces = table[(table["level"] == "province") & table["change"].isin(["enters", "leaves", "stays"])]
    names = figures["provincial_shortlist"].set_index("province_code")[["name_th", "name_en"]]
    shown = provinces.join(names, on="code").sort_values(["change", "rank_later", "code"])
    return {"since": str(table["since"].iloc[0]), "provinces": shown.to_dict("records")}


def without_figures(facts: pd.DataFrame) -> list[dict[str, Any]]:
    """Provinces with districts that have no poverty figures, and how many districts."""
    bare = facts[facts["rate_any_min"].isna()]
    counted = bare.groupby("province_code").agg(
        name_th=("province_name_th", "first"), name_en=("province_name_en", "first"), districts=("name_th", "size")
    )
    return [row.to_dict() for _, row in counted.iterrows()]
