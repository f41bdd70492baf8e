"""Office of the National Economic and Social Development Council: planning regions.

Not here: regional quotas (``shortlist``).
"""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.reading.table import Received, read_table

REGIONS = "regions.csv"


def regions(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the planning region of each of the 77 provinces.

    Args:
        folder: ``data/raw/nesdc/``.
        districts: the DOPA list.

    Returns:
        One row per province.

    Raises:
        InputError: a province has no region.
    """
    provinces = set(districts["province_code"])
    received = read_table(folder, REGIONS, CONTRACTS["regions"], {"province_code": provinces})
    if missing := sorted(provinces - set(received.table["province_code"])):
        raise InputError(
            Problem(
                shown_path(received.path_in(folder)),
                f"no row for province {', '.join(missing)}",
                "a region for each of the 77 provinces",
                "add the rows",
                column=received.shown("province_code"),
            )
        )
    return received
