"""Downloads for planners: a workbook for each province, and the districts as layers for a GIS.

Here: the columns of each file. Not here: the workbook of the shortlist (``workbooks``), pages and pictures (``pages``).
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline import workbooks
from pipeline.categories import FROM_ROWS
from pipeline.criterion import CRITERIA, NAMES
from pipeline.dimensions import DIMENSIONS
from pipeline.figures import OF_DISTRICTS, Figures
from pipeline.layers import LAYERS
from pipeline.policy import Policy

# Layers of districts with columns in downloads.
DOWNLOADED_LAYERS = tuple(layer for layer in LAYERS if layer.downloaded)
LAYER_COLUMNS = tuple(column for layer in DOWNLOADED_LAYERS for column in layer.downloaded)
DOWNLOAD_TABLES = (
    "policy",
    "inputs",
    "district_shapes",
    *OF_DISTRICTS,
    *(layer.name for layer in DOWNLOADED_LAYERS),
)
NAME = ("district_code", "name_th", "name_en")
RESULT = ("status", "rank", "score", *NAMES)
CERTAINTY = ("rank_low", "rank_high", "firmness")
# The columns of the GIS layer, besides the geometry.
GIS_COLUMNS = [
    *NAME,
    "province_code",
    "province_name_th",
    "province_name_en",
    *RESULT,
    *(column for criterion in CRITERIA for column in criterion.columns),
    *CERTAINTY,
    *LAYER_COLUMNS,
]
# The columns of a province's workbook.
SHEET_COLUMNS = [
    *NAME,
    *RESULT,
    *(column for criterion in CRITERIA for column in (*criterion.columns, *criterion.sheet_columns)),
    *(f"rate_{dimension}" for dimension in DIMENSIONS),
    "population_persons",
    "survey_population",
    "survey_coverage_pct",
    *LAYER_COLUMNS,
    "median_rank",
    *CERTAINTY,
    "pilot_share",
    *(f"{kind}_{language}" for kind in ("reason", "outlook", "certainty") for language in ("th", "en")),
]
# Decimals of degrees in the GIS layer: about a metre.
DIGITS = 5


def download_files(figures: Figures, shortlist: Mapping[str, bytes]) -> dict[str, bytes]:
    """Make every file under ``downloads/``; the same figures give the same bytes.

    Args:
        figures: the tables of the run.
        shortlist: the files of ``workbooks``, which are repeated here.

    Returns:
        The content of each file, by its path.
    """
    table = _with_layers(figures.by_district.reset_index(), figures)
    layer, attribution = _gis_layer(table, figures), _boundary_attribution(figures["inputs"])
    return {
        **{f"downloads/{name}": content for name, content in shortlist.items()},
        **_province_workbooks(table, figures),
        "downloads/districts.geojson": _geojson(layer, attribution),
        "downloads/districts.gpkg": geopackage(layer, figures.policy, attribution),
    }


def _with_layers(table: pd.DataFrame, figures: Figures) -> pd.DataFrame:
    """Add the columns of layers that downloads have to the table of districts."""
    for layer in DOWNLOADED_LAYERS:
        columns = figures[layer.name][["district_code", *layer.downloaded]]
        table = table.merge(columns, on="district_code", how="left", validate="one_to_one")
    return table


def _province_workbooks(table: pd.DataFrame, figures: Figures) -> dict[str, bytes]:
    """Make ``downloads/<province_code>.xlsx`` with the districts of each province.

    Args:
        table: everything known of each district, with the column ``district_code``.
        figures: the tables of the run.

    Returns:
        The content of each file, by its path.
    """
    defined = [("districts", workbooks.definition("districts", column)) for column in SHEET_COLUMNS]
    about = workbooks.first_sheet(figures, defined)
    table = without_small_counts(table, figures.policy.households.smallest_count)
    files = {}
    for code, of_province in table.groupby("province_code"):
        sheet = workbooks.marked_sample(of_province[SHEET_COLUMNS].reset_index(drop=True), figures)
        files[f"downloads/{code}.xlsx"] = workbooks.xlsx({"districts": sheet}, about, figures.policy)
    return files


def without_small_counts(table: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Remove rates by household rows of dimensions in which few persons are poor, because they would give the count.

    Args:
        table: one row per district, with ``figures_from``, ``poor_<dimension>`` (persons) and ``rate_<dimension>``.
        smallest: the smallest count of persons from household rows that may be published.

    Returns:
        The table with missing rates where such a count is above 0 and below ``smallest``.
    """
    kept, from_rows = table.copy(), table["figures_from"].isin(FROM_ROWS)
    for name in DIMENSIONS:
        few = from_rows & (table[f"poor_{name}"] > 0) & (table[f"poor_{name}"] < smallest)
        kept[f"rate_{name}"] = table[f"rate_{name}"].mask(few.fillna(False).astype(bool))
    return kept


def _gis_layer(table: pd.DataFrame, figures: Figures) -> gpd.GeoDataFrame:
    """Join the districts with their outlines, coordinates rounded to ``DIGITS`` decimals of a degree."""
    shapes = figures.shapes
    rounded = gpd.GeoDataFrame(shapes[["district_code"]], geometry=shapes.geometry.set_precision(10.0**-DIGITS))
    layer = rounded.merge(table.drop(columns="geometry", errors="ignore"), on="district_code", validate="one_to_one")
    return layer[[*GIS_COLUMNS, "geometry"]].assign(sample=figures.sample, run_id=figures.run_id)


def _boundary_attribution(inputs: pd.DataFrame) -> str:
    """Write the source and licence of the boundaries, in Thai and English; the licence requires it with every copy."""
    row = inputs.loc[inputs["table"] == "district_shapes"].iloc[0]
    return f"{row['title_th']}: {row['source_th']} · {row['title_en']}: {row['source']} · {row['licence']}"


def _geojson(layer: gpd.GeoDataFrame, attribution: str) -> bytes:
    """Write the layer as GeoJSON (RFC 7946), one feature per line; the attribution is a member of the collection."""
    content: dict[str, Any] = json.loads(layer.to_json(drop_id=True, to_wgs84=True, na="null"))
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in content["features"])
    member = json.dumps(attribution, ensure_ascii=False)
    return f'{{"type":"FeatureCollection","attribution":{member},"features":[\n{lines}\n]}}\n'.encode()


def geopackage(layer: gpd.GeoDataFrame, policy: Policy, attribution: str) -> bytes:
    """Write the layer as GeoPackage, with its attribution as description.

    The policy's date is its only date, so that the same layer gives the same bytes.

    Args:
        layer: the districts with their outlines.
        policy: the policy of the run.
        attribution: the source and licence of the outlines.

    Returns:
        The content of the file.
    """
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{policy.as_of.isoformat()}T00:00:00.000Z"})
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "districts.gpkg"
            layer.to_file(path, layer="districts", driver="GPKG", engine="pyogrio", DESCRIPTION=attribution)
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
