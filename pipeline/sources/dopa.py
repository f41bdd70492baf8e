"""Department of Provincial Administration: codes, names, registered population."""

from pathlib import Path

import geothai
import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.intake import Origin, Received, read_table


def districts() -> Received:
    """The 928 districts with their provinces, as the installed geothai package has them."""
    provinces = {province.code: province for province in geothai.provinces()}
    table = pd.DataFrame(
        [
            {
                "district_code": district.code,
                "name_th": district.name_th,
                "name_en": district.name_en,
                "province_code": district.province_code,
                "province_name_th": provinces[district.province_code].name_th,
                "province_name_en": provinces[district.province_code].name_en,
            }
            for code in provinces
            for district in geothai.districts(code)
        ]
    )
    origin = Origin(
        file="geothai",
        sha256=f"version {geothai.DATA_VERSION}",
        title_th="รหัสและชื่อเขตการปกครอง",
        title_en="Codes and names of administrative areas",
        source="Department of Provincial Administration, through the geothai package",
        address="https://geothai.fasu.dev",
        licence="CC BY 4.0",
        received=geothai.DATA_VERSION.replace(".", "-"),
    )
    return Received(table, (origin,), len(table))


def population(folder: Path, districts: pd.DataFrame) -> Received:
    """Registered persons and houses per district and year."""
    return read_table(
        folder,
        "population_by_district.csv",
        CONTRACTS["population"],
        {"district_code": set(districts["district_code"])},
    )


def subdistrict_population(folder: Path) -> Received:
    """Registered persons and houses per subdistrict."""
    codes = {
        s.code for d in geothai.provinces() for t in geothai.districts(d.code) for s in geothai.subdistricts(t.code)
    }
    return read_table(
        folder,
        "population_by_subdistrict.csv",
        CONTRACTS["subdistrict_population"],
        {"subdistrict_code": codes},
    )
