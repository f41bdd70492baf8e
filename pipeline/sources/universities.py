"""Universities: campuses (Ministry of Higher Education) and evidence of partnership."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.table import Received, check_provinces, read_table


def campuses(folder: Path, districts: pd.DataFrame) -> Received:
    """All campuses.

    Raises:
        InputError: a campus is in a district outside its province.
    """
    known = {name: set(districts[name]) for name in ("district_code", "province_code")}
    received = read_table(folder, "universities.csv", CONTRACTS["universities"], known)
    return check_provinces(received, folder / "universities.csv")


def partnerships(folder: Path, universities: pd.DataFrame) -> Received:
    """Evidence that a campus connects partners; may be empty."""
    return read_table(
        folder,
        "partnerships.csv",
        CONTRACTS["partnerships"],
        {"campus_code": set(universities["campus_code"])},
    )
