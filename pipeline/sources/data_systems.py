"""Poverty data systems and the agencies that accept them, by the agencies' own statements.

Not here: the criterion (``criteria.data_system``).
"""

from datetime import date
from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.row_rules import LATER_ROUND, refuse_rows
from pipeline.reading.table import Received, read_table

SYSTEMS, ACCEPTANCES = "data_systems.csv", "acceptances.csv"


def data_systems(folder: Path, districts: pd.DataFrame, as_of: date) -> Received:
    """Read the provinces that each data system covers.

    Args:
        folder: ``data/raw/data_systems/``.
        districts: the DOPA list.
        as_of: the date of the round; a survey of a later year does not exist yet.

    Returns:
        One row per system and province.

    Raises:
        InputError: a cell cannot be used, or a survey is later than ``as_of``.
    """
    received = read_table(
        folder,
        SYSTEMS,
        CONTRACTS["data_systems"],
        {"province_code": set(districts["province_code"])},
    )
    return _until(received, received.path_in(folder), "surveyed_year", as_of)


def acceptances(folder: Path, data_systems: pd.DataFrame, agencies: tuple[str, ...], as_of: date) -> Received:
    """Read which agency accepts which data system, with year and document.

    Args:
        folder: ``data/raw/data_systems/``.
        data_systems: the result of ``data_systems``; its systems are those that can be accepted.
        agencies: the agencies of the policy.
        as_of: the date of the round; a statement of a later year does not exist yet.

    Returns:
        One row per system and agency.

    Raises:
        InputError: a cell cannot be used, or a statement is later than ``as_of``.
    """
    received = read_table(
        folder,
        ACCEPTANCES,
        CONTRACTS["acceptances"],
        {"system": set(data_systems["system"]), "agency": agencies},
    )
    return _until(received, received.path_in(folder), "year", as_of)


def _until(received: Received, path: Path, column: str, as_of: date) -> Received:
    later = received.table[column] > as_of.year
    return refuse_rows(received, path, [(later, column, f"a year up to the policy's as_of, {as_of.year}")], LATER_ROUND)
