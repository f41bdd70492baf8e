"""``maps/<province_code>.html``: one province, its districts, what is known of them, why they stand where they stand.

Here: which figures a dossier holds. Not here: how they look (``templates``, ``static/app``), the country (``country``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.criterion import MAPS
from pipeline.pages import classes, embedding, outlines
from pipeline.pages.country import SENTENCES, at_least
from pipeline.pages.frame import FRAME, OF_DISTRICTS, OF_PROVINCES, Figures, number, page, records, whole

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
# Tables of which a dossier shows the rows of its province.
OF_PROVINCE = ("universities", "data_systems", "new_firms", "establishments", "cbt_sites")
TABLES = tuple(
    dict.fromkeys((*FRAME, *OF_DISTRICTS, *OF_PROVINCES, *OF_PROVINCE, "map_classes", "round_changes", "acceptances"))
)
DIMENSIONS = ("health", "living", "education", "income", "accessibility")
SCRIPTS = ("common.js", "map.js", "tables.js", "dossier.js", "boot.js")
STYLES = ("page.css", "dossier.css")


def dossier_pages(figures: Figures) -> dict[str, bytes]:
    """Each page as ``{"<province_code>.html": bytes}``, in the order of codes."""
    ground = Ground.of(figures)
    return {f"{code}.html": dossier_page(figures, ground, code) for code in figures.provinces}


@dataclass(frozen=True)
class Ground:
    """What all dossiers share: outlines of the country, neighbours, points for names, firms of districts."""

    topology: outlines.Topology
    near: Sequence[Sequence[int]]
    surroundings: outlines.Surroundings
    labels: Mapping[str, list[float]]
    new_firms: Mapping[str, int]
    kinds: Mapping[str, tuple[str, str]]
    of_province: Mapping[str, Mapping[str, Sequence[Any]]]

    @classmethod
    def of(cls, figures: Figures) -> "Ground":
        """The ground of one run's figures."""
        whole_country = outlines.topology(figures.shapes, SIMPLIFIED_DEGREES, STEPS)
        points = figures.shapes.geometry.representative_point()
        firms = figures["new_firms"]
        known = figures["universities"].drop_duplicates("name_th")
        return cls(
            whole_country,
            outlines.neighbours(whole_country),
            outlines.Surroundings.of(whole_country, figures.shapes),
            {
                code: [round(point.x, 3), round(point.y, 3)]
                for code, point in zip(figures.shapes["district_code"], points, strict=True)
            },
            dict(zip(firms["district_code"], firms["new_firms"], strict=True)),
            {row.name_th: (row.name_en, row.kind) for row in known.itertuples()},
            {name: _by_province(figures[name], figures.provinces) for name in OF_PROVINCE},
        )


def _by_province(table: pd.DataFrame, codes: Iterable[str]) -> dict[str, list[Any]]:
    """The records of a table by province; none for a province that is not in it."""
    found: dict[str, list[Any]] = {code: [] for code in codes}
    for row in records(table):
        found[row.province_code].append(row)
    return found


def dossier_page(figures: Figures, ground: Ground, code: str) -> bytes:
    """The page of one province."""
    position = {name: i for i, name in enumerate(figures.districts)}
    codes = list(figures.districts)
    own = [c for c in codes if c[:2] == code]
    neighbours = sorted({codes[j][:2] for c in own for j in ground.near[position[c]]} - {code})
    around = ground.surroundings.around(code)
    mine = [figures.districts[c] for c in own]
    provinces = figures.provinces
    place = provinces[code]
    shapes = figures.shapes
    moved = figures["round_changes"]
    moved = moved[(moved["level"] == "province") & (moved["code"] == code)]
    order = list(provinces)
    step = order.index(code)
    beside = [order[i] for i in (step - 1, step + 1) if 0 <= i < len(order)]
    return page(
        "dossier.html",
        figures,
        SCRIPTS,
        STYLES,
        bounds=shapes[shapes["district_code"].isin(own)].total_bounds,
        draw="Dossier.draw",
        topology=embedding.packed(
            outlines.part(
                ground.topology,
                [position[c] for c in own],
                [ground.surroundings.provinces[c] for c in around],
                ground.surroundings.arcs,
            )
        ),
        shown=embedding.data(dossier_data(figures, ground, own, around)),
        sentences=embedding.packed(told(figures, own)),
        code=code,
        place=place,
        population=_sum(row.population_persons for row in mine),
        houses=_sum(row.houses for row in mine),
        surveyed=_sum(row.survey_population for row in mine),
        campuses=ground.of_province["universities"][code],
        names_of=figures.districts,
        systems=_systems(figures, ground, code),
        new_firms=_firms(ground, code),
        establishments=next(iter(ground.of_province["establishments"][code]), None),
        cbt=ground.of_province["cbt_sites"][code],
        moved=None if moved.empty else moved.iloc[0],
        peers=[provinces[c] for c in (place.peers or "").split(", ") if c],
        neighbours=[provinces[c] for c in neighbours],
        before=provinces[beside[0]] if step else None,
        after=provinces[beside[-1]] if step + 1 < len(order) else None,
    )


def dossier_data(figures: Figures, ground: Ground, own: Sequence[str], around: Sequence[str]) -> dict[str, Any]:
    """What map and tables show: the province's districts by column, in the order of codes; the provinces around."""
    words = figures.words
    mine = [figures.districts[c] for c in own]
    pilots = set(figures.pilots)
    kinds, sure, from_, status = (list(words[name]) for name in ("kinds", "firmness", "figures_from", "status"))
    both = (name for row in mine for name in (row.university_nearest, row.university_strongest))
    names = {name: i for i, name in enumerate(dict.fromkeys(both))}
    often = [row.eligible_share is not None and row.eligible_share >= SHOWN_FROM for row in mine]

    def each(column: str, digits: int | None = None) -> list[float | None]:
        values = (getattr(row, column) for row in mine)
        return [whole(v) if digits is None else number(v, digits) for v in values]

    def flags(column: str) -> list[int]:
        return [int(getattr(row, column) is True) for row in mine]

    def places(column: str, among: list[str]) -> list[int | None]:
        values = (getattr(row, column) for row in mine)
        return [None if v is None else among.index(v) for v in values]

    return {
        "own": len(own),
        "smallest_count": figures.policy.households.smallest_count,
        "unit": next((row.poverty_unit for row in mine if row.poverty_unit), "persons"),
        "classes": classes.of_maps(figures["map_classes"]),
        "maps": words["maps"],
        "words": {name: [list(said) for said in words[name].values()] for name in SAID},
        "districts": {
            "code": [*own, *around],
            "name": [[row.name_th, row.name_en] for row in (*mine, *(figures.provinces[c] for c in around))],
            "label": [ground.labels[c] for c in own] if len(own) <= LABELLED else [],
            "eligible": [int(row.status == "eligible") for row in mine],
            "pilot": [int(c in pilots) for c in own],
            **{layer: each(layer, 4) for layer in MAPS},
            "rank": each("rank"),
            "rank_low": [v if said else None for v, said in zip(each("rank_low"), often, strict=True)],
            "rank_high": [v if said else None for v, said in zip(each("rank_high"), often, strict=True)],
            "firmness": places("firmness", sure),
            "status": places("status", status),
            "suspect": flags("suspect"),
            "hot_spot": flags("hot_spot"),
            "at_least": at_least(mine),
            "rate_pct": each("poverty_rate_smoothed_pct", 1),
            "poor_persons": each("poor_persons_min"),
            "population": each("population_persons"),
            "surveyed_pct": each("survey_coverage_pct"),
            "figures_from": places("figures_from", from_),
            **_dimensions(mine, figures.policy.households.smallest_count),
            "nearest": [names[row.university_nearest] for row in mine],
            "nearest_minutes": each("university_nearest_minutes"),
            "strongest": [
                None if row.university_strongest == row.university_nearest else names[row.university_strongest]
                for row in mine
            ],
            "strongest_minutes": each("university_strongest_minutes"),
            "in_reach": each("universities_in_reach"),
            "new_firms": [whole(ground.new_firms.get(c)) for c in own],
        },
        "institutions": [[name, ground.kinds[name][0], kinds.index(ground.kinds[name][1])] for name in names],
        "campuses": [
            [round(u.lon, 3), round(u.lat, 3), u.name_th, u.name_en, int(u.precision == "campus")]
            for u in ground.of_province["universities"][own[0][:2]]
        ],
    }


def _dimensions(mine: Sequence[Any], smallest: int) -> dict[str, list[float | None]]:
    """Rates and persons of each dimension. A count that is small, or was left out before, stands as ``FEW`` without its
    rate, which would tell it."""
    columns: dict[str, list[float | None]] = {}
    for name in DIMENSIONS:
        counts = [getattr(row, f"poor_{name}") for row in mine]
        few = [
            row.figures_from is not None and (count is None or 0 < count < smallest)
            for row, count in zip(mine, counts, strict=True)
        ]
        rates = [getattr(row, f"rate_{name}") for row in mine]
        columns[f"{name}_pct"] = [None if hidden else number(r, 1) for r, hidden in zip(rates, few, strict=True)]
        columns[f"{name}_persons"] = [FEW if hidden else whole(c) for c, hidden in zip(counts, few, strict=True)]
    return columns


def told(figures: Figures, own: Sequence[str]) -> dict[str, Any]:
    """What is said of each district: four kinds of sentence, what moved, and who is like it."""
    mine = [figures.districts[c] for c in own]
    said: dict[str, Any] = {
        kind: [[getattr(row, f"{kind}_{tongue}") for row in mine] for tongue in ("th", "en")] for kind in SENTENCES
    }
    if not figures["round_changes"].empty:
        moved = figures["round_changes"][figures["round_changes"]["level"] == "district"].set_index("code").reindex(own)
        said["change"] = [moved[f"change_{tongue}"].fillna("").tolist() for tongue in ("th", "en")]
    peers = [(row.peers or "").split(", ") if row.peers else [] for row in mine]
    alike = {code: figures.districts[code] for code in sorted({c for codes in peers for c in codes})}
    places = {
        code: [[row.name_th, row.name_en], [row.province_name_th, row.province_name_en]] for code, row in alike.items()
    }
    return {**said, "peers": peers, "places": places}


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; nothing where nothing is."""
    known = [int(value) for value in values if value is not None]
    return sum(known) if known else None


def _firms(ground: Ground, code: str) -> dict[str, Any] | None:
    of = ground.of_province["new_firms"][code]
    return {"firms": sum(row.new_firms for row in of), "period": of[0].period} if of else None


def _systems(figures: Figures, ground: Ground, code: str) -> list[dict[str, Any]]:
    """The data systems that cover the province, each with what every agency states."""
    said = {(row.system, row.agency): row for row in records(figures["acceptances"])}
    return [
        {"row": row, "agencies": [(agency, said.get((row.system, agency))) for agency in figures.policy.agencies]}
        for row in ground.of_province["data_systems"][code]
    ]
