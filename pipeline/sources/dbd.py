"""Department of Business Development: firms newly registered."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.table import Received, check_provinces, read_table


def new_firms(folder: Path, districts: pd.DataFrame) -> Received:
    """Firms registered in a period, by the district of the head office."""
    known = {name: set(districts[name]) for name in ("district_code", "province_code")}
    received = read_table(folder, "new_firms_by_district.csv", CONTRACTS["new_firms"], known)
    return check_provinces(received, folder / "new_firms_by_district.csv")
