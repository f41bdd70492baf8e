"""Invented household rows, in files of every kind, and their intake without Dagster."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from pipeline.dimensions import DIMENSIONS
from pipeline.households import kept
from pipeline.households.mapping import COLUMNS
from pipeline.policy import Policy
from pipeline.project import Paths

# Where no rates are published, rows are not compared with them.
NO_RATES = pd.DataFrame(
    columns=[
        *("district_code", "year", "survey_population", "labelled_population", "rate_any_max"),
        *(f"rate_{name}" for name in DIMENSIONS),
    ]
)
BASE = {
    "citizen_id": "1101700203451",
    "subdistrict_code": "500107",
    "members": "3",
    "health": "0",
    "living": "0",
    "education": "0",
    "income": "0",
    "accessibility": "0",
    "income_per_person": "50000",
    "welfare_card": "0",
    "survey_year": "2022",
}


def row(number: int = 0, **cells: str) -> dict[str, str]:
    """One household in district 5001 that is not poor in any dimension; ``number`` makes its id."""
    return {**BASE, "citizen_id": citizen_id(number), **cells}


def citizen_id(number: int) -> str:
    digits = f"1{number:011d}"
    return digits + str((11 - sum((13 - i) * int(d) for i, d in enumerate(digits)) % 11) % 10)


def table(rows: list[dict[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows).reindex(columns=[c for c in COLUMNS if any(c in r for r in rows)])


def csv(rows: list[dict[str, str]], encoding: str = "utf-8", sep: str = ",") -> bytes:
    return table(rows).to_csv(index=False, sep=sep).encode(encoding)


def parquet(rows: list[dict[str, str]]) -> bytes:
    target = io.BytesIO()
    table(rows).to_parquet(target, index=False)
    return target.getvalue()


def xlsx(rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    cells = table(rows)
    sheet.append(list(cells.columns))
    for values in cells.itertuples(index=False):
        sheet.append([None if pd.isna(v) else v for v in values])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@dataclass
class Province:
    """A project folder for household files, and the log of their intakes."""

    paths: Paths
    districts: pd.DataFrame
    shapes: gpd.GeoDataFrame
    policy: Policy
    log: list[str] = field(default_factory=list)

    def put(self, files: Mapping[str, bytes], system: str = "tpmap") -> None:
        folder = self.paths.raw / "households" / system
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)

    def rules(self, **changes: Any) -> None:
        self.policy = self.policy.overridden({f"households.{name}": value for name, value in changes.items()})

    def take_in(self) -> kept.HouseholdCounts:
        return kept.household_counts(self.paths, self.districts, self.shapes, self.policy, self.log.append)

    def refused(self, system: str = "tpmap") -> pd.DataFrame:
        return pd.read_parquet(self.take_in().folder / "refused" / f"{system}.parquet")

    def repaired(self, system: str = "tpmap") -> pd.DataFrame:
        return pd.read_parquet(self.take_in().folder / "repaired" / f"{system}.parquet")

    def households(self) -> dict[str, int]:
        """Households by district."""
        return self.take_in().table("profiles").groupby("district_code")["households"].sum().to_dict()


@pytest.fixture
def province(tmp_path: Path, districts: pd.DataFrame, policy: Policy) -> Province:
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    paths = Paths(raw, tmp_path / "data" / "processed", tmp_path / "maps", raw / "policy.toml")
    area = shapely.box(98.9, 18.7, 99.1, 18.9)
    shapes = gpd.GeoDataFrame({"district_code": ["5001"]}, geometry=[area], crs="EPSG:4326")
    found = Province(paths, districts, shapes, policy)
    found.rules(refused_share_stops=1.0, place_refused_share_stops=1.0, superseded_share_stops=1.0)
    return found
