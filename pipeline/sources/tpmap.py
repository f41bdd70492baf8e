"""Thai People Map and Analytics Platform: published rates, and aggregates of target poor.

Here: the files of TPMAP and the small counts in them. Not here: household rows (``households``).
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline import small_cells
from pipeline.contracts import CONTRACTS, Column, Contract, Kind
from pipeline.contracts.household_tables import INDICATORS
from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.reading.cells import repeated_keys
from pipeline.reading.sidecar import SIDECAR
from pipeline.reading.table import Received, read_table

# The levels of an aggregate file, coarsest first: the column of codes, and how many digits its codes have.
LEVELS = {"province_code": 2, "district_code": 4, "subdistrict_code": 6, "village_code": 8}
FIGURES = tuple(c for c in CONTRACTS["target_poor"] if c.name not in CONTRACTS["target_poor"].key)
COUNTS = tuple(c.name for c in FIGURES if c.kind is Kind.COUNT)
# An aggregate file has at least one level and one figure of these columns. Its key is its finest level.
AGGREGATE = Contract(
    "aggregate",
    "Target poor of the areas of one level",
    (),
    (
        *(Column(n, Kind.CODE, "code", pattern=f"[1-9][0-9]{{{digits - 1}}}") for n, digits in LEVELS.items()),
        *FIGURES,
    ),
    "TPMAP",
)
WHOLE = "target_poor_persons"
# The rest of a province, outside the districts with figures, has this number; no district has it.
REST = "00"
PROVINCES = 77
AGGREGATE_NAME = re.compile(r"(?P<year>[0-9]{2})_.+\.csv")


def district_rates(folder: Path, districts: pd.DataFrame, year: int) -> Received:
    """Read the published rates of one year per district, from ``tpmap_<year>_by_district.csv``.

    Args:
        folder: ``data/raw/tpmap/``.
        districts: the DOPA list.
        year: the survey year of the policy, Common Era.

    Returns:
        One row per district with figures; rates in per cent.

    Raises:
        InputError: there are no rows, or a row contradicts itself: it has another year, more persons with published
            rates than surveyed persons, or a lower bound above the upper bound.
    """
    name = f"tpmap_{year}_by_district.csv"
    received = read_table(folder, name, CONTRACTS["poverty"], {"district_code": set(districts["district_code"])})
    t = received.table
    surveyed, units, upper = map(received.shown, ("survey_population", "n_units", "rate_any_max"))
    rules = [
        (t["year"] != year, "year", f"the year {year}, as in the file's name"),
        (
            t["labelled_population"] > t["survey_population"],
            "labelled_population",
            f"at most {surveyed}",
        ),
        (t["labelled_population"] < 1, "labelled_population", "at least one person"),
        (t["n_labelled"] > t["n_units"], "n_labelled", f"at most {units}"),
        (t["rate_any_min"] > t["rate_any_max"] + 0.001, "rate_any_min", f"at most {upper}"),
    ]
    problems = [
        Problem(
            shown_path(folder / name),
            f"'{t.at[line, column]}'",
            expected,
            "correct the row",
            line=int(line),
            column=received.shown(column),
        )
        for broken, column, expected in rules
        for line in t.index[broken]
    ]
    if problems:
        raise InputError(problems)
    if t.empty:
        raise InputError(
            Problem(shown_path(folder / name), "no rows", "a row per district", "add the figures of TPMAP")
        )
    return received


def target_poor(folder: Path, districts: pd.DataFrame, smallest_count: int) -> Received:
    """Read the target poor per province and district from TPMAP's aggregate files of any level.

    Files of one year and level are combined. The coarsest level available for a district is used; finer levels are
    summed.

    Args:
        folder: its files have names such as ``61_province_11111.csv``, which begin with the Buddhist year (2561 is
            2018).
        districts: the DOPA list.
        smallest_count: counts of persons below this, and those that would reveal them, are left out.

    Returns:
        One row per year and area: districts, provinces, and the country (``TH``) if every province has figures.

    Raises:
        InputError: a file name has no year, a code is not within its province or district, or two files contradict
            each other.
    """
    read = [_aggregate(folder, path.name, districts) for path in sorted(folder.glob("*.csv"))]
    tables = [table for _, table in read]
    contract = CONTRACTS["target_poor"]
    origins = tuple(origin for received, _ in read for origin in received.origins)
    cells = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    if cells.empty:
        return Received(pd.DataFrame(columns=contract.column_names), origins, 0)
    rows = []
    for year, of_year in cells.groupby("year"):
        rows.append(_published(_merged(of_year, folder), folder, smallest_count).assign(year=year))
    table = pd.concat(rows, ignore_index=True).reindex(columns=contract.column_names)
    repaired = tuple(record for received, _ in read for record in received.repaired)
    return Received(table, origins, len(table), repaired)


def _aggregate(folder: Path, name: str, districts: pd.DataFrame) -> tuple[Received, pd.DataFrame]:
    """Read one file; return its table, and its cells as code, file, year, column, value."""
    file = shown_path(folder / name)
    named = AGGREGATE_NAME.fullmatch(name)
    if named is None:
        raise InputError(
            Problem(
                file, shown_value(name), "a name that begins with a year, such as 61_province_11111.csv", "rename it"
            )
        )
    known = {"province_code": set(districts["province_code"]), "district_code": set(districts["district_code"])}
    received = read_table(folder, name, AGGREGATE, known, partial=True)
    table = received.table
    levels = [column for column in LEVELS if column in table]
    for kind, names in (("codes", LEVELS), ("figures", [column.name for column in FIGURES])):
        if not set(names) & set(table):
            fix = f"map it under [columns] in {shown_path(folder / SIDECAR)}"
            raise InputError(Problem(file, f"no column of {kind}", f"one of {', '.join(names)}", fix, line=1))
    if "rate" in table and WHOLE not in table and received.header.ignored:
        # A rate is suppressed with its count. A count column under an unknown name would let the rate through.
        raise InputError(
            Problem(
                file,
                f"a rate without {WHOLE}, and columns that are not used: {', '.join(received.header.ignored[:5])}",
                f"a column used as {WHOLE}, or no such columns",
                f"map it under [columns] in {shown_path(folder / SIDECAR)}, or remove the columns",
                line=1,
            )
        )
    if problems := repeated_keys(table, (levels[-1],), received.header, file):
        raise InputError(problems)
    finest = table[levels[-1]]
    wrong = pd.Series(False, index=table.index)
    for column in levels:
        wrong |= finest.str[: LEVELS[column]] != table[column]
    if LEVELS[levels[-1]] >= LEVELS["district_code"]:
        wrong |= ~finest.str[: LEVELS["district_code"]].isin(known["district_code"])
    if wrong.any():
        line = int(wrong.index[wrong][0])
        raise InputError(
            Problem(
                file,
                f"'{finest[line]}'",
                "a code within its province and district",
                "correct one of the codes in this row",
                line=line,
                column=received.shown(levels[-1]),
            )
        )
    values = table.drop(columns=levels).astype("float64")
    cells = values.assign(code=finest, file=name, year=2500 - 543 + int(named["year"])).melt(
        ["code", "file", "year"], var_name="column", value_name="value"
    )
    return received, cells.dropna(subset="value").assign(shown=lambda c: c["column"].map(received.shown))


def _merged(cells: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Combine the files of one year: codes by columns. Two files may have the same cell if it has the same value."""
    values = cells.groupby(["code", "column"])["value"]
    if (values.transform("max") != values.transform("min")).any():
        differing = cells[values.transform("max") != values.transform("min")].sort_values(["code", "column", "file"])
        first = differing.iloc[0]
        files = differing.loc[(differing["code"] == first["code"]) & (differing["column"] == first["column"]), "file"]
        raise InputError(
            Problem(
                shown_path(folder / files.iloc[0]),
                f"{first['shown']} of {first['code']} that differs from {files.iloc[1]}",
                "the same value in both files",
                "keep the file with the right value and move the other away",
            )
        )
    return values.first().reset_index().pivot_table(index="code", columns="column", values="value")


def _published(merged: pd.DataFrame, folder: Path, smallest_count: int) -> pd.DataFrame:
    """Compute districts, provinces and, if every province has figures, the country; leave out small counts."""
    counts = [name for name in COUNTS if name in merged]
    by_level = {digits: merged[merged.index.str.len() == digits] for digits in LEVELS.values()}
    districts = by_level[4][counts]
    for digits in (6, 8):
        finer = by_level[digits][counts]
        districts = districts.combine_first(finer.groupby(finer.index.str[:4]).sum(min_count=1))
    summed = districts.groupby(districts.index.str[:2]).sum(min_count=1)
    provinces = by_level[2][counts].combine_first(summed)
    table = pd.concat([districts, provinces])
    if counts:
        # The rest of a province is suppressed like a district: it could reveal a small count too.
        rest = provinces.fillna(0) - summed.reindex(provinces.index).fillna(0)
        if (rest < 0).any(axis=None):
            province = rest.index[(rest < 0).any(axis=1)][0]
            raise InputError(
                Problem(
                    shown_path(folder),
                    f"a smaller count for province {province} than for the sum of its districts",
                    "a province that has at least the sum of its districts",
                    "keep the files with the right counts and move the others away",
                )
            )
        rest.index = rest.index + REST
        cells = pd.concat([districts.fillna(0), rest[rest.ne(0).any(axis=1)]]).astype("int64")
        table = table.mask(_suppressed(cells, counts, smallest_count).reindex(table.index, fill_value=False))
        if len(provinces) == PROVINCES:
            country = provinces.sum(min_count=1).to_frame(small_cells.COUNTRY).T
            hidden = _suppressed(cells, counts, smallest_count).loc[[small_cells.COUNTRY]]
            table = pd.concat([table, country.mask(hidden)])
    if "rate" in merged:
        table["rate"] = merged["rate"].reindex(table.index).where(table[counts].notna().all(axis=1))
    return table.rename_axis("area_code").reset_index()


def _suppressed(cells: pd.DataFrame, counts: Sequence[str], smallest_count: int) -> pd.DataFrame:
    """Return which counts are left out, by area code and column."""
    parts = {name: WHOLE for name in counts if name != WHOLE and WHOLE in counts}
    dimensions = [name for name in counts if name in parts and name not in INDICATORS]
    groups = [kinds for kinds in (dimensions, [n for n in counts if n in INDICATORS]) if len(kinds) > 1]
    return small_cells.protected_together(cells, parts, groups, smallest_count)
