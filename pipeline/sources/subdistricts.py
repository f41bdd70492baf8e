"""Subdistrict points: one point inside each subdistrict, which shows where in a district people live.

Here: which files hold them and which codes they must match. Not here: population (``dopa``), the weighted centre of a
district (``assets/sql/district_facts.sql``).
"""

from pathlib import Path

import pandas as pd

from pipeline.contracts import REGISTER_RAW
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.reading.table import Received, read_table


def subdistrict_points(folder: Path, districts: pd.DataFrame) -> Received:
    """One point inside each subdistrict; a district without any gets the point of its office.

    Args:
        folder: ``data/raw/subdistrict_points/``.
        districts: the DOPA list; each of its ``district_code`` must have a point.

    Returns:
        ``place_code``, ``district_code``, ``lon``, ``lat`` (degrees, EPSG:4326).

    Raises:
        InputError: for a subdistrict in another district than its code states, or a district without a point.
    """
    known = {"district_code": set(districts["district_code"])}
    points, offices = (read_table(folder, c.name, c, known) for c in REGISTER_RAW)
    table = points.table
    if (wrong := table.index[table["place_code"].str[:4] != table["district_code"]]).size:
        raise InputError(
            [
                Problem(
                    shown_path(folder / REGISTER_RAW[0].name),
                    f"{shown_value(table.at[line, 'place_code'])} in district {table.at[line, 'district_code']}",
                    "a subdistrict of that district",
                    "correct one of the two codes",
                    line=int(line),
                    column=points.shown("place_code"),
                )
                for line in wrong
            ]
        )
    with_point = set(table["district_code"])
    office = offices.table[~offices.table["district_code"].isin(with_point)]
    if missing := sorted(known["district_code"] - with_point - set(office["district_code"])):
        raise InputError(
            Problem(
                shown_path(folder / REGISTER_RAW[0].name),
                f"no point for district {', '.join(missing[:5])}",
                "a subdistrict point or a district office for each of the districts",
                "add a row to one of the two files",
                column=points.shown("district_code"),
            )
        )
    places = pd.concat(
        [
            table,
            office.assign(place_code=office["district_code"])[["place_code", "district_code", "lon", "lat"]],
        ]
    )
    return Received(
        places,
        points.origins + offices.origins,
        points.rows_in + len(office),
        points.repaired + offices.repaired,
    )
