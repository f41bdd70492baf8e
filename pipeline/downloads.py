"""What planners take away beside the pages: a workbook of the country and of each province, layers for a GIS.

Here: which columns a province's workbook and a layer hold. Not here: the workbook of the shortlist (``workbooks``),
pages and pictures (``pages``).
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline import workbooks
from pipeline.policy import Policy

LAYER = [
    "district_code",
    "name_th",
    "name_en",
    "province_code",
    "province_name_th",
    "province_name_en",
    "status",
    "rank",
    "score",
    "poverty",
    "university",
    "data_system",
    "poverty_rate_smoothed_pct",
    "poor_persons_min",
    "hot_spot",
    "suspect",
    "rank_low",
    "rank_high",
    "firmness",
    "outline",
]
SHEET = [
    "district_code",
    "name_th",
    "name_en",
    "status",
    "rank",
    "score",
    "poverty",
    "university",
    "data_system",
    "poverty_rate_smoothed_pct",
    "poor_persons_min",
    "rate_health",
    "rate_living",
    "rate_education",
    "rate_income",
    "rate_accessibility",
    "suspect",
    "population_persons",
    "survey_population",
    "survey_coverage_pct",
    "university_nearest",
    "university_nearest_minutes",
    "data_systems_all",
    "median_rank",
    "rank_low",
    "rank_high",
    "pilot_share",
    "firmness",
    "reason_th",
    "reason_en",
    "outlook_th",
    "outlook_en",
    "certainty_th",
    "certainty_en",
]
DIMENSIONS = ("health", "living", "education", "income", "accessibility")
DIGITS = 5


def download_files(
    listed: Mapping[str, bytes],
    district_criteria: pd.DataFrame,
    district_scores: gpd.GeoDataFrame,
    district_uncertainty: pd.DataFrame,
    district_explanations: pd.DataFrame,
    district_shapes: gpd.GeoDataFrame,
    inputs: pd.DataFrame,
    policy: Policy,
    run_id: str,
) -> dict[str, bytes]:
    """Every file under ``downloads/``; ``listed`` are the workbooks of the shortlist. Same tables, same bytes."""
    table = district_criteria
    for other in (pd.DataFrame(district_scores), district_uncertainty, district_explanations):
        more = other[["district_code", *(c for c in other.columns if c not in table.columns)]]
        table = table.merge(more, on="district_code", validate="one_to_one")
    sample = bool(inputs["sample"].any())
    files = {f"downloads/{name}": content for name, content in listed.items()}
    defined = [("districts", workbooks.definition("districts", column)) for column in SHEET]
    about = workbooks.about(inputs, policy, run_id, defined)
    sheet = _without_small_counts(table, policy.households.smallest_count)[["province_code", *SHEET]]
    if sample:
        sheet = sheet.assign(**{workbooks.SAMPLE: "SAMPLE"})
    for code, of in sheet.groupby("province_code"):
        rows = of.drop(columns="province_code").reset_index(drop=True)
        files[f"downloads/{code}.xlsx"] = workbooks.xlsx({"districts": rows}, about, policy)
    layer = table.drop(columns="geometry").merge(
        district_shapes[["district_code", "outline"]], on="district_code", validate="one_to_one"
    )
    outlines = district_scores.set_geometry(district_scores.geometry.set_precision(10.0**-DIGITS))
    layers = gpd.GeoDataFrame(layer[LAYER], geometry=outlines.geometry.to_numpy(), crs=district_scores.crs)
    layers = layers.assign(sample=sample, run_id=run_id)
    return {
        **files,
        "downloads/districts.geojson": geojson(layers),
        "downloads/districts.gpkg": geopackage(layers, policy),
    }


def _without_small_counts(table: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Rates of dimensions in which fewer than ``smallest`` persons are poor are left out: they would tell the count."""
    kept = table.copy()
    for name in DIMENSIONS:
        few = (table[f"poor_{name}"] > 0) & (table[f"poor_{name}"] < smallest)
        kept[f"rate_{name}"] = table[f"rate_{name}"].mask(few.fillna(False).astype(bool))
    return kept


def geojson(layer: gpd.GeoDataFrame) -> bytes:
    """The layer as GeoJSON (RFC 7946), with a feature to each line."""
    said: dict[str, Any] = json.loads(layer.to_json(drop_id=True, to_wgs84=True, na="null"))
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in said["features"])
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'.encode()


def geopackage(layer: gpd.GeoDataFrame, policy: Policy) -> bytes:
    """The layer as GeoPackage; its one date is that of the policy, so that the bytes stay the same."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{policy.as_of.isoformat()}T00:00:00.000Z"})
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "districts.gpkg"
            layer.to_file(path, layer="districts", driver="GPKG", engine="pyogrio")
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
