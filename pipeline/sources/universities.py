"""Universities: campuses (Ministry of Higher Education) and evidence of partnership."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.intake import Received, read_table


def campuses(folder: Path, districts: pd.DataFrame) -> Received:
    """All campuses; a district outside the campus's province is a problem."""
    received = read_table(
        folder,
        "universities.csv",
        CONTRACTS["universities"],
        {
            "district_code": set(districts["district_code"]),
            "province_code": set(districts["province_code"]),
        },
    )
    table = received.table
    elsewhere = table["district_code"].str[:2] != table["province_code"]
    if elsewhere.any():
        raise InputError(
            [
                Problem(
                    shown_path(folder / "universities.csv"),
                    f"district {table.at[line, 'district_code']} with province {table.at[line, 'province_code']}",
                    "a district of that province",
                    "correct one of the two codes",
                    line=int(line),
                    column="district_code",
                )
                for line in table.index[elsewhere]
            ]
        )
    return received


def partnerships(folder: Path, universities: pd.DataFrame) -> Received:
    """Evidence that a campus connects partners; may be empty."""
    return read_table(
        folder,
        "partnerships.csv",
        CONTRACTS["partnerships"],
        {"campus_code": set(universities["campus_code"])},
    )
