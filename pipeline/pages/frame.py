"""What every page is made from and what stands on every page: tables, banners, sources, ids, the map, the file.

Here: ``Figures``, the tables that pages show, and the frame around a page's own content. Not here: that content
(``country``, ``dossier``, ``brief``), how things get into a file (``embedding``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline.pages import embedding
from pipeline.policy import Policy
from pipeline.workspace import LoadedTables

# Sources a planner should see beside the page, of all that comes in.
SHOWN_SOURCES = (
    "household_files",
    "poverty",
    "universities",
    "data_systems",
    "population",
    "district_shapes",
    "subdistrict_points",
    "regions",
    "districts",
    "new_firms",
    "establishments",
    "cbt_sites",
)


# The tables that every page reads.
FRAME = ("policy", "inputs", "district_criteria", "district_shapes")
# The tables behind `Figures.by_district` and `Figures.by_province`.
OF_DISTRICTS = ("district_criteria", "district_scores", "district_uncertainty", "district_explanations")
OF_PROVINCES = (
    "provincial_shortlist",
    "province_uncertainty",
    "province_explanations",
    "pilot_portfolio",
    "district_criteria",
)


@dataclass(frozen=True)
class Figures:
    """The tables that one page declares, with policy, run id and words.

    ``figures[name]`` is a table, in the order of its key; a table that the page does not declare raises
    ``UndeclaredTable``. ``words`` are those of ``sentences.for_page``.
    """

    tables: LoadedTables
    policy: Policy
    run_id: str
    words: Mapping[str, Any]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables(name)

    @property
    def shapes(self) -> gpd.GeoDataFrame:
        """The outlines of the districts."""
        return self.tables.shapes("district_shapes")

    @cached_property
    def by_district(self) -> pd.DataFrame:
        """Everything known of each district, by code: criteria and facts, score, certainty, explanation."""
        table = self["district_criteria"].set_index("district_code")
        for name in OF_DISTRICTS[1:]:
            more = pd.DataFrame(self[name]).set_index("district_code")
            table = table.join(more[[c for c in more.columns if c not in table.columns]], validate="one_to_one")
        return table

    @cached_property
    def by_province(self) -> pd.DataFrame:
        """Everything known of each province, by code."""
        table = self["provincial_shortlist"].set_index("province_code")
        for name in ("province_uncertainty", "province_explanations", "pilot_portfolio"):
            more = self[name].set_index("province_code")
            table = table.join(more[[c for c in more.columns if c not in table.columns]], validate="one_to_one")
        names = self["district_criteria"].drop_duplicates("province_code").set_index("province_code")
        return table.join(names[["region_th"]])

    @cached_property
    def districts(self) -> dict[str, Any]:
        """``by_district`` as a record for each code."""
        return {row.Index: row for row in records(self.by_district)}

    @cached_property
    def provinces(self) -> dict[str, Any]:
        """``by_province`` as a record for each code."""
        return {row.Index: row for row in records(self.by_province)}

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """The sources a planner should see, each file once, with its sample mark."""
        shown = self["inputs"][self["inputs"]["table"].isin(SHOWN_SOURCES)].drop_duplicates(["title_en", "source"])
        order = {name: i for i, name in enumerate(SHOWN_SOURCES)}
        shown = shown.sort_values("table", key=lambda names: names.map(order), kind="stable")
        return [row.to_dict() for _, row in shown.iterrows()]

    @cached_property
    def pilots(self) -> list[str]:
        """Codes of the pilot districts of the provinces on the list, best first."""
        ranked = self["provincial_shortlist"].sort_values(["rank", "province_code"])
        return [c for codes in ranked.loc[ranked["shortlisted"], "pilot_districts"] for c in codes.split(", ")]


def page(
    template: str,
    figures: Figures,
    scripts: Sequence[str],
    styles: Sequence[str],
    *,
    bounds: Sequence[float] | None = None,
    draw: str = "",
    **content: Any,
) -> bytes:
    """The page of a template: its content in the frame that all pages share.

    ``scripts`` and ``styles`` are files of ``static/app``. With ``bounds`` (west, south, east, north) it has a map,
    which folium sets up and the JavaScript function ``draw`` fills.
    """
    element = ""
    later: dict[str, str] = {}
    if bounds is not None:
        west, south, east, north = (float(edge) for edge in bounds)
        element, code = embedding.folium_map("thailand", [[south, west], [north, east]], draw)
        later = {
            "libraries": embedding.script("leaflet/leaflet.js", "topojson-client/topojson-client.min.js"),
            "map": code,
        }
    inline = {"page": embedding.script(*(f"app/{file}" for file in scripts))}
    sheets = {
        "fonts": embedding.fonts(),
        "page": embedding.style(*(["leaflet/leaflet.css"] if later else []), *(f"app/{file}" for file in styles)),
    }
    policy, facts = figures.policy, figures["district_criteria"]
    said = {
        "policy": policy,
        "run_id": figures.run_id,
        "words": figures.words,
        "schematic": bool((figures.shapes["outline"] == "schematic").any()),
        "sample": bool(figures["inputs"]["sample"].any()),
        "sources": figures.sources,
        "smallest_count": policy.households.smallest_count,
        "national_rate_pct": float(facts["national_rate_pct"].max()),
        "unit": facts["poverty_unit"].dropna().iloc[0] if facts["poverty_unit"].notna().any() else "persons",
        "rests_on": facts["figures_from"].value_counts().to_dict(),
        "survey_year": int(policy.poverty.survey_year),
    }
    html = (
        embedding.environment()
        .get_template(template)
        .render(
            csp=embedding.security_policy([*inline.values(), *later.values()], list(sheets.values())),
            scripts=inline,
            later={name: embedding.packed_text(code) for name, code in later.items()},
            styles=sheets,
            map_element=element,
            **{"code": "", **said, **content},
        )
    )
    return html.encode("utf-8")


def as_of(day: date, missed: date, *, failed: bool) -> bytes:
    """The banner of pages that are older than they should be: of ``day``, since the run of ``missed`` is not there."""
    template = embedding.environment().get_template("as_of.html")
    said = template.render(day_of_run=day.isoformat(), missed=missed.isoformat(), failed=failed)
    return f"{said}\n".encode()


def records(table: pd.DataFrame) -> list[Any]:
    """Rows as named tuples, their label as ``Index``; what is missing is None, of whatever type."""
    return list(table.astype(object).where(table.notna(), None).itertuples())


def number(value: Any, digits: int) -> float | None:
    return None if pd.isna(value) else round(float(value), digits)


def whole(value: Any) -> int | None:
    return None if pd.isna(value) else round(float(value))


def exact(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def flag(value: Any) -> int | None:
    """1, 0, or nothing where it is not known."""
    return None if pd.isna(value) else int(bool(value))
