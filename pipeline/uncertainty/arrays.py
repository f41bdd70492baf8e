"""The country under draws, from the stored tables.

Here: which districts are drawn. Not here: what is drawn (``choices``), criteria under draws (``criteria``).
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from pipeline import places
from pipeline.criteria.draws import Country
from pipeline.policy import Policy


def country(
    district_criteria: pd.DataFrame,
    district_scores: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    universities: pd.DataFrame,
    partnerships: pd.DataFrame,
    regions: pd.DataFrame,
    policy: Policy,
) -> Country:
    """Select the districts that are drawn, and put together what the criteria read.

    These are the districts for which it is known whether poverty is concentrated.

    Args:
        district_criteria: the criteria of all districts; all district tables are in the order of ``district_code``.
        district_scores: the status of each district.
        district_shapes: the outlines of all districts.
        universities: one row per campus.
        partnerships: evidence of partnership, by campus.
        regions: all provinces.
        policy: the policy of the run.

    Returns:
        The country, with its districts and its provinces in the order of their codes.
    """
    known = district_criteria["concentrated"].notna().to_numpy()
    near = places.neighbours(district_shapes, policy.poverty.neighbour_distance_m)[known][:, known]
    return Country(
        districts=district_criteria[known].reset_index(drop=True),
        shapes=district_shapes,
        universities=universities,
        partnerships=partnerships,
        provinces=np.sort(regions["province_code"].to_numpy(dtype=object)),
        neighbours=sparse.csr_array(near),
        may_be_pilot=district_scores["status"][known].isin(["eligible", "below_gate"]).to_numpy(),
        policy=policy,
    )
