"""Subdistrict points: one point inside each subdistrict, to find where in a district people live.

Here: their file and the codes they must match. Not here: population (``dopa``), the weighted centre of a
district (``district_table/district_facts.sql``).
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.contracts import SUBDISTRICT_POINTS_FILE
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.gazetteer.areas import subdistrict_codes
from pipeline.reading.table import Received, read_table
from pipeline.sources.located import check_points


def subdistrict_points(folder: Path, districts: pd.DataFrame, shapes: gpd.GeoDataFrame) -> Received:
    """Read one point inside each subdistrict; a district without any gets a point inside its outline.

    Args:
        folder: ``data/raw/subdistrict_points/``.
        districts: the DOPA list; each of its ``district_code`` gets a point.
        shapes: ``district_code`` and ``geometry`` of the districts, EPSG:4326.

    Returns:
        ``place_code``, ``district_code``, ``lon``, ``lat`` (degrees, EPSG:4326).

    Raises:
        InputError: one or more subdistricts are in another district than their code states; it lists all of them.
            Or a point is outside its district.
    """
    known = {"place_code": subdistrict_codes(), "district_code": set(districts["district_code"])}
    points = read_table(folder, SUBDISTRICT_POINTS_FILE.name, SUBDISTRICT_POINTS_FILE, known)
    table = points.table
    if (wrong := table.index[table["place_code"].str[:4] != table["district_code"]]).size:
        raise InputError(
            [
                Problem(
                    shown_path(points.path_in(folder)),
                    f"{shown_value(table.at[line, 'place_code'])} in district {table.at[line, 'district_code']}",
                    "a subdistrict of that district",
                    "correct one of the two codes",
                    line=int(line),
                    column=points.shown("place_code"),
                )
                for line in wrong
            ]
        )
    check_points(points, points.path_in(folder), shapes)
    without = shapes[~shapes["district_code"].isin(table["district_code"])]
    inside = without.geometry.representative_point()
    rest = pd.DataFrame(
        {
            "place_code": without["district_code"],
            "district_code": without["district_code"],
            "lon": inside.x,
            "lat": inside.y,
        }
    )
    places = pd.concat([table, rest])
    return Received(places, points.origins, points.rows_in, points.repaired)
