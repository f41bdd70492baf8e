"""``maps/<province_code>.html``: one province, its districts, what is known of them, why they stand where they stand.

Here: which figures a dossier holds. Not here: how they look (``templates``, ``static/app``), the country (``country``).
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pipeline.pages import classes, embedding, outlines
from pipeline.pages.country import SENTENCES, at_least
from pipeline.pages.frame import Figures, number, page, records, whole

# Borders on a grid of about 35 m; outlines simplified by up to about 50 m.
STEPS = 50_000
SIMPLIFIED_DEGREES = 0.0005
# A range of ranks says something of a district that is in the ranking in so many of the draws.
SHOWN_FROM = 0.5
# Names stand on the map of a province with at most so many districts.
LABELLED = 26
# Stands for a count that is not shown.
FEW = -1
# Words that the tables need, each list in its order.
SAID = ("status", "firmness", "figures_from", "kinds", "dimensions")
DIMENSIONS = ("health", "living", "education", "income", "accessibility")
SCRIPTS = ("common.js", "map.js", "tables.js", "dossier.js", "boot.js")
STYLES = ("page.css", "dossier.css")


def build(figures: Figures) -> dict[str, bytes]:
    """Each page as ``{"<province_code>.html": bytes}``, in the order of codes."""
    whole_country = outlines.topology(figures.district_shapes, SIMPLIFIED_DEGREES, STEPS)
    near = outlines.neighbours(whole_country)
    return {f"{code}.html": _page(figures, whole_country, near, code) for code in figures.by_province.index}


def build_one(figures: Figures, code: str) -> bytes:
    """The page of one province alone."""
    whole_country = outlines.topology(figures.district_shapes, SIMPLIFIED_DEGREES, STEPS)
    return _page(figures, whole_country, outlines.neighbours(whole_country), code)


def _page(figures: Figures, whole_country: outlines.Topology, near: Sequence[Sequence[int]], code: str) -> bytes:
    table = figures.by_district
    position = {name: i for i, name in enumerate(table.index)}
    own = [c for c in table.index if c[:2] == code]
    around = sorted({table.index[j] for c in own for j in near[position[c]]} - set(own))
    shown = own + around
    provinces = figures.by_province
    place = provinces.loc[code]
    bounds = figures.district_shapes.set_index("district_code").loc[own].total_bounds
    moved = figures.round_changes
    moved = moved[(moved["level"] == "province") & (moved["code"] == code)]
    beside = sorted({c[:2] for c in around})
    codes = list(provinces.index)
    step = codes.index(code)
    return page(
        "dossier.html",
        figures,
        SCRIPTS,
        STYLES,
        bounds=bounds,
        draw="Dossier.draw",
        topology=embedding.packed(outlines.part(whole_country, [position[c] for c in shown])),
        shown=embedding.data(_data(figures, own, around)),
        sentences=embedding.packed(_told(figures, own)),
        code=code,
        place=place,
        population=_sum(table.loc[own], "population_persons"),
        houses=_sum(table.loc[own], "houses"),
        surveyed=_sum(table.loc[own], "survey_population"),
        campuses=records(figures.universities[figures.universities["province_code"] == code]),
        names_of=table,
        systems=_systems(figures, code),
        new_firms=_firms(figures, code),
        establishments=_one(figures.establishments, code),
        cbt=records(figures.cbt_sites[figures.cbt_sites["province_code"] == code]),
        moved=None if moved.empty else moved.iloc[0],
        first_round=figures.round_changes.empty,
        peers=[(c, provinces.loc[c]) for c in (place["peers"] if pd.notna(place["peers"]) else "").split(", ") if c],
        neighbours=[(c, provinces.loc[c]) for c in beside],
        before=(codes[step - 1], provinces.loc[codes[step - 1]]) if step else None,
        after=(codes[step + 1], provinces.loc[codes[step + 1]]) if step + 1 < len(codes) else None,
    )


def _data(figures: Figures, own: Sequence[str], around: Sequence[str]) -> dict[str, Any]:
    """What map and tables show: by column the province's districts, in the order of codes; the neighbours' names."""
    words = figures.words
    mine = figures.by_district.loc[list(own)].astype(object)
    kinds, told, from_, status = (list(words[name]) for name in ("kinds", "firmness", "figures_from", "status"))
    both = mine[["university_nearest", "university_strongest"]]
    names = {name: i for i, name in enumerate(dict.fromkeys(both.to_numpy().ravel()))}
    known = figures.universities.drop_duplicates("name_th").set_index("name_th")
    seldom = mine["eligible_share"].isna() | (mine["eligible_share"].fillna(0).astype(float) < SHOWN_FROM)
    firms = figures.new_firms.set_index("district_code")["new_firms"].reindex(own)
    strongest = mine["university_strongest"].mask(mine["university_strongest"] == mine["university_nearest"])
    provinces = figures.by_province
    campuses = figures.universities[figures.universities["province_code"] == own[0][:2]]
    return {
        "own": len(own),
        "smallest_count": figures.policy.households.smallest_count,
        "unit": next(iter(mine["poverty_unit"].dropna()), "persons"),
        "classes": classes.of_layers(figures.map_classes),
        "words": {name: [list(said) for said in words[name].values()] for name in SAID},
        "districts": {
            "code": [*own, *around],
            "name": [[row.name_th, row.name_en] for row in figures.by_district.loc[[*own, *around]].itertuples()],
            "label": _labels(figures, own),
            "eligible": [int(v == "eligible") for v in mine["status"]],
            "pilot": [int(c in set(figures.pilots)) for c in own],
            **{layer: [number(v, 4) for v in mine[layer]] for layer in classes.LAYERS},
            "rank": [whole(v) for v in mine["rank"]],
            "rank_low": [whole(v) for v in mine["rank_low"].mask(seldom)],
            "rank_high": [whole(v) for v in mine["rank_high"].mask(seldom)],
            "firmness": [None if pd.isna(v) else told.index(v) for v in mine["firmness"]],
            "status": [status.index(v) for v in mine["status"]],
            "suspect": [int(v is True) for v in mine["suspect"]],
            "hot_spot": [int(v is True) for v in mine["hot_spot"]],
            "at_least": at_least(mine),
            "rate_pct": [number(v, 1) for v in mine["poverty_rate_smoothed_pct"]],
            "poor_persons": [whole(v) for v in mine["poor_persons_min"]],
            "population": [whole(v) for v in mine["population_persons"]],
            "surveyed_pct": [whole(v) for v in mine["survey_coverage_pct"]],
            "figures_from": [None if pd.isna(v) else from_.index(v) for v in mine["figures_from"]],
            **_dimensions(mine, figures.policy.households.smallest_count),
            "nearest": [names[v] for v in mine["university_nearest"]],
            "nearest_minutes": [whole(v) for v in mine["university_nearest_minutes"]],
            "strongest": [None if pd.isna(v) else names[v] for v in strongest],
            "strongest_minutes": [whole(v) for v in mine["university_strongest_minutes"]],
            "in_reach": [whole(v) for v in mine["universities_in_reach"]],
            "new_firms": [whole(v) for v in firms],
        },
        "provinces": {
            code: [row.name_th, row.name_en]
            for code, row in provinces.loc[sorted({c[:2] for c in (*own, *around)})].iterrows()
        },
        "institutions": [[name, known.at[name, "name_en"], kinds.index(known.at[name, "kind"])] for name in names],
        "campuses": [
            [round(u.lon, 3), round(u.lat, 3), u.name_th, u.name_en, int(u.precision == "campus")]
            for u in campuses.itertuples()
        ],
    }


def _labels(figures: Figures, own: Sequence[str]) -> list[list[float]]:
    """A point inside each district for its name; none where so many names would cover the map."""
    if len(own) > LABELLED:
        return []
    shapes = figures.district_shapes.set_index("district_code").loc[list(own)]
    return [[round(point.x, 3), round(point.y, 3)] for point in shapes.geometry.representative_point()]


def _dimensions(mine: pd.DataFrame, smallest: int) -> dict[str, list[float | None]]:
    """Rates and persons of each dimension. A count that is small, or was left out before, stands as ``FEW`` without its
    rate, which would tell it."""
    columns: dict[str, list[float | None]] = {}
    for name in DIMENSIONS:
        persons, surveyed = mine[f"poor_{name}"], mine["figures_from"].notna()
        few = surveyed & (persons.isna() | ((persons.fillna(0) > 0) & (persons.fillna(0) < smallest)))
        columns[f"{name}_pct"] = [number(v, 1) for v in mine[f"rate_{name}"].mask(few)]
        columns[f"{name}_persons"] = [FEW if hidden else whole(v) for v, hidden in zip(persons, few, strict=True)]
    return columns


def _told(figures: Figures, own: Sequence[str]) -> dict[str, Any]:
    """What is said of each district: four kinds of sentence, what moved, and who is like it."""
    table = figures.by_district
    moved = figures.round_changes[figures.round_changes["level"] == "district"].set_index("code").reindex(own)
    told: dict[str, Any] = {
        kind: [table.loc[own, f"{kind}_{tongue}"].tolist() for tongue in ("th", "en")] for kind in SENTENCES
    }
    if not figures.round_changes.empty:
        told["change"] = [moved[f"change_{tongue}"].fillna("").tolist() for tongue in ("th", "en")]
    peers = table.loc[own, "peers"]
    of = {
        code: [
            [row.name_th, row.name_en], [row.province_name_th, row.province_name_en],
        ]
        for code, row in table.loc[sorted({c for codes in peers.dropna() for c in codes.split(", ")})].iterrows()
    }  # fmt: skip
    return {**told, "peers": [codes.split(", ") if isinstance(codes, str) else [] for codes in peers], "places": of}


def _sum(table: pd.DataFrame, column: str) -> int | None:
    return int(table[column].sum()) if table[column].notna().any() else None


def _one(table: pd.DataFrame, code: str) -> Any:
    rows = records(table[table["province_code"] == code])
    return rows[0] if rows else None


def _firms(figures: Figures, code: str) -> dict[str, Any] | None:
    of = figures.new_firms[figures.new_firms["province_code"] == code]
    return None if of.empty else {"firms": int(of["new_firms"].sum()), "period": str(of["period"].iloc[0])}


def _systems(figures: Figures, code: str) -> list[dict[str, Any]]:
    """The data systems that cover the province, each with what every agency states."""
    covering = figures.data_systems[figures.data_systems["province_code"] == code]
    said = {(row.system, row.agency): row for row in records(figures.acceptances)}
    return [
        {"row": row, "agencies": [(agency, said.get((row.system, agency))) for agency in figures.policy.agencies]}
        for row in records(covering)
    ]
