"""Points against the districts that their rows state.

Not here: the district of a point (``pipeline.places``), other rules across a row (``reading.row_rules``).
"""

from pathlib import Path

import geopandas as gpd
import numpy as np

from pipeline import places
from pipeline.errors import InputError, Problem, shown_path
from pipeline.reading.table import Received

# Simplified outlines are a few hundred metres off, and a campus may cross a border. Further outside its district a
# point is that of another place; within another province sooner.
OUTSIDE_KM, OTHER_PROVINCE_KM = 5.0, 1.0


def check_points(received: Received, path: Path, shapes: gpd.GeoDataFrame) -> Received:
    """Check that the point of each row is in the district of the row.

    Args:
        received: a table with ``district_code``, ``lon`` and ``lat`` (degrees, EPSG:4326), indexed by line number.
        path: its file, for messages.
        shapes: ``district_code`` and ``geometry`` of the districts, EPSG:4326.

    Returns:
        The same table.

    Raises:
        InputError: points are more than 5 km outside their district, or more than 1 km and in another province; it
            lists all of them.
    """
    table = received.table[received.table["district_code"].isin(shapes["district_code"])]
    lon, lat = (table[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    km = places.km_outside(lon, lat, table["district_code"], shapes)
    rows = np.flatnonzero(km > OTHER_PROVINCE_KM)
    found = places.district_at(lon[rows], lat[rows], shapes)
    problems = []
    for row, other in zip(rows, found, strict=True):
        code, line = table["district_code"].iloc[row], int(table.index[row])
        elsewhere = other is not None and other[:2] != code[:2]
        if km[row] <= OUTSIDE_KM and not elsewhere:
            continue
        where = f"in district {other}" if other else "in no district"
        problems.append(
            Problem(
                shown_path(path),
                f"a point {where}, {km[row]:,.1f} km outside district {code}",
                f"a point in the district of its row, or at most {OUTSIDE_KM:g} km outside"
                f" ({OTHER_PROVINCE_KM:g} km in another province)",
                "correct the coordinate or the district_code",
                line=line,
                column=received.shown("lon"),
            )
        )
    if problems:
        raise InputError(problems)
    return received
