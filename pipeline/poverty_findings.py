"""Checks of poverty figures for the analyst: which are scored, whether sources agree, whether the join keeps persons.

Not here: other checks (``findings``), figures of one source that contradict each other, which stop a run (``sources``).
"""

import pandas as pd

from pipeline.findings import MOST_NAMED, Finding
from pipeline.policy import Policy

# Two sources of one area, year and measure may differ by this share of the higher rate.
DIFFERENCE = 0.1
# Rows of a smaller part of the persons surveyed in a district are probably not of all its subdistricts.
PART_SURVEYED = 0.5


def release_scored(releases: pd.DataFrame, policy: Policy) -> Finding:
    """Check that no newer release with as many districts is at hand than the one that the policy names.

    Args:
        releases: the releases at hand, with the one that is scored.
        policy: the policy of the run. A release of a year after its ``as_of`` is never scored.

    Returns:
        A warning that names such a release; the sentence lists all of them.
    """
    rows = releases.sort_values(["year", "measure", "source"])
    scored = rows[rows["scored"].astype(bool)].iloc[0]
    same = rows[rows["measure"] == scored["measure"]]
    last = policy.as_of.year
    newer = same[same["year"].between(scored["year"] + 1, last) & (same["districts"] >= scored["districts"])]
    others = "; ".join(_described(row, last) for row in rows[~rows["scored"].astype(bool)].itertuples())
    sentence = f"scored: {_described(scored, last)}; also at hand: {others or 'none'}"
    if len(newer):
        years = ", ".join(str(year) for year in newer["year"])
        sentence = f"a newer release, of {years}, is not scored (poverty.survey_year in the policy); {sentence}"
    return Finding(newer.empty, sentence, {"survey_year": int(scored["year"])})


def _described(release: object, last_year: int) -> str:
    year, measure, source, districts, missing, provinces, share, complete = (
        getattr(release, name)
        for name in (
            "year",
            "measure",
            "source",
            "districts",
            "districts_missing",
            "provinces",
            "surveyed_share",
            "complete",
        )
    )
    late = ", after the policy's as_of, not scored" if year > last_year else ""
    if not districts:
        return f"{year} {measure} ({source}, {provinces} provinces only{late})"
    extent = "complete" if complete else f"{100 * share:.0f}% of the persons surveyed{' in them' if missing else ''}"
    lacking = f", {missing} districts missing" if missing else ""
    return f"{year} {measure} ({source}, {districts} districts, {extent}{lacking}{late})"


def poverty_totals(
    published_poverty: pd.DataFrame, household_poverty: pd.DataFrame, district_facts: pd.DataFrame
) -> Finding:
    """Check that the join loses or repeats no surveyed person, and that all levels have the same total.

    In districts with household rows, the persons in those rows are counted.

    Args:
        published_poverty: the published figures that the policy names.
        household_poverty: counts of household rows by system and area.
        district_facts: the joined facts, one row per district.

    Returns:
        A warning if a total differs.
    """
    published = published_poverty.set_index("district_code")["survey_population"]
    by_rows = household_poverty.set_index(["system", "area_code"])["persons"]
    used = district_facts[district_facts["figures_system"].notna()]
    rows = by_rows.reindex(pd.MultiIndex.from_frame(used[["figures_system", "district_code"]])).sum()
    before = int(published[~published.index.isin(used["district_code"])].sum()) + int(rows)
    after = int(district_facts["survey_population"].sum())
    by_province = int(district_facts.groupby("province_code")["survey_population"].sum().sum())
    return Finding(
        before == after == by_province,
        f"{before:,} persons surveyed in the inputs, {after:,} by district, {by_province:,} by province",
    )


def rows_used(
    household_poverty: pd.DataFrame, published_poverty: pd.DataFrame, district_facts: pd.DataFrame, policy: Policy
) -> Finding:
    """Check that household rows of a district measure it, and are of half of the persons surveyed there or more.

    Rows of too few households, or older than the published figures, do not measure it.

    Args:
        household_poverty: counts of household rows by system and area.
        published_poverty: the published figures that the policy names.
        district_facts: the joined facts, one row per district.
        policy: the systems that survey every household, and how few of them do not measure a district.

    Returns:
        A warning that names the districts whose rows do not, cannot be compared, or are of fewer persons.
    """
    by_system = household_poverty[household_poverty["system"].isin(policy.households.survey_systems)]
    rows = by_system[by_system["level"] == "district"].groupby("area_code")[["survey_year", "persons"]].max()
    published = published_poverty.set_index("district_code")[["survey_year", "survey_population"]].reindex(rows.index)
    measured = district_facts.loc[district_facts["figures_system"].notna(), "district_code"]
    used = pd.Series(rows.index.isin(measured), index=rows.index)
    older = ~used & (rows["survey_year"] < published["survey_year"]).fillna(False).astype(bool)
    few = used & (rows["persons"] < PART_SURVEYED * published["survey_population"]).fillna(False).astype(bool)
    said = [
        _of_districts(older, "are older than the published figures, which are used"),
        _of_districts(~used & ~older, f"are of fewer than {policy.households.least_households} households, not used"),
        _of_districts(used & published["survey_year"].isna(), "have no published figures to compare them with"),
        _of_districts(few, f"are of less than {PART_SURVEYED:.0%} of the persons surveyed there, but used"),
    ]
    named = "; ".join(filter(None, said))
    sentence = f"household rows measure {int(used.sum()):,} districts" + (f"; {named}" if named else "")
    return Finding(not named, sentence, {"districts_measured_by_rows": int(used.sum())})


def _of_districts(which: pd.Series, what: str) -> str:
    codes = [str(code) for code in which.index[which]]
    named = ", ".join(codes[:MOST_NAMED]) + (", …" if len(codes) > MOST_NAMED else "")
    districts = "district" if len(codes) == 1 else "districts"
    return f"those of {len(codes):,} {districts} ({named}) {what}" if codes else ""


def sources_agree(poverty_history: pd.DataFrame) -> Finding:
    """Check that sources of the same province, year and measure have rates within a tenth of each other.

    A source with bounds agrees with all rates between them.

    Args:
        poverty_history: all years, measures and sources by area.

    Returns:
        A warning that names the provinces that differ by more, with the largest difference as a share.
    """
    provinces = poverty_history[(poverty_history["level"] == "province") & poverty_history["rate_pct"].notna()]
    groups = provinces.groupby(["area_code", "year", "measure"])
    several = groups.agg(
        sources=("source", "size"),
        highest_low=("rate_pct", "max"),
        lowest_high=("rate_max_pct", "min"),
    )
    several = several[several["sources"] > 1].astype("float64")
    if several.empty:
        return Finding(True, "nothing to compare: no two sources have the same province, year and measure")
    gap = (several["highest_low"] - several["lowest_high"]).clip(lower=0) / several["highest_low"].clip(lower=1e-9)
    off = gap.index[gap > DIFFERENCE]
    named = ", ".join(f"{area} ({year}, {measure})" for area, year, measure in off[:20])
    return Finding(
        not len(off),
        f"{len(several)} pairs of province and year compared, {len(off)} differ by more than {DIFFERENCE:.0%}:"
        f" {named or 'none'}",
        {"largest_difference_share": round(float(gap.max()), 3)},
    )
