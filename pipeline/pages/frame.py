"""What every page is made from and what stands on every page: tables, banners, sources, ids, the map, the file.

Here: ``Figures``, the tables that pages show, and the frame around a page's own content. Not here: that content
(``country``, ``dossier``, ``brief``), how things get into a file (``embedding``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline.pages import embedding
from pipeline.policy import Policy
from pipeline.workspace import Tables

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


@dataclass(frozen=True)
class Figures:
    """The tables of one run, each under its name, and what is said of the run itself.

    ``words`` are those of ``sentences.for_page``; tables are in the order of their keys.
    """

    policy: Policy
    run_id: str
    words: Mapping[str, Any]
    district_shapes: gpd.GeoDataFrame
    district_criteria: pd.DataFrame
    district_scores: pd.DataFrame
    district_explanations: pd.DataFrame
    district_uncertainty: pd.DataFrame
    provincial_shortlist: pd.DataFrame
    shortlist_without_suspects: pd.DataFrame
    shortlist_without_agencies: pd.DataFrame
    province_uncertainty: pd.DataFrame
    province_explanations: pd.DataFrame
    sensitivity: pd.DataFrame
    pilot_portfolio: pd.DataFrame
    round_changes: pd.DataFrame
    decisions: pd.DataFrame
    map_classes: pd.DataFrame
    universities: pd.DataFrame
    data_systems: pd.DataFrame
    acceptances: pd.DataFrame
    new_firms: pd.DataFrame
    establishments: pd.DataFrame
    cbt_sites: pd.DataFrame
    inputs: pd.DataFrame

    @cached_property
    def by_district(self) -> pd.DataFrame:
        """Everything known of each district, by code: criteria and facts, score, certainty, explanation."""
        table = self.district_criteria.set_index("district_code")
        for other in (self.district_scores, self.district_uncertainty, self.district_explanations):
            more = pd.DataFrame(other).set_index("district_code")
            table = table.join(more[[c for c in more.columns if c not in table.columns]], validate="one_to_one")
        return table

    @cached_property
    def by_province(self) -> pd.DataFrame:
        """Everything known of each province, by code."""
        table = self.provincial_shortlist.set_index("province_code")
        for other in (self.province_uncertainty, self.province_explanations, self.pilot_portfolio):
            more = other.set_index("province_code")
            table = table.join(more[[c for c in more.columns if c not in table.columns]], validate="one_to_one")
        names = self.district_criteria.drop_duplicates("province_code").set_index("province_code")
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
        shown = self.inputs[self.inputs["table"].isin(SHOWN_SOURCES)].drop_duplicates(["title_en", "source"])
        order = {name: i for i, name in enumerate(SHOWN_SOURCES)}
        shown = shown.sort_values("table", key=lambda names: names.map(order), kind="stable")
        return [row.to_dict() for _, row in shown.iterrows()]

    @cached_property
    def pilots(self) -> list[str]:
        """Codes of the pilot districts of the provinces on the list, best first."""
        ranked = self.provincial_shortlist.sort_values(["rank", "province_code"])
        return [c for codes in ranked.loc[ranked["shortlisted"], "pilot_districts"] for c in codes.split(", ")]


OF_THE_RUN = ("policy", "run_id", "words")
READ = tuple(field.name for field in fields(Figures) if field.name not in ("run_id", "words"))


def read(tables: Tables, policy: Policy, run_id: str, words: Mapping[str, Any]) -> Figures:
    """The figures of the pages from the stored tables."""
    named: dict[str, Any] = {
        field.name: tables(field.name)
        for field in fields(Figures)
        if field.name not in (*OF_THE_RUN, "district_shapes")
    }
    return Figures(policy=policy, run_id=run_id, words=words, district_shapes=tables.shapes("district_shapes"), **named)


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
    policy, facts = figures.policy, figures.district_criteria
    said = {
        "policy": policy,
        "run_id": figures.run_id,
        "words": figures.words,
        "schematic": bool((figures.district_shapes["outline"] == "schematic").any()),
        "sample": bool(figures.inputs["sample"].any()),
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
