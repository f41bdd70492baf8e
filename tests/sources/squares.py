"""Invented boundary files: twelve districts of two provinces, each a square of 0.1 degrees, in three rows."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.gazetteer import district_list
from pipeline.reading.table import Received
from pipeline.sources import boundaries

ALL = district_list()
# Eight districts of Chiang Mai, four of Lamphun.
DISTRICTS = pd.concat([ALL[ALL["province_code"] == p].head(n) for p, n in (("50", 8), ("51", 4))], ignore_index=True)
CODES = DISTRICTS["district_code"].tolist()
WEST, SOUTH, SIDE, IN_ROW = 98.0, 18.0, 0.1, 4


def square(at: int, larger: float = 0.0) -> shapely.Polygon:
    """The outline of the district at a position, moved outwards on its eastern side."""
    west, south = WEST + SIDE * (at % IN_ROW), SOUTH + SIDE * (at // IN_ROW)
    corners = (round(v, 9) for v in (west, south, west + SIDE + larger, south + SIDE))
    return shapely.box(*corners)


def frame(**columns: Any) -> gpd.GeoDataFrame:
    """All twelve districts, told by the given columns; by P-codes without any."""
    outlines = [square(at) for at in range(len(CODES))]
    return gpd.GeoDataFrame(columns or {"ADM2_PCODE": "TH" + DISTRICTS["district_code"]}, geometry=outlines, crs=4326)


def with_outline(at: int, outline: shapely.Geometry) -> gpd.GeoDataFrame:
    """All twelve districts, one with another outline."""
    changed = frame()
    changed.loc[at, "geometry"] = outline
    return changed


def zipped(folder: Path, archive: Path) -> None:
    """Move the files of a folder into an archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                target.write(path, path.relative_to(folder).as_posix())
    shutil.rmtree(folder)


def read(folder: Path, districts: pd.DataFrame = DISTRICTS) -> Received:
    return boundaries.district_shapes(folder, districts)


def same_squares(received: Received) -> bool:
    """Whether each district has its own square."""
    outlines = received.table.geometry.to_numpy()
    difference = shapely.symmetric_difference(outlines, [square(at) for at in range(len(CODES))])
    return received.table["district_code"].tolist() == CODES and float(shapely.area(difference).sum()) < 1e-6
