"""Every reader of a comma-separated file, with the real file it reads: what the tables of bad files go through.

Not here: what is wrong with a file (``test_text_files``, ``test_cells``), shapes, workbooks, Parquet.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem
from pipeline.layers import LAYERS, Layer
from pipeline.reading.delimited import header_of, rows_of
from pipeline.reading.encodings import decode
from pipeline.reading.sidecar import SIDECAR, read_sidecar
from pipeline.reading.table import Received
from pipeline.sources import boundaries, context, data_systems, dopa, nesdc, subdistricts, tpmap, universities
from tests.conftest import ROOT
from tests.problems import refusal

RAW = ROOT / "data" / "raw"
DISTRICTS = dopa.districts().table
SHAPES = boundaries.district_shapes(RAW / "boundaries", DISTRICTS).table
AS_OF = date(2026, 12, 31)
AGENCIES = ("PMU-A", "CODI", "OSMEP", "DASTA")


@dataclass(frozen=True)
class Reader:
    """A reader: the folder and file it reads, its first column, and how it is called."""

    folder: str
    file: str
    key: str
    read: Callable[[Path], Received]
    layer: Layer | None = None

    def copied(self, to: Path) -> Path:
        """The real folder, copied; the file within it."""
        place = to / self.folder
        place.mkdir(parents=True)
        for path in (RAW / self.folder).iterdir():
            (place / path.name).write_bytes(path.read_bytes())
        if self.layer:
            write_plainly(place / self.file, self.layer)
        return place / self.file


def layer_reader(layer: Layer) -> Reader:
    """The reader of a layer: each one declared goes through every table of bad files."""
    return Reader(
        layer.folder,
        layer.file,
        CONTRACTS[layer.name].key[0],
        lambda folder: context.layer_table(folder.parent, layer, DISTRICTS),
        layer,
    )


def write_plainly(file: Path, layer: Layer) -> None:
    """Write the file of a layer in UTF-8, with commas and our names, however it came: faults are put into that form."""
    content, known = file.read_bytes(), CONTRACTS[layer.name].column_names
    columns = read_sidecar(file.parent).columns_of(file.name, known)
    text, encoding = decode(content, file.name)
    delimiter, header = header_of(text, [*known, *columns.ours], file.name)
    if (encoding, delimiter, columns.ours) == ("utf-8", ",", {}):
        return
    target = io.StringIO(newline="")
    out = csv.writer(target, lineterminator="\n")
    out.writerow([columns.ours.get(name, name) for name in header])
    out.writerows(row for _, row in rows_of(text, delimiter, len(header), file.name))
    file.write_text(target.getvalue(), encoding="utf-8")
    sidecar = file.parent / SIDECAR
    without_map = re.sub(r"(?ms)^\[columns.*?(?=^\[(?!columns)|\Z)", "", sidecar.read_text(encoding="utf-8"))
    sidecar.write_text(without_map, encoding="utf-8")


READERS = {
    "poverty": Reader(
        "tpmap", "tpmap_2022_by_district.csv", "district_code", lambda p: tpmap.district_rates(p, DISTRICTS)
    ),
    "population": Reader(
        "dopa", "population_by_district.csv", "district_code", lambda p: dopa.population(p, DISTRICTS, 2021)
    ),
    "subdistrict_population": Reader(
        "dopa", "population_by_subdistrict.csv", "subdistrict_code", lambda p: dopa.subdistrict_population(p, 2021)
    ),
    "regions": Reader("nesdc", "regions.csv", "province_code", lambda p: nesdc.regions(p, DISTRICTS)),
    "universities": Reader(
        "universities", "universities.csv", "campus_code", lambda p: universities.campuses(p, DISTRICTS, SHAPES)
    ),
    "data_systems": Reader(
        "data_systems", "data_systems.csv", "system", lambda p: data_systems.data_systems(p, DISTRICTS, AS_OF)
    ),
    "acceptances": Reader(
        "data_systems",
        "acceptances.csv",
        "system",
        lambda p: data_systems.acceptances(p, data_systems.data_systems(p, DISTRICTS, AS_OF).table, AGENCIES, AS_OF),
    ),
    **{layer.name: layer_reader(layer) for layer in LAYERS},
    "points": Reader(
        "subdistrict_points",
        "subdistrict_points.csv",
        "subdistrict_code",
        lambda p: subdistricts.subdistrict_points(p, DISTRICTS, SHAPES),
    ),
}


@cache
def plain_of(name: str) -> pd.DataFrame:
    """What a reader gives of the real file."""
    reader = READERS[name]
    return reader.read(RAW / reader.folder).table.reset_index(drop=True)


def refused(read: Callable[[], object], *parts: str) -> Problem:
    """The problem with which a reader refuses a file; see ``refusal`` for ``parts``."""
    with pytest.raises(InputError) as caught:
        read()
    return refusal(caught.value, *parts)
