"""Universities: campuses (Ministry of Higher Education) and evidence of partnership.

Not here: the criterion (``criteria.university``).
"""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.table import Received, check_provinces, read_table

CAMPUSES, PARTNERSHIPS = "universities.csv", "partnerships.csv"


def campuses(folder: Path, districts: pd.DataFrame) -> Received:
    """Read all campuses.

    Args:
        folder: ``data/raw/universities/``.
        districts: the DOPA list.

    Returns:
        One row per campus.

    Raises:
        InputError: a cell cannot be used, or a campus is in a district outside its province.
    """
    known = {name: set(districts[name]) for name in ("district_code", "province_code")}
    received = read_table(folder, CAMPUSES, CONTRACTS["universities"], known)
    return check_provinces(received, folder / CAMPUSES)


def partnerships(folder: Path, universities: pd.DataFrame) -> Received:
    """Read the evidence that a campus connects partners.

    Args:
        folder: ``data/raw/partnerships/``.
        universities: the result of ``campuses``; its codes are those that evidence can name.

    Returns:
        One row per campus, partner and document; may be empty.
    """
    return read_table(
        folder,
        PARTNERSHIPS,
        CONTRACTS["partnerships"],
        {"campus_code": set(universities["campus_code"])},
    )
