"""What the scripts of a dossier show: columns of its districts, outlines, sentences; and what all dossiers share.

Not here: what the template shows (``dossier``), layers (``dossier_layers``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.categories import FROM_ROWS
from pipeline.criterion import MAPS
from pipeline.dimensions import DIMENSIONS
from pipeline.figures import Figures, records
from pipeline.layers import LAYERS
from pipeline.pages import classes, outlines
from pipeline.pages.country import SENTENCES, at_least
from pipeline.pages.dossier_layers import LAYER_COLUMNS, groups_for_scripts, of_layer, shown_value
from pipeline.pages.frame import coded, number, whole, word_lists
from pipeline.pages.history import district_years

# Borders on a grid of about 70 m; outlines simplified by up to about 50 m.
STEPS = 25_000
SIMPLIFIED_DEGREES = 0.0005
# The range of ranks is shown for districts that are eligible in at least this share of the draws.
RANGE_SHOWN_FROM = 0.5
# The map of a province has names if it has at most this many districts.
LABELLED = 26
# Decimals of criteria and score in tables that are downloaded.
DIGITS = 4
WORD_LISTS = ("status", "firmness", "figures_from", "kinds")
# Tables of which a dossier shows the rows of its province.
OF_PROVINCE = ("universities", "data_systems", *(layer.name for layer in LAYERS))


@dataclass(frozen=True)
class Country:
    """What all dossiers share.

    Attributes:
        topology: the outlines of all districts.
        positions: the position of each district in the topology, by code.
        near: the positions of the districts that border each district.
        surroundings: the outer borders of provinces, for the land around a province.
        labels: the point of each district's name, longitude and latitude, by code.
        layers: for each column of ``LAYER_COLUMNS`` its value by code of the district.
        institutions: English name and kind of each institution, by Thai name.
        of_province: the rows of each table of ``OF_PROVINCE``, by code of the province.
    """

    topology: outlines.Topology
    positions: Mapping[str, int]
    near: Sequence[Sequence[int]]
    surroundings: outlines.Surroundings
    labels: Mapping[str, list[float]]
    layers: Mapping[str, Mapping[str, int]]
    institutions: Mapping[str, tuple[str, str]]
    of_province: Mapping[str, Mapping[str, Sequence[Any]]]

    @classmethod
    def of(cls, figures: Figures) -> "Country":
        """Compute what the dossiers of one run share.

        Args:
            figures: the tables that the page declares.

        Returns:
            The outlines of all districts, and what is looked up for each province.
        """
        topology = outlines.topology(figures.shapes, SIMPLIFIED_DEGREES, STEPS)
        points = figures.shapes.geometry.representative_point()
        codes = figures.shapes["district_code"]
        institutions = figures["universities"].drop_duplicates("name_th")
        return cls(
            topology,
            {code: i for i, code in enumerate(codes)},
            outlines.neighbours(topology),
            outlines.Surroundings.of(topology, figures.shapes),
            {code: [round(point.x, 3), round(point.y, 3)] for code, point in zip(codes, points, strict=True)},
            {
                name: figures[layer.name].set_index("district_code")[name].to_dict()
                for name, layer in LAYER_COLUMNS.items()
            },
            {row.name_th: (row.name_en, row.kind) for row in institutions.itertuples()},
            {name: _by_province(figures[name], figures.provinces) for name in OF_PROVINCE},
        )


def _by_province(table: pd.DataFrame, codes: Iterable[str]) -> dict[str, list[Any]]:
    """The records of a table by province; none for a province that is not in it."""
    found: dict[str, list[Any]] = {code: [] for code in codes}
    for row in records(table):
        found[row.province_code].append(row)
    return found


def dossier_data(figures: Figures, country: Country, own: Sequence[str], around: Sequence[str]) -> dict[str, Any]:
    """Collect what the scripts of the page show.

    Args:
        figures: the tables of the run.
        country: what all dossiers share.
        own: codes of the province's districts.
        around: codes of the other provinces that the map shows; of these the page has only names.

    Returns:
        Words, and columns of districts: those of the province in the order of ``own``; codes and names also of the
        provinces around, after them.
    """
    districts = [figures.districts[c] for c in own]
    both = (name for row in districts for name in (row.university_nearest, row.university_strongest))
    institutions = list(dict.fromkeys(both))
    kinds = list(figures.words["kinds"])
    return {
        "own": len(own),
        "smallest_count": figures.policy.households.smallest_count,
        "unit": next((row.poverty_unit for row in districts if row.poverty_unit), "persons"),
        "classes": classes.bounds_and_colours(figures["map_classes"]),
        **classes.map_data(figures.words),
        "words": word_lists(figures, WORD_LISTS),
        "dimensions": [{"name": name, "words": figures.words["dimensions"][name]} for name in DIMENSIONS],
        "layer_groups": groups_for_scripts(),
        "years": district_years(figures["poverty_history"], own),
        "districts": {
            "code": [*own, *around],
            "name": [[row.name_th, row.name_en] for row in (*districts, *(figures.provinces[c] for c in around))],
            "label": [country.labels[c] for c in own] if len(own) <= LABELLED else [],
            **_ranks(figures, districts),
            **_poverty(figures, districts),
            **_universities(districts, institutions),
            **{of_layer(name): [shown_value(values.get(c)) for c in own] for name, values in country.layers.items()},
        },
        "institutions": [
            [name, name_en, kinds.index(kind)]
            for name, (name_en, kind) in ((name, country.institutions[name]) for name in institutions)
        ],
        "campuses": [
            [round(row.lon, 3), round(row.lat, 3), row.name_th, row.name_en, int(row.precision == "campus")]
            for row in country.of_province["universities"][own[0][:2]]
        ],
    }


def _column(districts: Sequence[Any], name: str) -> list[Any]:
    return [getattr(row, name) for row in districts]


def _numbers(districts: Sequence[Any], name: str, digits: int) -> list[float | None]:
    return [number(value, digits) for value in _column(districts, name)]


def _wholes(districts: Sequence[Any], name: str) -> list[int | None]:
    return [whole(value) for value in _column(districts, name)]


def _ranks(figures: Figures, districts: Sequence[Any]) -> dict[str, list[Any]]:
    """Criteria, score, rank, and how certain the rank is."""
    pilots = set(figures.pilots)
    often = [row.eligible_share is not None and row.eligible_share >= RANGE_SHOWN_FROM for row in districts]
    ranges = {
        name: [value if shown else None for value, shown in zip(_wholes(districts, name), often, strict=True)]
        for name in ("rank_low", "rank_high")
    }
    return {
        "eligible": [int(row.status == "eligible") for row in districts],
        "pilot": [int(row.Index in pilots) for row in districts],
        **{name: _numbers(districts, name, DIGITS) for name in MAPS},
        "rank": _wholes(districts, "rank"),
        **ranges,
        **{name: coded(figures, name, _column(districts, name)) for name in ("firmness", "status")},
    }


def _poverty(figures: Figures, districts: Sequence[Any]) -> dict[str, list[Any]]:
    """Poverty figures, and where they come from."""
    smallest = figures.policy.households.smallest_count
    return {
        "suspect": [int(value is True) for value in _column(districts, "suspect")],
        "hot_spot": [int(value is True) for value in _column(districts, "hot_spot")],
        "at_least": at_least(districts),
        "rate_pct": _numbers(districts, "poverty_rate_smoothed_pct", 1),
        "poor_persons": [
            None if row.poor_persons_min is None else shown_count(int(row.poor_persons_min), row.figures_from, smallest)
            for row in districts
        ],
        "population": _wholes(districts, "population_persons"),
        "surveyed_pct": _wholes(districts, "survey_coverage_pct"),
        "figures_from": coded(figures, "figures_from", _column(districts, "figures_from")),
        **dimension_columns(districts, smallest),
    }


def _universities(districts: Sequence[Any], institutions: Sequence[str]) -> dict[str, list[Any]]:
    """The nearest institution, and the one with the best reach where that is another."""
    other = [row.university_strongest != row.university_nearest for row in districts]
    strongest = zip(other, _column(districts, "university_strongest"), strict=True)
    minutes = zip(other, _wholes(districts, "university_strongest_minutes"), strict=True)
    return {
        "nearest": [institutions.index(row.university_nearest) for row in districts],
        "nearest_minutes": _wholes(districts, "university_nearest_minutes"),
        "strongest": [institutions.index(name) if is_other else None for is_other, name in strongest],
        "strongest_minutes": [value if is_other else None for is_other, value in minutes],
        "in_reach": _wholes(districts, "universities_in_reach"),
    }


def shown_count(count: int | None, figures_from: str | None, smallest: int) -> int | str | None:
    """Decide what a page shows of a count of persons: text such as "<5" in place of a small one from household rows.

    A count that is missing from household rows was left out because it is small, or would give a small one away.

    Args:
        count: persons; None if it is missing.
        figures_from: the source of the district's figures.
        smallest: the smallest count of persons from household rows that may be shown.

    Returns:
        The count, or the text.

    >>> [shown_count(count, "household rows", 5) for count in (0, 4, 5, None)]
    [0, '<5', 5, '<5']
    >>> [shown_count(count, "published counts", 5) for count in (0, 4, None)]
    [0, 4, None]
    """
    if figures_from not in FROM_ROWS:
        return count
    return f"<{smallest}" if count is None or 0 < count < smallest else count


def dimension_columns(districts: Sequence[Any], smallest: int) -> dict[str, list[Any]]:
    """Collect rates and persons of each dimension.

    The rate of a count that is not shown would give it away, and is None.

    Args:
        districts: records of districts.
        smallest: the smallest count of persons from household rows that may be shown.

    Returns:
        For each dimension a column in percent and one in persons, in the order of ``districts``.
    """
    columns: dict[str, list[Any]] = {}
    for name in DIMENSIONS:
        counts = [shown_count(whole(getattr(row, f"poor_{name}")), row.figures_from, smallest) for row in districts]
        rates = _numbers(districts, f"rate_{name}", 1)
        hidden = [isinstance(count, str) for count in counts]
        columns[f"{name}_pct"] = [None if hide else rate for rate, hide in zip(rates, hidden, strict=True)]
        columns[f"{name}_persons"] = counts
    return columns


def dossier_sentences(figures: Figures, own: Sequence[str]) -> dict[str, Any]:
    """Collect the sentences about each district: four kinds, what changed, and which districts are similar.

    Args:
        figures: the tables that the page declares.
        own: codes of the province's districts.

    Returns:
        For each kind two lists in the order of ``own``, in Thai and in English; the codes of similar districts, and
        their names by code.
    """
    districts = [figures.districts[c] for c in own]
    sentences: dict[str, Any] = {
        kind: [_column(districts, f"{kind}_{language}") for language in ("th", "en")] for kind in SENTENCES
    }
    moved = figures["round_changes"]
    if not moved.empty:
        moved = moved[moved["level"] == "district"].set_index("code").reindex(own)
        sentences["change"] = [moved[f"change_{language}"].fillna("").tolist() for language in ("th", "en")]
    peers = [row.peers for row in districts]
    similar = {code: figures.districts[code] for code in sorted({c for codes in peers for c in codes})}
    places = {
        code: [[row.name_th, row.name_en], [row.province_name_th, row.province_name_en]]
        for code, row in similar.items()
    }
    return {**sentences, "peers": peers, "places": places}
