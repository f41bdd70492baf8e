"""The shortlist as country page and brief show it: its provinces, the runners-up, the portfolio, what it depends on.

Not here: how it looks (``templates``), which province is on the list (``pipeline.shortlist``).
"""

from typing import Any

import pandas as pd

from pipeline.criterion import NAMES
from pipeline.figures import OF_DISTRICTS, OF_PROVINCES, Figures
from pipeline.shortlist import leaving_and_entering

# So many of the choices that move ranks most are named.
MOVING = 3
TABLES = (
    *OF_DISTRICTS,
    *OF_PROVINCES,
    "shortlist_without_suspects",
    "shortlist_without_agencies",
    "shortlist_by_release",
    "releases",
    "sensitivity",
    "round_changes",
)
# What tells one release of poverty figures from another.
RELEASE = ["year", "measure", "source"]
OF_DISTRICT = ["name_th", "name_en", "rank", "score", *NAMES, "suspect", "reason_th", "reason_en"]


def shortlist_section_data(figures: Figures, runners_up: int) -> dict[str, Any]:
    """Collect what templates show of the shortlist.

    Args:
        figures: the tables of the page; ``TABLES`` are among them.
        runners_up: how many of the provinces after the shortlist are named.

    Returns:
        What the templates call each part: provinces, runners-up, portfolio, moves, what the list depends on.
    """
    listed = figures["provincial_shortlist"]
    ranked = listed.sort_values(["rank", "province_code"])
    behind = ranked[~ranked["shortlisted"]]["province_code"].head(runners_up)
    return {
        "provinces": [_province(row, figures) for row in ranked[ranked["shortlisted"]].itertuples()],
        "runners_up": [figures.provinces[code] for code in behind],
        "portfolio": _portfolio(figures["pilot_portfolio"]),
        "moved": _moved(figures),
        "moving": figures["sensitivity"].sort_values("total_order", ascending=False).head(MOVING).to_dict("records"),
        "without": _changes(listed, figures["shortlist_without_suspects"]),
        "without_agencies": [
            {"agency": agency, **_changes(listed, other)}
            for agency, other in figures["shortlist_without_agencies"].groupby("without_agency")
        ],
        **_releases(listed, figures),
        "no_figures": _without_figures(figures["district_criteria"]),
    }


def _releases(listed: pd.DataFrame, figures: Figures) -> dict[str, Any]:
    """The poverty figures that are scored, if any district has them, and what the others would change."""
    others = figures["shortlist_by_release"]
    by_key: dict[tuple[Any, ...], pd.DataFrame] = dict(list(others.groupby(RELEASE)))
    rows = figures["releases"].to_dict("records")
    used = figures["district_criteria"]["published_by"].notna().any()
    return {
        "scored": next((row for row in rows if row["scored"]), None) if used else None,
        "by_release": [
            {**row, **_changes(listed, by_key[key])}
            for row in rows
            if (key := tuple(row[name] for name in RELEASE)) in by_key
        ],
    }


def _province(row: Any, figures: Figures) -> dict[str, Any]:
    """One province of the shortlist with its pilot districts, and how certain its rank is."""
    return {
        "code": row.province_code,
        "name_th": row.name_th,
        "name_en": row.name_en,
        "rank": int(row.rank),
        "value": float(row.value),
        "certainty": figures.by_province.loc[row.province_code].to_dict(),
        "region_th": figures.by_province.at[row.province_code, "region_th"],
        "region_en": row.region,
        "districts": [
            {"code": code, **figures.by_district.loc[code, OF_DISTRICT].to_dict()} for code in row.pilot_districts
        ],
    }


def _portfolio(pilot_portfolio: pd.DataFrame) -> dict[str, Any]:
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


def _changes(listed: pd.DataFrame, other: pd.DataFrame) -> dict[str, Any]:
    """Which provinces leave and enter the list from one ranking to the other."""
    leaving, entering = leaving_and_entering(listed, other)
    names = listed.set_index("province_code")[["name_th", "name_en"]].to_dict("index")
    return {
        "leave_codes": leaving,
        "leave": [names[code] for code in leaving],
        "enter": [names[code] for code in entering],
    }


def _moved(figures: Figures) -> dict[str, Any] | None:
    """Since which round, and the provinces that entered, left or moved on the list; None in a first round."""
    table = figures["round_changes"]
    if table.empty:
        return None
    provinces = table[(table["level"] == "province") & table["change"].isin(["enters", "leaves", "stays"])]
    names = figures["provincial_shortlist"].set_index("province_code")[["name_th", "name_en"]]
    shown = provinces.join(names, on="code").sort_values(["change", "rank_later", "code"])
    return {"since": str(table["since"].iloc[0]), "provinces": shown.to_dict("records")}


def _without_figures(facts: pd.DataFrame) -> list[dict[str, Any]]:
    """Provinces with districts that have no poverty figures, and how many districts."""
    bare = facts[facts["rate_any_min"].isna()]
    counted = bare.groupby("province_code").agg(
        name_th=("province_name_th", "first"), name_en=("province_name_en", "first"), districts=("name_th", "size")
    )
    return [row.to_dict() for _, row in counted.iterrows()]
