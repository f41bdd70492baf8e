"""The district of each staged row, by code or name, else by coordinate.

Here: the tables ``places`` and ``by_point``. Not here: what a spelling means (``gazetteer``), geometry
(``pipeline.places``).
"""

import duckdb
import geopandas as gpd
import pandas as pd
import pyarrow as pa

from pipeline import places
from pipeline.gazetteer import SUBDISTRICT, Gazetteer, place_spellings
from pipeline.households import database

# The number of coordinates looked up at a time.
BATCH = 1_000_000


def place_rows(connection: duckdb.DuckDBPyConnection, gazetteer: Gazetteer, shapes: gpd.GeoDataFrame) -> None:
    """Find the district of each distinct spelling; if there is none, that of the row's coordinate.

    Args:
        connection: a connection with the view ``staged`` and the table ``spelled``. It gets the table ``places``, with
            the district of each spelling (and ``area``, see ``sql/placed.sql``) or the reason why there is none, and
            rows in the table ``by_point``.
        gazetteer: codes and names of districts.
        shapes: outlines of districts, EPSG:4326.
    """
    _place_by_spelling(connection, gazetteer)
    _place_by_coordinate(connection, shapes)


def _place_by_spelling(connection: duckdb.DuckDBPyConnection, gazetteer: Gazetteer) -> None:
    spelled = database.run(connection, "all_spellings").df()
    found = list(place_spellings(gazetteer, spelled.drop(columns="place")))
    table = {
        "place": spelled["place"].to_numpy(dtype="uint64"),
        "found_code": pd.array([p.district_code for p in found], dtype="str"),
        "area": pd.array([int(p.code.ljust(SUBDISTRICT, "0")) if p.code else None for p in found], dtype="UInt32"),
        "repaired": pd.array([p.repaired for p in found], dtype="str"),
        "column": pd.array([p.column for p in found], dtype="str"),
        "reason": pd.array([p.reason for p in found], dtype="str"),
        "found": pd.array([p.found for p in found], dtype="str"),
    }
    database.create_table(connection, "places", pd.DataFrame(table))


def _place_by_coordinate(connection: duckdb.DuckDBPyConnection, shapes: gpd.GeoDataFrame) -> None:
    unplaced: pa.RecordBatchReader = connection.sql(database.sql_of("unplaced")).to_arrow_reader(BATCH)
    batches = [b.select(["file", "row"]).append_column("district_code", _districts_at(b, shapes)) for b in unplaced]
    if batches:
        found = pa.Table.from_batches(batches)
        database.insert(connection, "by_point", found.filter(found["district_code"].is_valid()))


def _districts_at(batch: pa.RecordBatch, shapes: gpd.GeoDataFrame) -> pa.Array:
    lon, lat = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("lon", "lat"))
    return pa.array(places.district_at(lon, lat, shapes), type=pa.string())
