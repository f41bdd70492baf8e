"""Ministry of Labour: establishments."""

from pathlib import Path

import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.reading.table import Received, read_table


def establishments(folder: Path, districts: pd.DataFrame) -> Received:
    """Small, medium and large establishments of the provinces at hand."""
    known = {"province_code": set(districts["province_code"])}
    return read_table(folder, "establishments_by_province.csv", CONTRACTS["establishments"], known)
