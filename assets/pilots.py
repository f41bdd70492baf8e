"""The results: the shortlist, the reasons, the pages, the workbooks, and their publication.

Every asset is one call. Not here: scores (``district``), building a page or a run (``pipeline.pages``,
``pipeline.runs.publishing``).
"""

from collections.abc import Iterator

import dagster as dg
import geopandas as gpd
import pandas as pd

from pipeline import explain, pages, shortlist, what_if
from pipeline.contracts import CONTRACTS
from pipeline.downloads import DOWNLOAD_TABLES, download_files
from pipeline.figures import Figures
from pipeline.orchestration import nightly, publish_step
from pipeline.orchestration.declaring import OWNER, asset, assets
from pipeline.orchestration.publish_step import Lineage
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.runs import rounds
from pipeline.sentences import choice, decision
from pipeline.stored_tables import LoadedTables
from pipeline.uncertainty import arrays, rank_tables
from pipeline.workbooks import WORKBOOK_TABLES, workbook_files

In = dg.ResourceParam[Paths]
Published = Iterator[dg.MaterializeResult[None]]


@asset("pilots", "pandas")
def provincial_shortlist(district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The value of a province comes from its best eligible districts; the provinces with the highest values form the
    shortlist."""
    return shortlist.provinces(district_scores, regions, policy)


@asset("pilots", "pandas")
def shortlist_without_suspects(district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The shortlist if suspect poverty figures are left out."""
    return shortlist.without_suspects(district_scores, regions, policy)


@asset("pilots", "pandas")
def shortlist_without_agencies(
    district_criteria: pd.DataFrame, district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """The shortlist if the ballot of one agency is left out, for each agency."""
    return shortlist.without_agencies(district_criteria, district_scores, regions, policy)


@asset("pilots", "duckdb", "pandas", tables=(*what_if.RANKED_FROM, "releases"))
def shortlist_by_release(tables: LoadedTables) -> pd.DataFrame:
    """The shortlist on the figures of each other year, measure and source with figures of districts."""
    return what_if.shortlists_by_release(tables)


@assets("pilots", "scipy", names=("pilot_portfolio", "near_best_portfolios"))
def portfolio_tables(
    provincial_shortlist: pd.DataFrame, district_scores: pd.DataFrame, regions: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The best set of provinces that the rules of the working group allow, and all sets that are almost as good."""
    portfolio, near_best = shortlist.pilot_portfolio(provincial_shortlist, district_scores, policy)
    return choice.add_reasons(portfolio, regions, policy), near_best


@assets("pilots", "numpy", "scipy", names=("district_uncertainty", "province_uncertainty", "sensitivity"))
def rank_uncertainty(
    district_criteria: pd.DataFrame,
    district_scores: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    universities: pd.DataFrame,
    partnerships: pd.DataFrame,
    regions: pd.DataFrame,
    policy: Policy,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """10,000 draws of rates, weights, exponent, decay, goalposts, campuses and unmeasured quality; seeded."""
    country = arrays.country(
        district_criteria, district_scores, district_shapes, universities, partnerships, regions, policy
    )
    return rank_tables.uncertainty_tables(country)


@asset("pilots", "pandas")
def district_explanations(
    district_criteria: pd.DataFrame,
    district_scores: pd.DataFrame,
    provincial_shortlist: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """The score as a product of one factor per criterion, and the rise that an improvable criterion would need."""
    return explain.district_explanations(district_criteria, district_scores, provincial_shortlist, policy)


@asset("pilots", "pandas")
def province_explanations(
    provincial_shortlist: pd.DataFrame, district_scores: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """The distance of each province from the edge of the shortlist, and its peers."""
    return explain.province_explanations(provincial_shortlist, district_scores, policy)


@asset("pilots", "pandas", tables=what_if.RANKED_FROM)
def round_changes(tables: LoadedTables, paths: Paths) -> pd.DataFrame:
    """Changes of rank since the round that the policy names, by cause: the figures or the policy."""
    return rounds.changes_since_round(tables, paths)


@asset("pilots", "pandas")
def decisions(
    provincial_shortlist: pd.DataFrame,
    province_uncertainty: pd.DataFrame,
    pilot_portfolio: pd.DataFrame,
    district_scores: pd.DataFrame,
    universities: pd.DataFrame,
    acceptances: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """The decisions of the working group: what to adopt, what to choose, what to check."""
    return decision.decisions(
        provincial_shortlist,
        province_uncertainty,
        pilot_portfolio,
        district_scores,
        universities,
        acceptances,
        policy,
    )


@asset("pilots", "numpy")
def map_classes(district_scores: pd.DataFrame) -> pd.DataFrame:
    """Classes of the colours of maps, computed once, so that a colour has one meaning on every page and picture."""
    return pages.classes.quintile_classes(district_scores)


@asset("pilots", "excel", tables=WORKBOOK_TABLES)
def workbooks(figures: Figures) -> dict[str, bytes]:
    """The shortlist for a spreadsheet: codes as text, definitions and sources on the first sheet."""
    return workbook_files(figures)


@asset("pilots", "excel", "geojson", tables=DOWNLOAD_TABLES)
def downloads(figures: Figures, workbooks: dict) -> dict[str, bytes]:  # type: ignore[type-arg]  # loaded by this type
    """Files next to the pages: the workbooks, one for each province, and the districts for a GIS."""
    return download_files(figures, workbooks)


@asset("pilots", "matplotlib", tables=pages.pictures.TABLES)
def pictures(figures: Figures) -> dict[str, bytes]:
    """Each map as SVG and PNG with title, legend, sources and date in it."""
    return pages.pictures.map_pictures(figures)


@asset("pilots", "folium", "html", tables=pages.country.TABLES)
def country_page(figures: Figures) -> dict[str, bytes]:
    """maps/index.html: one file, which needs no network."""
    return pages.country.country_page(figures)


@asset("pilots", "folium", "html", tables=pages.dossier.TABLES)
def dossiers(figures: Figures) -> dict[str, bytes]:
    """maps/95.html and 76 others: one file for each province."""
    return pages.dossier.dossier_pages(figures)


@asset("pilots", "html", tables=pages.brief.TABLES)
def brief(figures: Figures, pictures: dict) -> dict[str, bytes]:  # type: ignore[type-arg]  # loaded by this type
    """maps/brief.html: for the meeting, on at most four sheets of paper."""
    return pages.brief.brief_page(figures, pictures)


@dg.asset(
    group_name="pilots",
    kinds={"html", "duckdb", "parquet"},
    owners=[OWNER],
    deps=list(CONTRACTS),
    output_required=False,
    freshness_policy=nightly.freshness(),
)
def published(context: dg.AssetExecutionContext, paths: In, lineage: dg.ResourceParam[Lineage]) -> Published:
    """Checks that all tables come from the same inputs, then switches data/processed/ and maps/ to them in one step.

    A what-if is not published, nor a workspace in which a table was made from other inputs than the rest.
    """
    yield from publish_step.publish(context, paths, lineage)
