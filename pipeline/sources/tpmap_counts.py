"""TPMAP's releases: how many persons and households are poor, by area, as TPMAP publishes them.

Here: how levels and files of one year are combined. What an agency has published is not left out where it is small:
limits on small counts apply to household rows only. Not here: finding and opening files (``release_files``), what a row
must be (``release_rows``), figures that contradict each other (``release_checks``), which release is scored
(``published_figures``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts import CONTRACTS
from pipeline.gazetteer import DISTRICT, SUBDISTRICT, installed
from pipeline.gazetteer.areas import subdistrict_codes
from pipeline.reading.sidecar import Origin
from pipeline.reading.table import Received
from pipeline.small_cells import COUNTRY
from pipeline.sources.release_checks import (
    COUNTS,
    refuse_differing,
    refuse_larger_parts,
    refuse_shares,
    with_surveyed_persons,
)
from pipeline.sources.release_files import FIGURES, LEVELS, release_files
from pipeline.sources.release_rows import release_rows

# The units of TPMAP are subdistricts and municipalities; in 2561 a district has at least 0.6 times as many as it has
# subdistricts. Fewer than half are not the district.
UNITS_NEEDED = 0.5
# The survey of basic needs (JPT) is not made in Bangkok, so that the country is the sum of the other provinces.
NOT_SURVEYED = ("10",)
MOST_NAMED = 3


def release_counts(folder: Path, districts: pd.DataFrame) -> Received:
    """Read the figures of every release per district, province and country, from files of any level.

    Files of one year are combined. Where a district has figures of its own, those are used; else the sum of its
    subdistricts or villages. Persons surveyed are computed from target poor and their rate where no file has them.

    Args:
        folder: ``data/raw/tpmap_aggregates/``, with files such as ``61_province_11111.csv``.
        districts: the DOPA list.

    Returns:
        One row per year and area; the country (``TH``) where its file is there or every surveyed province has figures.

    Raises:
        InputError: a file is not one of a release, a code is not within its province or district, or figures contradict
            each other.
    """
    files, received = release_files(folder)
    contract = CONTRACTS["tpmap_counts"]
    if not files:
        return Received(pd.DataFrame(columns=contract.column_names), (), 0)
    repaired: list[dict[str, Any]] = []
    tables: list[pd.DataFrame] = []
    for table, records in release_rows(files, districts):
        tables.append(table)
        repaired += [{**record, "file": f"{folder.name}/{record['file']}"} for record in records]
    origins = tuple(replace(origin, read_as=_units_of(origin, repaired)) for origin in received)
    surveyed = set(districts["province_code"]) - set(NOT_SURVEYED)
    rows = []
    for year, of_year in pd.concat(tables).groupby("year"):
        repaired += [{**record, "file": folder.name} for record in _incomplete(of_year)]
        areas = with_surveyed_persons(_combined(of_year, folder), folder)
        rows.append(_with_country(areas, surveyed, folder).assign(year=year))
    if not rows:
        return Received(pd.DataFrame(columns=contract.column_names), origins, 0)
    merged = pd.concat(rows).rename_axis("area_code").reset_index()
    refuse_shares(merged, folder)
    result = merged.reindex(columns=contract.column_names)
    return Received(result, origins, sum(map(len, tables)), tuple(repaired))


def _units_of(origin: Origin, repaired: Sequence[Mapping[str, Any]]) -> str:
    """Name the units of a file that are no subdistricts and count in their districts; empty if there are none."""
    of_file = [record for record in repaired if f"{record['file']}/".startswith(f"{origin.file}/")]
    units = [r["found"] for r in of_file if len(r["used"]) == DISTRICT and r["found"][:DISTRICT] == r["used"]]
    units = [code for code in units if code.isdigit() and len(code) >= SUBDISTRICT]
    if not units:
        return ""
    named = ", ".join(units[:MOST_NAMED]) + (", …" if len(units) > MOST_NAMED else "")
    what = "unit that is no subdistrict" if len(units) == 1 else "units that are no subdistricts"
    return f"parts of their districts: {len(units):,} {what} ({named})"


def _combined(cells: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Combine the files of one year to one row per district and province, and the country if it has a file."""
    names = [column.name for column in FIGURES]
    present = [name for name in names if name in cells]
    values = cells[present].astype("float64")
    grouped = values.groupby(cells["code"].to_numpy())
    refuse_differing(cells, values, folder)
    by_code = grouped.first()
    digits = by_code.index.str.len()
    is_country = by_code.index == COUNTRY
    of_level = {n: by_code[(digits == n) & ~is_country] for n in LEVELS.values()}
    counts = [name for name in present if name in COUNTS]
    whole = of_level[4]
    for finer in (level for level in (of_level[6], of_level[8]) if len(level)):
        refuse_larger_parts(whole, _sums(finer[counts], 4), "district", folder)
        # A district with figures of its own takes none from its parts, which may be only some of its places.
        summed = _sums(finer[counts], 4, UNITS_NEEDED * _parts_of(SUBDISTRICT, 4))
        whole = pd.concat([whole, summed[~summed.index.isin(whole.index)]])
    provinces = of_level[2]
    if len(whole):
        refuse_larger_parts(provinces, _sums(whole[counts], 2), "province", folder)
        provinces = provinces.combine_first(_sums(whole[counts], 2, _parts_of(DISTRICT, 2)))
    table = pd.concat([whole, provinces, by_code[is_country]]).reindex(columns=names).copy()
    table.attrs["year"] = cells["year"].iloc[0]
    return table


@cache
def _parts_of(digits: int, whole: int) -> pd.Series:
    """How many areas of a level each area of a coarser level has, by the DOPA list."""
    codes = pd.Series(sorted(subdistrict_codes()) if digits == SUBDISTRICT else sorted(installed().districts))
    return codes.groupby(codes.str[:whole]).size()


def _sums(parts: pd.DataFrame, digits: int, needed: pd.Series | None = None) -> pd.DataFrame:
    """Sum counts to a coarser level.

    Args:
        parts: counts by code.
        digits: of the codes of the coarser level.
        needed: the least number of parts of an area whose sum is that of the area. A count that one part lacks is then
            not known of the area. Not given: what is there is summed, which the area must have at least.

    Returns:
        Counts by the codes of the coarser level.
    """
    wholes = parts.index.str[:digits]
    groups = parts.groupby(wholes)
    sums = groups.sum(min_count=1)
    if needed is None:
        return sums
    units = pd.Series(parts.index.str[: digits + 2], index=wholes).groupby(level=0).nunique()
    enough = units >= needed.reindex(units.index).fillna(np.inf)
    return sums.where(groups.count().eq(groups.size(), axis=0)).where(enough, axis=0)


def _incomplete(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Areas without figures of their own, of which only some parts have figures: one record for each."""
    records = []
    codes = pd.Series(cells["code"].unique())
    of_level = {digits: codes[codes.str.len() == digits] for digits in LEVELS.values()}
    year = int(cells["year"].iloc[0])
    finer = pd.concat([of_level[6], of_level[8].str[:6]]).drop_duplicates()
    for parts, digits, needed, word in (
        (finer, 4, UNITS_NEEDED * _parts_of(SUBDISTRICT, 4), "subdistricts"),
        (pd.concat([of_level[4], finer.str[:4]]).drop_duplicates(), 2, _parts_of(DISTRICT, 2), "districts"),
    ):
        units = parts.groupby(parts.str[:digits]).size()
        listed = _parts_of(SUBDISTRICT if digits == 4 else DISTRICT, digits).reindex(units.index).fillna(np.inf)
        enough = units >= needed.reindex(units.index).fillna(np.inf)
        few = units[(units < listed) & ~units.index.isin(of_level[digits])]
        records += [
            {
                "line": 0,
                "column": "",
                "found": f"{n} of {listed[code]:.0f} {word} of {code} in {year}",
                "used": "their sum" if enough[code] else "no sum of its parts",
            }
            for code, n in few.items()
        ]
    return records


def _with_country(table: pd.DataFrame, surveyed: set[str], folder: Path) -> pd.DataFrame:
    """Add the country as the sum of its provinces where all have figures, and hold a file of the country against it."""
    provinces = table[table.index.isin(surveyed)]
    counts = list(COUNTS)
    complete = provinces[counts].notna().sum() == len(surveyed)
    summed = provinces[counts].sum().where(complete)
    if COUNTRY in table.index:
        refuse_larger_parts(table.loc[[COUNTRY], counts], summed.to_frame(COUNTRY).T, "country", folder)
        return table
    if not complete.any():
        return table
    row = summed.to_frame(COUNTRY).T
    pct = 100 * row["target_poor_persons"] / row["surveyed_persons"]
    row = row.assign(target_poor_pct=pct, surveyed_computed=bool(provinces["surveyed_computed"].any()))
    return pd.concat([table, row.reindex(columns=table.columns)])
