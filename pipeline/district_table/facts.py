"""The facts of each district from every source, joined in DuckDB by ``district_facts.sql``.

Not here: criteria and score (``joined``), which published figures are used (``published_figures``).
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from pipeline import queries
from pipeline.categories import HOUSEHOLD_ROWS, POOLED_ROWS, TARGET_POOR
from pipeline.dimensions import DIMENSIONS
from pipeline.policy import Policy
from pipeline.stored_tables import Stored

SQL = Path(__file__).with_name("district_facts.sql")
# The tables that the statement reads.
FACTS_FROM = (
    "districts",
    "regions",
    "population",
    "published_poverty",
    "household_poverty",
    "subdistrict_points",
    "subdistrict_population",
)


def district_facts(tables: Mapping[str, Stored | pd.DataFrame], policy: Policy) -> pd.DataFrame:
    """Join the facts of each district.

    Args:
        tables: those of ``FACTS_FROM``, stored or in memory.
        policy: the policy of the run, with the year of the population, the measure and the systems that survey all.

    Returns:
        The table ``district_facts`` as its contract describes it.
    """
    values = {
        "dimensions": len(DIMENSIONS),
        "household_rows": HOUSEHOLD_ROWS,
        "least_households": policy.households.least_households,
        "pooled_rows": POOLED_ROWS,
        "population_year": policy.poverty.population_year,
        "survey_systems": list(policy.households.survey_systems),
        "target_poor": policy.poverty.measure == TARGET_POOR,
    }
    return queries.query_result(SQL, {name: tables[name] for name in FACTS_FROM}, values)
