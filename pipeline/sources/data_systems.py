"""Poverty data systems and the agencies that accept them, by the agencies' own statements.

Not here: the criterion (``criteria.data_system``).
"""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.table import Received, read_table

SYSTEMS, ACCEPTANCES = "data_systems.csv", "acceptances.csv"


def data_systems(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the provinces that each data system covers.

    Args:
        folder: ``data/raw/data_systems/``.
        districts: the DOPA list.

    Returns:
        One row per system and province.
    """
    return read_table(
        folder,
        SYSTEMS,
        CONTRACTS["data_systems"],
        {"province_code": set(districts["province_code"])},
    )


def acceptances(folder: Path, data_systems: pd.DataFrame, agencies: tuple[str, ...]) -> Received:
    """Read which agency accepts which data system, with year and document.

    Args:
        folder: ``data/raw/data_systems/``.
        data_systems: the result of ``data_systems``; its systems are those that can be accepted.
        agencies: the agencies of the policy.

    Returns:
        One row per system and agency.
    """
    return read_table(
        folder,
        ACCEPTANCES,
        CONTRACTS["acceptances"],
        {"system": set(data_systems["system"]), "agency": agencies},
    )
