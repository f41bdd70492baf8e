"""Community-based tourism: villages named on public pages, until DASTA's register is at hand."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.table import Received, check_provinces, read_table


def cbt_sites(folder: Path, districts: pd.DataFrame) -> Received:
    """Villages with their province and, where known, district; may be empty."""
    known = {name: set(districts[name]) for name in ("district_code", "province_code")}
    received = read_table(folder, "cbt_sites.csv", CONTRACTS["cbt_sites"], known)
    return check_provinces(received, folder / "cbt_sites.csv")
