"""Office of the National Economic and Social Development Council: planning regions.

Not here: regional quotas (``shortlist``).
"""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.reading.row_rules import refuse_rows
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
        InputError: a province has no region, its name is that of another code, or a region has several names.
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
    table = received.table
    named = districts.drop_duplicates("province_code").set_index("province_code")
    # Of each name of a region in one language, its first name in the other.
    first = table.groupby("region")["region_th"].transform("first")
    first_th = table.groupby("region_th")["region"].transform("first")
    rules = [
        (
            table[name] != table["province_code"].map(named[f"province_{name}"]),
            name,
            "the DOPA name of the province_code",
        )
        for name in ("name_th", "name_en")
    ]
    rules += [
        (table["region_th"] != first, "region_th", "one Thai name for each region"),
        (table["region"] != first_th, "region", "one English name for each region"),
    ]
    return refuse_rows(received, received.path_in(folder), rules, "correct the row; code and name belong together")
