"""The inputs: one asset for each, checked, with its source.

Every asset is one call. Not here: joins (``district``), reading a file (``pipeline.sources``).
"""

from typing import TYPE_CHECKING

import dagster as dg
import geopandas as gpd
import pandas as pd
from pydantic import Field

from pipeline import published_figures, sources, workspace
from pipeline.contracts import AS_RECEIVED
from pipeline.households import kept
from pipeline.layers import LAYERS, Layer
from pipeline.orchestration.declaring import asset, assets
from pipeline.policy import Policy, WhatIf, flat, offered, received_policy
from pipeline.project import Paths
from pipeline.reading.table import Received
from pipeline.run_progress import Progress

In = dg.ResourceParam[Paths]


class WhatIfConfig(dg.Config):
    """What-if: a parameter that is left out keeps the value of the policy. A what-if is not published."""

    drop_agencies: list[str] = Field(default=[], description="agencies whose ballots are left out")
    without_criteria: list[str] = Field(default=[], description="criteria without weight")

    def what_if(self) -> WhatIf:
        """Convert these settings to a what-if.

        Returns:
            The what-if.
        """
        settings = self.model_dump(exclude_none=True)
        known = {name: settings.pop(name) for name in ("weights", "drop_agencies", "without_criteria")}
        return WhatIf(**known, parameters=dict(flat(settings)))


# It has every parameter that the policy describes. Type checkers do not know classes created at run time.
if TYPE_CHECKING:
    PolicyConfig = WhatIfConfig
else:
    PolicyConfig = offered(Policy, WhatIfConfig, dg.Config)


@asset("raw", "python")
def districts() -> Received:
    """Codes and names of the 928 districts. Every other table is joined to these codes."""
    return sources.dopa.districts()


@asset("raw", "toml")
def policy(config: PolicyConfig, paths: In, districts: pd.DataFrame) -> Received:
    """Weights, gates, goalposts, size of the shortlist. Change some in the Launchpad for a what-if."""
    return received_policy(paths.policy, districts["district_code"], config.what_if())


@asset("raw", "csv")
def regions(paths: In, districts: pd.DataFrame) -> Received:
    """The six planning regions."""
    return sources.nesdc.regions(paths.raw / "nesdc", districts)


@asset("raw", "csv")
def poverty(paths: In, districts: pd.DataFrame, population: pd.DataFrame) -> Received:
    """Lower and upper bounds of the rate of poor persons by the basic-needs survey. There are none for Bangkok."""
    received = sources.tpmap.district_rates(paths.raw / "tpmap", districts)
    return sources.registered.within_registered(received, population, "district_code", "survey_population")


@asset("raw", "csv")
def population(paths: In, districts: pd.DataFrame, policy: Policy) -> Received:
    """Persons by registration, not by residence."""
    return sources.dopa.population(paths.raw / "dopa", districts, policy.poverty.population_year)


@asset("raw", "csv")
def subdistrict_population(paths: In, policy: Policy) -> Received:
    """Weights of the subdistricts in the population-weighted centre of a district."""
    return sources.dopa.subdistrict_population(paths.raw / "dopa", policy.poverty.population_year)


@asset("raw", "geojson", "geopandas")
def district_shapes(paths: In, districts: pd.DataFrame) -> Received:
    """The project's boundaries, or the user's own file in data/raw/boundaries/."""
    return sources.boundaries.district_shapes(paths.raw / "boundaries", districts)


@asset("raw", "csv")
def subdistrict_points(paths: In, districts: pd.DataFrame, district_shapes: gpd.GeoDataFrame) -> Received:
    """One point in each subdistrict. Their mean, weighted by persons, is the centre of a district."""
    return sources.subdistricts.subdistrict_points(paths.raw / "subdistrict_points", districts, district_shapes)


@asset("raw", "csv")
def universities(paths: In, districts: pd.DataFrame, district_shapes: gpd.GeoDataFrame) -> Received:
    """Campuses of universities. For most of them only the district is known."""
    return sources.universities.campuses(paths.raw / "universities", districts, district_shapes)


@asset("raw", "csv")
def partnerships(paths: In, universities: pd.DataFrame, policy: Policy) -> Received:
    """Documents that raise a university's capability; none received yet."""
    return sources.universities.partnerships(paths.raw / "partnerships", universities, policy.as_of)


@asset("raw", "csv")
def data_systems(paths: In, districts: pd.DataFrame, policy: Policy) -> Received:
    """TPMAP and PPPConnext, province by province."""
    return sources.data_systems.data_systems(paths.raw / "data_systems", districts, policy.as_of)


@asset("raw", "csv")
def acceptances(paths: In, data_systems: pd.DataFrame, policy: Policy) -> Received:
    """Statements of the agencies that the policy names."""
    return sources.data_systems.acceptances(paths.raw / "data_systems", data_systems, policy.agencies, policy.as_of)


def layer_asset(layer: Layer) -> dg.AssetsDefinition:
    """Declare the raw asset of one layer.

    Args:
        layer: the declaration of the layer; its name and description are those of the asset.

    Returns:
        The asset.
    """

    def table(paths: In, districts: pd.DataFrame) -> Received:
        return sources.context.layer_table(paths.raw, layer, districts)

    table.__name__, table.__doc__ = layer.name, layer.description
    return asset("raw", "csv")(table)


LAYER_ASSETS = [layer_asset(layer) for layer in LAYERS]


@asset("raw", "csv")
def tpmap_counts(paths: In, districts: pd.DataFrame, population: pd.DataFrame) -> Received:
    """TPMAP's own releases of any year: the poor by area. Published counts are not left out where they are small."""
    received = sources.tpmap_counts.release_counts(paths.raw / "tpmap_aggregates", districts)
    return sources.registered.within_registered(received, population, "area_code", "surveyed_persons")


@asset("raw", "pandas")
def releases(
    poverty: pd.DataFrame, tpmap_counts: pd.DataFrame, districts: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Every year, measure and source of published poverty figures, how complete it is, and which one is scored."""
    return published_figures.releases_table(poverty, tpmap_counts, districts, policy)


@assets(
    "raw", "duckdb", names=("household_files", "household_poverty", "household_agreement", "refused"), from_first=True
)
def household_tables(
    context: dg.AssetExecutionContext,
    paths: In,
    progress: dg.ResourceParam[Progress],
    districts: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    poverty: pd.DataFrame,
    policy: Policy,
) -> tuple[Received, pd.DataFrame, pd.DataFrame, dict[str, bytes]]:
    """Household rows are checked, repaired, pseudonymised, placed in districts and counted. Small counts are left out.
    Every row that is not used is listed with its reason. Unchanged files are not read again."""
    return kept.household_tables(
        paths, districts, district_shapes, poverty, policy, progress.with_log(context.log.info)
    )


@asset("raw", "parquet", notes_of=AS_RECEIVED)
def inputs(paths: In) -> pd.DataFrame:
    """The provenance of every number: file, sha256, source, licence, date, rows in and kept."""
    return workspace.inputs_table(paths, AS_RECEIVED)


@asset("raw", "parquet", notes_of=AS_RECEIVED)
def repaired(paths: In) -> pd.DataFrame:
    """Every repair of an input: Thai digits, stray spaces, invalid geometry, each with the value used instead."""
    return workspace.repaired_table(paths, AS_RECEIVED)
