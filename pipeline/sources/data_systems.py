"""Poverty data systems and who accepts them: the agencies' own statements."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.table import Received, read_table


def data_systems(folder: Path, districts: pd.DataFrame) -> Received:
    """Each system with the provinces it covers."""
    return read_table(
        folder,
        "data_systems.csv",
        CONTRACTS["data_systems"],
        {"province_code": set(districts["province_code"])},
    )


def acceptances(folder: Path, data_systems: pd.DataFrame, agencies: tuple[str, ...]) -> Received:
    """Which agency accepts which system, with year and document."""
    return read_table(
        folder,
        "acceptances.csv",
        CONTRACTS["acceptances"],
        {"system": set(data_systems["system"]), "agency": agencies},
    )
