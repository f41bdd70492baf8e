"""The tables of districts: the join, the criteria, the score.

Every asset is one call. Not here: inputs (``raw``), provinces (``pilots``), formulas
(``pipeline.criteria``, ``pipeline.scoring``).
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline import district_table, queries
from pipeline.categories import HOUSEHOLD_ROWS, POOLED_ROWS, PUBLISHED_RATES
from pipeline.criteria import data_system, poverty, university
from pipeline.criterion import CRITERIA
from pipeline.dimensions import DIMENSIONS
from pipeline.orchestration.declaring import asset
from pipeline.policy import Policy
from pipeline.stored_tables import LoadedTables, Stored

SQL = Path(__file__).with_name("sql")
# What `district_facts.sql` takes from Python.
VALUES = {
    "dimensions": len(DIMENSIONS),
    "published_rates": PUBLISHED_RATES,
    "household_rows": HOUSEHOLD_ROWS,
    "pooled_rows": POOLED_ROWS,
}


@asset("district", "duckdb", "sql")
def district_facts(
    districts: Stored,
    regions: Stored,
    population: Stored,
    poverty: Stored,
    household_poverty: Stored,
    subdistrict_points: Stored,
    subdistrict_population: Stored,
    policy: Stored,
) -> pd.DataFrame:
    """One row for each of the 928 districts, also if a source has no figures for it."""
    return queries.query_result(
        SQL / "district_facts.sql",
        [
            districts,
            regions,
            population,
            poverty,
            household_poverty,
            subdistrict_points,
            subdistrict_population,
            policy,
        ],
        VALUES,
    )


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
