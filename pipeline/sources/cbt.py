"""Community-based tourism: villages named on public pages, until DASTA's register is at hand."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.intake import Received, read_table


def cbt_sites(folder: Path, districts: pd.DataFrame) -> Received:
    """Villages with their province and, where known, district; may be empty."""
    known = {name: set(districts[name]) for name in ("district_code", "province_code")}
    return read_table(folder, "cbt_sites.csv", CONTRACTS["cbt_sites"], known)
