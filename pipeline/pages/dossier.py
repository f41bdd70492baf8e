"""``maps/<province_code>.html``: one province, its districts, what is known of them, and why they have their rank.

Here: the pages, and what their template shows. Not here: what their scripts show (``dossier_data``), layers
(``dossier_layers``), how figures look (``templates``, ``static/app``), the country (``country``).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.dimensions import DIMENSION_COUNT
from pipeline.figures import OF_DISTRICTS, OF_PROVINCES, Figures, records
from pipeline.pages import embedding, outlines
from pipeline.pages.dossier_data import OF_PROVINCE, Country, dossier_data, dossier_sentences
from pipeline.pages.dossier_layers import TABLE_GROUPS, groups_of_province
from pipeline.pages.frame import FRAME, page
from pipeline.pages.history import history_of

OTHERS = ("map_classes", "round_changes", "acceptances", "poverty_history")
TABLES = tuple(dict.fromkeys((*FRAME, *OF_DISTRICTS, *OF_PROVINCES, *OF_PROVINCE, *OTHERS)))
SCRIPTS = ("map.js", "tables.js", "dossier_tables.js", "dossier.js")
STYLES = ("page.css", "dossier.css")


def dossier_pages(figures: Figures) -> dict[str, bytes]:
    """Make the page of each province.

    Args:
        figures: the tables that the page declares.

    Returns:
        Each page as ``{"<province_code>.html": bytes}``, in the order of codes.
    """
    country = Country.of(figures)
    return {f"{code}.html": dossier_page(figures, country, code) for code in figures.provinces}


def dossier_page(figures: Figures, country: Country, code: str) -> bytes:
    """Make the page of one province.

    Args:
        figures: the tables that the page declares.
        country: what all dossiers of the run share.
        code: of the province.

    Returns:
        The HTML, in UTF-8.
    """
    own = [c for c in country.positions if c[:2] == code]
    around = country.surroundings.around(code)
    shapes = figures.shapes
    topology = outlines.part(
        country.topology,
        [country.positions[c] for c in own],
        [country.surroundings.provinces[c] for c in around],
        country.surroundings.arcs,
    )
    return page(
        "dossier.html",
        figures,
        SCRIPTS,
        STYLES,
        bounds=shapes[shapes["district_code"].isin(own)].total_bounds,
        topology=embedding.packed_json(topology),
        shown=embedding.json_text(dossier_data(figures, country, own, around)),
        sentences=embedding.packed_json(dossier_sentences(figures, own)),
        **_of_the_province(figures, country, code, own),
    )


def _of_the_province(figures: Figures, country: Country, code: str, own: Sequence[str]) -> dict[str, Any]:
    """What the template shows of the province: its record, people, businesses, campuses, systems, similar ones."""
    provinces = figures.provinces
    place = provinces[code]
    districts = [figures.districts[c] for c in own]
    moved = figures["round_changes"]
    moved = moved[(moved["level"] == "province") & (moved["code"] == code)]
    before, after = _before_and_after(list(provinces), code)
    codes = list(country.positions)
    neighbours = {codes[j][:2] for c in own for j in country.near[country.positions[c]]} - {code}
    return {
        "code": code,
        "place": place,
        "population": _sum(row.population_persons for row in districts),
        "houses": _sum(row.houses for row in districts),
        "surveyed": _sum(row.survey_population for row in districts),
        "campuses": country.of_province["universities"][code],
        "names_of": figures.districts,
        "systems": _systems(figures, country, code),
        "history": history_of(figures["poverty_history"], code),
        "layer_groups": groups_of_province({name: rows[code] for name, rows in country.of_province.items()}),
        "table_groups": TABLE_GROUPS,
        "dimension_count": DIMENSION_COUNT,
        "moved": None if moved.empty else moved.iloc[0],
        "peers": [provinces[c] for c in place.peers],
        "neighbours": [provinces[c] for c in sorted(neighbours)],
        "before": before and provinces[before],
        "after": after and provinces[after],
    }


def _before_and_after(codes: Sequence[str], code: str) -> tuple[str | None, str | None]:
    """The code before and the code after; None at the ends.

    >>> _before_and_after(["10", "11", "12"], "12")
    ('11', None)
    """
    padded = [None, *codes, None]
    at = padded.index(code)
    return padded[at - 1], padded[at + 1]


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of the known values; None if there are none."""
    known = [int(value) for value in values if value is not None]
    return sum(known) if known else None


def _systems(figures: Figures, country: Country, code: str) -> list[dict[str, Any]]:
    """The data systems that cover the province, each with what every agency states."""
    statements = {(row.system, row.agency): row for row in records(figures["acceptances"])}
    agencies = figures.policy.agencies
    return [
        {"row": row, "agencies": [(agency, statements.get((row.system, agency))) for agency in agencies]}
        for row in country.of_province["data_systems"][code]
    ]
