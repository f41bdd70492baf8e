"""The folder of boundaries: which file is used, its source, and the order of the steps from file to outlines.

Here: choosing, and what else may lie in the folder. Not here: the steps themselves (``vector_files``,
``district_layer``, ``coverage``).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path
from pipeline.gazetteer import Gazetteer
from pipeline.leftovers import is_note
from pipeline.reading.opened import is_for_people
from pipeline.reading.sidecar import SIDECAR, Origin, origin_of, own_sidecar
from pipeline.reading.table import Received
from pipeline.sources.boundaries import coverage, district_layer
from pipeline.sources.boundaries.vector_files import KINDS, is_left_over, opened

# The boundary file of the project itself; any other file in the folder is the user's own and is used instead.
CARRIED = "boundaries_adm2_districts.parquet"
# Files that belong to a boundary file of the same name: parts of a Shapefile or MapInfo file, projections, styles.
COMPANIONS = (
    *(".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".fbn", ".fbx", ".ain", ".aih", ".ixs", ".mxs", ".atx"),
    *(".dat", ".map", ".id", ".ind", ".mid", ".qpj", ".qmd", ".qml", ".sld", ".lyr", ".lyrx", ".xml", ".xsd", ".gfs"),
    *(".gpkg-shm", ".gpkg-wal"),
)
METADATA = re.compile(r"meta-?data\.(json|xml|txt)$", re.IGNORECASE)


def district_shapes(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the outline of each district from the user's own file if there is one, else from the project's.

    Args:
        folder: ``data/raw/boundaries/``.
        districts: the DOPA list; its ``district_code`` are the codes that the file must have, each once.

    Returns:
        ``district_code`` and ``geometry`` (degrees, EPSG:4326), in the order of codes.

    Raises:
        InputError: there is no file, there are several of the user's own, the folder has something that is no boundary
            file, or the file cannot be used (see ``read_boundary_file``).
    """
    path = _chosen_file(folder)
    shapes, repaired, read_as = read_boundary_file(path, districts)
    return Received(shapes, (replace(_origin(path), read_as=read_as),), len(shapes), tuple(repaired))


def read_boundary_file(path: Path, districts: pd.DataFrame) -> tuple[gpd.GeoDataFrame, list[dict[str, Any]], str]:
    """Read the outlines of districts from a boundary file: their layer, their codes, their shapes as one coverage.

    Args:
        path: a file of one of the kinds of ``vector_files``, or a zip archive or folder with such files.
        districts: the DOPA list; the file must have each of its districts.

    Returns:
        ``district_code`` and ``geometry`` (degrees, EPSG:4326) in the order of codes; one record for each repair
        (file, line, column, found, used), where line is the number of the feature or 0; and how the file was read:
        layer, columns, coordinate system. The last is empty for one layer with P-codes in degrees.

    Raises:
        InputError: the file cannot be read, has no layer of districts, has coordinates outside Thailand, lacks a
            district, or its outlines overlap too much.
    """
    file, record_as = shown_path(path), f"{path.parent.name}/{path.name}"
    gazetteer = Gazetteer(districts)
    with opened(path, file) as layers:
        layer, key = district_layer.chosen_layer(layers, gazetteer, file)
        placed, renamed = district_layer.placed_rows(layer, key, gazetteer)
        district_layer.check_complete(placed, districts, layer.file, key)
        shapes = layer.shapes()
    crs_stated = shapes.crs is not None
    outlines, repaired = coverage.outlines(shapes, placed, layer.file)
    read_as = district_layer.how_read(layer, layers, key)
    if not crs_stated:
        read_as = "; ".join(filter(None, (read_as, "no coordinate system stated, taken as WGS 84")))
    return outlines, [{"file": record_as, **record} for record in (*renamed, *repaired)], read_as


def _chosen_file(folder: Path) -> Path:
    """Return the boundary file to use.

    Raises:
        InputError: there is none, there are several of the user's own, or there is something else.
    """
    inputs = (p for p in folder.glob("*") if not is_left_over(p.name) and not is_note(p) and p.name != SIDECAR)
    entries = sorted(p for p in inputs if not is_for_people(p))
    own = [p for p in entries if p.name != CARRIED and (p.is_dir() or p.suffix.lower() in KINDS) and not _is_note(p)]
    rest = [p for p in entries if p not in own and p.name != CARRIED and not _is_note(p)]
    if unknown := [p.name for p in rest if not any(_belongs(p, to) for to in own)]:
        raise InputError(
            Problem(
                shown_path(folder),
                f"{', '.join(unknown[:4])}{' …' if len(unknown) > 4 else ''}",
                f"boundary files ({', '.join(sorted(KINDS))}), their companions and sidecars",
                "remove it, unpack it, or put back the boundary file that it belongs to",
            )
        )
    if unsaved := [p.name for p in rest if p.suffix.lower() == ".gpkg-wal" and p.stat().st_size]:
        fix = "close the file in the GIS, or export it again"
        raise InputError(Problem(shown_path(folder), f"{unsaved[0]} with unsaved changes", "a closed GeoPackage", fix))
    if len(own) > 1:
        found = ", ".join(p.name for p in own)
        fix = "keep one of them; files of one download go into one folder"
        raise InputError(Problem(shown_path(folder), found, f"at most one boundary file besides {CARRIED}", fix))
    if not own and not (folder / CARRIED).exists():
        fix = "restore the file, or put a file of all districts here"
        raise InputError(Problem(shown_path(folder), "no boundary file", CARRIED, fix))
    return own[0] if own else folder / CARRIED


def _is_note(path: Path) -> bool:
    return METADATA.search(path.name) is not None


def _belongs(path: Path, to: Path) -> bool:
    """Return whether a file is a companion or the sidecar of a boundary file."""
    if path.name == own_sidecar(to).name:
        return True
    name, of = path.name.lower(), (to.name.lower(), to.stem.lower())
    return any(name == stem + suffix for stem in of for suffix in COMPANIONS)


def _origin(path: Path) -> Origin:
    """Describe the source of a boundary file by its sidecar; without a sidecar, state that the source is not known.

    The sidecar of the folder describes the project's file only, a user's own file has a sidecar of its own.
    """
    digest = _digest(path)
    if path.name == CARRIED:
        return origin_of(path, digest)
    if own_sidecar(path).is_file():
        return origin_of(path, digest, own=True)
    return Origin(
        file=f"{path.parent.name}/{path.name}",
        sha256=digest,
        title_th="ขอบเขตอำเภอ",
        title_en="District boundaries",
        source=f"boundary file {path.name}, received without a statement of its source",
        address="",
        licence="not stated",
        received="",
        source_th=f"แฟ้มขอบเขต {path.name} ที่ได้รับโดยไม่มีคำชี้แจงที่มา",
        sidecar=own_sidecar(path).name,
        stated=False,
    )


def _digest(path: Path) -> str:
    """Compute the sha256 of a file; for a folder that of the lines that ``sha256sum`` prints for its files by name."""
    if path.is_file():
        return sha256_of(path)
    lines = (f"{sha256_of(file)}  {name}\n" for name, file in _files_in(path))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    named = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    yield from sorted((n, p) for n, p in named.items() if not any(is_left_over(part) for part in n.split("/")))
