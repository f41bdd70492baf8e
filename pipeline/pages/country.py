"""``maps/index.html``: the country at a glance, shortlist and map.

Here: which figures the page holds, and in what order. Not here: how they look (``templates``, ``static/app``), how they
get into the file (``embedding``).
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.pages import embedding
from pipeline.policy import Policy

LAYERS = ("score", "poverty", "university", "data_system")
CLASSES = 5
# Shared borders on a grid of about 150 m; outlines simplified by up to about 200 m, unseen at this scale.
QUANTISED = 10_000
SIMPLIFIED_DEGREES = 0.002
STATUS_NUMBER = {"eligible": 0, "below_gate": 1, "data_needed": 2, "excluded": 3}
FIGURES_NUMBER = {"published rates": 0, "household rows": 1, "household rows, with other districts": 2}
RUNNERS_UP = 4
SENTENCES = tuple(
    f"{kind}_{tongue}" for kind in ("reason", "comparison", "outlook", "certainty") for tongue in ("th", "en")
)
# So many of the choices that move ranks most are named.
MOVING = 3
# Sources a planner should see beside the page, of all that comes in.
SHOWN_SOURCES = (
    "household_files", "poverty", "universities", "data_systems", "population", "district_shapes",
    "subdistrict_points", "regions", "districts",
)  # fmt: skip

DISTRICT_SHOWN = [
    "name_th", "name_en", "rank", "score", "poverty", "university", "data_system", "suspect", "reason_th",
    "reason_en",
]  # fmt: skip


def build(
    district_criteria: pd.DataFrame,
    district_scores: pd.DataFrame,
    district_explanations: pd.DataFrame,
    provincial_shortlist: pd.DataFrame,
    shortlist_without_suspects: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    universities: pd.DataFrame,
    inputs: pd.DataFrame,
    policy: Policy,
    district_uncertainty: pd.DataFrame,
    province_uncertainty: pd.DataFrame,
    sensitivity: pd.DataFrame,
    pilot_portfolio: pd.DataFrame,
    shortlist_without_agencies: pd.DataFrame,
    run_id: str,
    words: dict[str, Any],
) -> dict[str, bytes]:
    """The page as ``{"index.html": bytes}``; the tables are in the order of their keys, ``words`` of the policy."""
    ranked = provincial_shortlist.sort_values(["rank", "province_code"])
    facts = district_criteria.set_index("district_code")
    scores = district_scores.set_index("district_code")
    pilots = [c for codes in ranked.loc[ranked["shortlisted"], "pilot_districts"] for c in codes.split(", ")]
    west, south, east, north = district_shapes.total_bounds
    element, map_script = embedding.folium_map(
        "thailand", [[float(south), float(west)], [float(north), float(east)]], "PilotAreas.draw"
    )
    scripts = {
        "libraries": embedding.script("leaflet/leaflet.js", "topojson-client/topojson-client.min.js"),
        "page": embedding.script("app/page.js"),
        "map": map_script,
    }
    styles = {
        "fonts": embedding.fonts(),
        "page": embedding.style("leaflet/leaflet.css", "app/page.css"),
    }
    html = (
        embedding.environment()
        .get_template("country.html")
        .render(
            csp=embedding.security_policy([str(s) for s in scripts.values()], [str(s) for s in styles.values()]),
            scripts=scripts,
            styles=styles,
            map_element=element,
            topology=embedding.data(topology(district_shapes)),
            figures=embedding.data(figures(facts, scores, universities, pilots)),
            sentences=embedding.packed(sentences(scores, district_explanations, district_uncertainty)),
            policy=policy,
            words=words,
            run_id=run_id,
            provinces=[
                province(row, scores, facts, province_uncertainty.set_index("province_code"))
                for row in ranked[ranked["shortlisted"]].itertuples()
            ],
            portfolio=portfolio(pilot_portfolio),
            without_agencies=[
                {"agency": agency, **changes(provincial_shortlist, other)}
                for agency, other in shortlist_without_agencies.groupby("without_agency")
            ],
            moving=sensitivity.sort_values("total_order", ascending=False).head(MOVING).to_dict("records"),
            runners_up=list(ranked[~ranked["shortlisted"]].head(RUNNERS_UP).itertuples()),
            without=changes(provincial_shortlist, shortlist_without_suspects),
            counts=scores["status"].value_counts().to_dict(),
            no_figures=without_figures(facts),
            rests_on=facts["figures_from"].value_counts().to_dict(),
            unit=facts["poverty_unit"].dropna().iloc[0] if facts["poverty_unit"].notna().any() else "persons",
            schematic=bool((district_shapes["outline"] == "schematic").any()),
            sample=bool(inputs["sample"].any()),
            sources=sources(inputs),
            national_rate_pct=float(facts["national_rate_pct"].max()),
            survey_year=int(policy.poverty.survey_year),
        )
    )
    return {"index.html": html.encode("utf-8")}


def topology(shapes: gpd.GeoDataFrame) -> dict[str, Any]:
    """The districts as one TopoJSON, borders shared, in the order of ``district_code``; the page names them by it."""
    import topojson

    simple = shapely.coverage_simplify(shapes.geometry.to_numpy(), SIMPLIFIED_DEGREES)
    frame = gpd.GeoDataFrame(geometry=simple, crs=shapes.crs)
    made = topojson.Topology(frame, prequantize=QUANTISED, toposimplify=False, object_name="districts").to_dict()
    for geometry in made["objects"]["districts"]["geometries"]:
        for unused in ("id", "bbox", "properties"):
            geometry.pop(unused, None)
    made.pop("bbox", None)
    made["objects"]["districts"].pop("bbox", None)
    return made


def breaks(values: pd.Series) -> list[float]:
    """Upper bounds of all but the last of five classes with equally many districts each."""
    known = values.dropna().to_numpy(dtype=float)
    if not known.size:
        return []
    return [float(b) for b in np.unique(np.quantile(known, np.arange(1, CLASSES) / CLASSES).round(2))]


def number(value: Any, digits: int) -> float | None:
    return None if pd.isna(value) else round(float(value), digits)


def whole(value: Any) -> int | None:
    return None if pd.isna(value) else round(float(value))


def rests_on(facts: pd.DataFrame) -> list[tuple[int | None, int]]:
    """What each district's poverty figures rest on, and whether they are "at least" so high."""
    return [
        (FIGURES_NUMBER.get(figures), int(figures == "published rates" or not known >= 1))
        for figures, known in zip(facts["figures_from"], facts["labelled_share"].fillna(0), strict=True)
    ]


def figures(facts: pd.DataFrame, scores: pd.DataFrame, universities: pd.DataFrame, pilots: list[str]) -> dict[str, Any]:
    """What the map shows of each district: short rows, names of provinces and universities once."""
    provinces = facts.drop_duplicates("province_code").set_index("province_code")
    names = universities.drop_duplicates("name_th")
    institution = {name: i for i, name in enumerate(names["name_th"])}
    rows = {
        code: [
            s.name_th, s.name_en, STATUS_NUMBER[s.status], None if pd.isna(s.rank) else int(s.rank),
            number(s.score, 1), number(s.poverty, 2), number(s.university, 2), number(s.data_system, 2),
            number(s.poverty_rate_smoothed_pct, 1), whole(s.poor_persons_min), int(bool(s.hot_spot is True)),
            int(bool(s.suspect is True)), institution[s.university_nearest],
            round(float(s.university_nearest_minutes)), whole(s.survey_coverage_pct), *basis,
        ]
        for code, basis, s in zip(
            scores.index, rests_on(facts), scores.astype(object).itertuples(index=False), strict=True
        )
    }  # fmt: skip
    eligible = scores["status"] == "eligible"
    return {
        "rows": rows,
        "provinces": {code: [p.province_name_th, p.province_name_en] for code, p in provinces.iterrows()},
        "institutions": [[u.name_th, u.name_en] for u in names.itertuples()],
        "campuses": [
            [round(u.lon, 3), round(u.lat, 3), institution[u.name_th], int(u.precision == "campus")]
            for u in universities.itertuples()
        ],
        "breaks": {name: breaks(scores.loc[eligible, name] if name == "score" else scores[name]) for name in LAYERS},
        "pilots": pilots,
    }


def sentences(scores: pd.DataFrame, explanations: pd.DataFrame, uncertainty: pd.DataFrame) -> list[dict[str, str]]:
    """Reason, comparison, outlook and certainty in both languages, each by district: like beside like packs best."""
    told = explanations.set_index("district_code")
    both = scores[["reason_th", "reason_en"]].join(told).join(uncertainty.set_index("district_code"))
    return [both[name].to_dict() for name in SENTENCES]


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


def province(row: Any, scores: pd.DataFrame, facts: pd.DataFrame, uncertainty: pd.DataFrame) -> dict[str, Any]:
    """One province of the shortlist with its pilot districts, and how sure its rank is."""
    codes = row.pilot_districts.split(", ")
    return {
        "code": row.province_code,
        "name_th": row.name_th,
        "name_en": row.name_en,
        "rank": int(row.rank),
        "value": float(row.value),
        "sure": uncertainty.loc[row.province_code].to_dict(),
        "region_th": facts.loc[codes[0], "region_th"],
        "region_en": row.region,
        "districts": [{"code": code, **scores.loc[code, DISTRICT_SHOWN].to_dict()} for code in codes],
    }


def changes(listed: pd.DataFrame, without: pd.DataFrame) -> dict[str, Any]:
    """Which provinces leave and enter the list without suspect figures."""
    old, new = (set(t.loc[t["shortlisted"].astype(bool), "province_code"]) for t in (listed, without))
    names = listed.set_index("province_code")[["name_th", "name_en"]]
    return {
        "leave_codes": sorted(old - new),
        "leave": [names.loc[code].to_dict() for code in sorted(old - new)],
        "enter": [names.loc[code].to_dict() for code in sorted(new - old)],
    }


def without_figures(facts: pd.DataFrame) -> list[dict[str, Any]]:
    """Provinces with districts that have no poverty figures, and how many districts."""
    bare = facts[facts["rate_any_min"].isna()]
    counted = bare.groupby("province_code").agg(
        name_th=("province_name_th", "first"), name_en=("province_name_en", "first"), districts=("name_th", "size")
    )
    return [row.to_dict() for _, row in counted.iterrows()]


def sources(inputs: pd.DataFrame) -> list[dict[str, Any]]:
    """The sources a planner should see, each file once, with its sample mark."""
    shown = inputs[inputs["table"].isin(SHOWN_SOURCES)].drop_duplicates(["title_en", "source"])
    order = {name: i for i, name in enumerate(SHOWN_SOURCES)}
    shown = shown.sort_values("table", key=lambda names: names.map(order), kind="stable")
    return [row.to_dict() for _, row in shown.iterrows()]
