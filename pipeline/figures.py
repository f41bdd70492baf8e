"""The tables that one asset declares, combined for pages, pictures, workbooks and downloads.

Here: ``Figures``, and which tables describe districts and provinces. Not here: what a page or
file shows of them (``pages``, ``workbooks``, ``downloads``), reading stored tables (``stored_tables``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.layers import LAYERS, check_columns
from pipeline.policy import Policy
from pipeline.stored_tables import TableSource

# The inputs whose sources are shown to planners.
SHOWN_SOURCES = (
    "household_files",
    "poverty",
    "tpmap_counts",
    "universities",
    "data_systems",
    "population",
    "district_shapes",
    "subdistrict_points",
    "regions",
    "districts",
    *(layer.name for layer in LAYERS),
)
# The tables behind `Figures.by_district` and `Figures.by_province`.
OF_DISTRICTS = ("district_criteria", "district_scores", "district_uncertainty", "district_explanations")
OF_PROVINCES = (
    "provincial_shortlist",
    "province_uncertainty",
    "province_explanations",
    "pilot_portfolio",
    "district_criteria",
)
# Columns of layers join those of the districts, to which the GIS layer adds these; GeoPackage has ``fid`` and ``geom``.
GIS_ADDS = ("geometry", "sample", "run_id", "fid", "geom")
TAKEN = {column.name: name for name in reversed(OF_DISTRICTS) for column in CONTRACTS[name]}
TAKEN |= dict.fromkeys(GIS_ADDS, "the GIS layer")
check_columns(LAYERS, TAKEN)


@dataclass(frozen=True)
class Figures:
    """The tables that one asset declares, with policy, run id and words.

    ``figures[name]`` is a table, in the order of its key; a table that the asset does not declare raises
    ``UndeclaredTable``.

    Attributes:
        tables: where the tables are.
        policy: the policy of the run.
        run_id: the id that the run is published under.
        words: those of ``sentences.for_page``.
    """

    tables: TableSource
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
        for name in OF_PROVINCES[1:-1]:
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

    @property
    def sample(self) -> bool:
        """Whether an input is invented."""
        return bool(self["inputs"]["sample"].any())

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
        return [c for codes in ranked.loc[ranked["shortlisted"], "pilot_districts"] for c in codes]


def records(table: pd.DataFrame) -> list[Any]:
    """Turn the rows of a table into named tuples, with their label as ``Index``.

    Args:
        table: its column names become the names of fields.

    Returns:
        One tuple per row; a missing value of any type is None.

    >>> records(pd.DataFrame({"rank": [1.0, None]}, index=["95", "96"]))
    [Pandas(Index='95', rank=1.0), Pandas(Index='96', rank=None)]
    """
    return list(table.astype(object).where(table.notna(), None).itertuples())
