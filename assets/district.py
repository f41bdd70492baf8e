"""The tables of districts: the join, the criteria, the score.

Every asset is one call. Not here: inputs (``raw``), provinces (``pilots``), formulas
(``pipeline.criteria``, ``pipeline.scoring``).
"""

import geopandas as gpd
import pandas as pd

from pipeline import district_table, poverty_years, published_figures
from pipeline.criteria import data_system, poverty, university
from pipeline.criterion import CRITERIA
from pipeline.orchestration.declaring import asset
from pipeline.policy import Policy
from pipeline.stored_tables import LoadedTables, Stored


@asset("district", "pandas")
def published_poverty(
    poverty: pd.DataFrame, tpmap_counts: pd.DataFrame, districts: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """The published figures of the year, measure and source that the policy names."""
    return published_figures.published_poverty(poverty, tpmap_counts, districts, policy)


@asset("district", "pandas")
def poverty_history(
    poverty: pd.DataFrame,
    tpmap_counts: pd.DataFrame,
    household_poverty: pd.DataFrame,
    releases: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """All years beside each other, for districts, provinces and the country. Only equal measures compare."""
    return poverty_years.poverty_history(poverty, tpmap_counts, household_poverty, releases, policy)


@asset("district", "duckdb", "sql")
def district_facts(
    districts: Stored,
    regions: Stored,
    population: Stored,
    published_poverty: Stored,
    household_poverty: Stored,
    subdistrict_points: Stored,
    subdistrict_population: Stored,
    policy: Policy,
) -> pd.DataFrame:
    """One row for each of the 928 districts, also if a source has no figures for it."""
    given = (
        districts,
        regions,
        population,
        published_poverty,
        household_poverty,
        subdistrict_points,
        subdistrict_population,
    )
    return district_table.district_facts({table.name: table for table in given}, policy)


@asset("district", "pandas", "scipy")
def district_poverty(district_facts: pd.DataFrame, district_shapes: gpd.GeoDataFrame, policy: Policy) -> pd.DataFrame:
    """Empirical-Bayes rate, count and Gi*; the gate; hot spots; suspect figures. Only districts with figures."""
    return poverty.district_poverty(district_facts, district_shapes, policy)


@asset("district", "pandas")
def district_university(
    district_facts: pd.DataFrame, universities: pd.DataFrame, partnerships: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Reach of the universities in and around each district, and mandate of those in its province."""
    return university.district_university(district_facts, universities, partnerships, policy)


@asset("district", "pandas")
def district_data_system(
    district_facts: pd.DataFrame,
    data_systems: pd.DataFrame,
    acceptances: pd.DataFrame,
    household_poverty: pd.DataFrame,
    household_agreement: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Level, acceptance, measured quality and timeliness of the best system in each district."""
    return data_system.district_data_system(
        district_facts, data_systems, acceptances, household_poverty, household_agreement, policy
    )


@asset("district", "pandas", tables=("district_facts", *(criterion.table for criterion in CRITERIA)))
def district_criteria(tables: LoadedTables) -> pd.DataFrame:
    """One row per district with every criterion and its parts."""
    return district_table.district_criteria(tables)


@asset("district", "geopandas")
def district_scores(
    district_criteria: pd.DataFrame, district_shapes: gpd.GeoDataFrame, policy: Policy
) -> gpd.GeoDataFrame:
    """Status (eligible, below the gate, data needed or excluded), score of all criteria, reasons in one sentence."""
    return district_table.district_scores(district_criteria, district_shapes, policy)
