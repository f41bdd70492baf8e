"""The tables of districts with all criteria, and with the score.

Not here: facts (``facts``), how a criterion is computed (``criteria``), how criteria become a score (``scoring``).
"""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from pipeline import scoring
from pipeline.contracts import CONTRACTS
from pipeline.criterion import CRITERIA
from pipeline.policy import Policy
from pipeline.sentences import reasons
from pipeline.stored_tables import TableSource


def district_criteria(tables: TableSource) -> pd.DataFrame:
    """Join the facts of each district with every criterion and its parts.

    Args:
        tables: the stored tables, with ``district_facts`` and ``district_<name>`` of each criterion.

    Returns:
        The table ``district_criteria`` as its contract describes it.
    """
    return with_criteria(tables("district_facts"), {c.name: tables(c.table) for c in CRITERIA})


def with_criteria(district_facts: pd.DataFrame, criteria: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the facts of each district with given tables of criteria.

    A district without a row in the table of a criterion keeps its row, with empty cells in the columns of that
    criterion.

    Args:
        district_facts: one row per district.
        criteria: for each criterion, by name, a table with at most one row per district.

    Returns:
        The table ``district_criteria`` as its contract describes it: sorted by code, with empty lists where a criterion
        has no row for the district.
    """
    whole = district_facts
    for criterion in CRITERIA:
        part = CONTRACTS[criterion.table].conform(criteria[criterion.name])
        whole = whole.merge(part, on="district_code", how="left", validate="one_to_one")
    return CONTRACTS["district_criteria"].conform(whole)


def district_scores(
    district_criteria: pd.DataFrame, district_shapes: gpd.GeoDataFrame, policy: Policy
) -> gpd.GeoDataFrame:
    """Compute status, score, rank and reasons of each district, and join its outline.

    Args:
        district_criteria: the criteria of all districts.
        district_shapes: the outline of each district.
        policy: the policy of the run.

    Returns:
        The columns of the contract ``district_scores``, one row per district, in the coordinates of the outlines.
    """
    table = reasons.add_reasons(district_criteria.join(scoring.scored(district_criteria, policy)), policy)
    outlines = district_shapes[["district_code", "geometry"]]
    joined = outlines.merge(table, on="district_code", how="right", validate="one_to_one")
    return gpd.GeoDataFrame(joined[CONTRACTS["district_scores"].column_names], geometry="geometry", crs=outlines.crs)
