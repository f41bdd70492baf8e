"""Published poverty figures of several years, measures and sources: which there are, and which the policy names.

Here: a release, the choice of one by the policy, its figures by district, all years of an area together. Not here:
reading files (``sources``), household rows (``households``), the criterion (``criteria.poverty``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.categories import (
    HOUSEHOLD_ROWS,
    MEASURES,
    PUBLISHED_COUNTS,
    PUBLISHED_RATES,
    SURVEY_POOR,
    TARGET_POOR,
    TPMAP_COUNTS,
    TPMAP_RATES,
)
from pipeline.contracts import CONTRACTS
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem
from pipeline.policy import Policy
from pipeline.policy.criterion_sections import ANY_SOURCE, NEWEST_COMPLETE, Poverty

# The survey of basic needs (JPT) is not made in Bangkok.
NOT_SURVEYED = "10"
COUNTRY = "TH"
PUBLISHED_BY = "TPMAP"
# The count of the poor and what it counts, by measure, in ``tpmap_counts``.
POOR = {SURVEY_POOR: "poor_persons", TARGET_POOR: "target_poor_persons"}
KEY = ["year", "measure", "source"]
# A release of counts with a smaller share of the districts would rank the few that it has.
COVERED_SHARE = 0.5
BUDDHIST = 543


@dataclass(frozen=True)
class Release:
    """Poverty figures of one year, measure and source.

    Attributes:
        year: of the survey, Common Era.
        measure: a key of ``MEASURES``.
        source: a key of ``POVERTY_SOURCES``.
        districts: districts with figures.
        missing: codes of surveyed districts without figures.
        surveyed_share: persons in units with figures, of persons surveyed.
    """

    year: int
    measure: str
    source: str
    districts: int
    missing: tuple[str, ...]
    surveyed_share: float

    @property
    def surveyed_districts(self) -> int:
        """How many districts are surveyed, with figures or without."""
        return self.districts + len(self.missing)

    @property
    def can_be_ranked(self) -> bool:
        """Whether a list can be made of its districts: of counts, which may have come for one province, of most."""
        enough = self.source != TPMAP_COUNTS or self.districts >= COVERED_SHARE * self.surveyed_districts
        return self.districts > 0 and enough

    @property
    def complete(self) -> bool:
        """Whether every district that is surveyed has figures of all persons surveyed."""
        return bool(self.districts) and not self.missing and self.surveyed_share >= 1

    def __str__(self) -> str:
        """The release for a message.

        >>> print(Release(2022, "survey", "tpmap", 878, (), 0.6))
        2022 survey (tpmap: 878 districts, 60% of the persons surveyed)
        """
        share = "complete" if self.complete else f"{100 * self.surveyed_share:.0f}% of the persons surveyed"
        lacking = f", without {', '.join(self.missing[:3])}" if self.missing else ""
        extent = f"{self.districts} districts{lacking}" if self.districts else "provinces only"
        return f"{self.year} {self.measure} ({self.source}: {extent}" + (f", {share})" if self.districts else ")")


def district_figures(poverty: pd.DataFrame, tpmap_counts: pd.DataFrame) -> pd.DataFrame:
    """Put the published figures of districts of every release into the columns of ``published_poverty``.

    A count is exact: its lower bound is its upper bound, its standard error 0. TPMAP counts dimensions of the target
    poor only, so that the other measure has none.

    Args:
        poverty: rates by district and year.
        tpmap_counts: counts by area and year.

    Returns:
        One row per district, year, measure and source.
    """
    rates = poverty.assign(measure=SURVEY_POOR, source=TPMAP_RATES, figures_from=PUBLISHED_RATES)
    counts = tpmap_counts[tpmap_counts["area_code"].str.len() == 4]
    of_measures = [_counted(counts, measure) for measure in MEASURES]
    table = pd.concat([rates, *of_measures], ignore_index=True)
    return table.assign(survey_year=table["year"], published_by=PUBLISHED_BY)


def _counted(counts: pd.DataFrame, measure: str) -> pd.DataFrame:
    surveyed, poor = counts["surveyed_persons"].astype("Float64"), counts[POOR[measure]].astype("Float64")
    known = (surveyed > 0).fillna(False) & poor.notna()
    of, surveyed, poor = counts[known], surveyed[known], poor[known]
    rate = 100 * poor / surveyed
    columns = {
        "district_code": of["area_code"],
        "year": of["year"],
        "survey_population": surveyed,
        "labelled_population": surveyed,
        "labelled_share": 1.0,
        "rate_any_min": rate,
        "rate_any_max": rate,
        "rate_any_min_se": 0.0,
        "measure": measure,
        "source": TPMAP_COUNTS,
        "figures_from": PUBLISHED_COUNTS,
    }
    for name in DIMENSIONS if measure == TARGET_POOR else ():
        columns[f"poor_{name}"] = of[f"target_poor_{name}"]
        columns[f"rate_{name}"] = 100 * of[f"target_poor_{name}"].astype("Float64") / surveyed
    return pd.DataFrame(columns)


def releases_at_hand(poverty: pd.DataFrame, tpmap_counts: pd.DataFrame, district_codes: Iterable[str]) -> list[Release]:
    """List the releases that have figures of a district or province.

    Args:
        poverty: rates by district and year.
        tpmap_counts: counts by area and year.
        district_codes: all districts of the country.

    Returns:
        The releases in the order of year, measure and source.
    """
    surveyed = {code for code in district_codes if not code.startswith(NOT_SURVEYED)}
    figures = district_figures(poverty, tpmap_counts)
    found = []
    for (year, measure, source), rows in figures.groupby(KEY):
        share = float(rows["labelled_population"].sum() / rows["survey_population"].sum())
        missing = tuple(sorted(surveyed - set(rows["district_code"])))
        found.append(Release(int(year), str(measure), str(source), len(rows), missing, share))
    of_districts = {(r.year, r.measure) for r in found if r.source == TPMAP_COUNTS}
    for year, areas in tpmap_counts.groupby("year"):
        found += [
            Release(int(year), measure, TPMAP_COUNTS, 0, tuple(sorted(surveyed)), 1.0)
            for measure, column in POOR.items()
            if areas[column].notna().any() and (int(year), measure) not in of_districts
        ]
    return sorted(found, key=lambda release: (release.year, release.measure, release.source))


def release_of(rules: Poverty, at_hand: Sequence[Release]) -> Release:
    """Find the release that the policy names.

    Where a year has several sources and the policy names none, it is the one with figures of most persons surveyed.

    Args:
        rules: the policy's section on poverty.
        at_hand: all releases.

    Returns:
        The release.

    Raises:
        InputError: no release fits, or it has figures of fewer than half of the districts that are surveyed.
    """
    fitting = [
        release
        for release in at_hand
        if release.can_be_ranked and release.measure == rules.measure and rules.release in (ANY_SOURCE, release.source)
    ]
    if rules.survey_year == NEWEST_COMPLETE:
        complete = [release for release in fitting if release.complete]
        of_year = [release for release in complete if release.year == max(r.year for r in complete)]
    else:
        of_year = [release for release in fitting if release.year == rules.survey_year]
    if not of_year:
        raise _none_fits(rules, at_hand)
    return max(of_year, key=lambda release: (release.surveyed_share * release.districts, release.source))


def _none_fits(rules: Poverty, at_hand: Sequence[Release]) -> InputError:
    named = f"{rules.survey_year} {rules.measure}" + (f" ({rules.release})" if rules.release != ANY_SOURCE else "")
    of_districts = [str(release) for release in at_hand if release.can_be_ranked]
    fix = "name one of them with poverty.survey_year, poverty.measure and poverty.release, or add its files"
    if any(release.year == rules.survey_year and not release.districts for release in at_hand):
        fix += "; figures of provinces alone are shown, and never spread over their districts"
    if isinstance(rules.survey_year, int) and rules.survey_year > 2400:
        fix = f"write {rules.survey_year - BUDDHIST}, the year of the Common Era"
    return InputError(
        Problem(
            "the policy",
            named,
            f"a release with figures of most districts: {', '.join(of_districts) or 'none is at hand'}",
            fix,
            column="poverty.survey_year",
        )
    )


def published_poverty(
    poverty: pd.DataFrame, tpmap_counts: pd.DataFrame, districts: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Take the figures of the release that the policy names.

    Args:
        poverty: rates by district and year.
        tpmap_counts: counts by area and year.
        districts: the DOPA list.
        policy: the policy of the run.

    Returns:
        The columns of the contract ``published_poverty``, one row per district with figures.

    Raises:
        InputError: no release fits.
    """
    release = release_of(policy.poverty, releases_at_hand(poverty, tpmap_counts, districts["district_code"]))
    table = district_figures(poverty, tpmap_counts)
    chosen = table[(table[KEY] == [release.year, release.measure, release.source]).all(axis=1)]
    return chosen.reindex(columns=CONTRACTS["published_poverty"].column_names).sort_values(
        "district_code", ignore_index=True
    )


def releases_table(
    poverty: pd.DataFrame, tpmap_counts: pd.DataFrame, districts: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """List the releases at hand, and mark the one that the policy names.

    Args:
        poverty: rates by district and year.
        tpmap_counts: counts by area and year.
        districts: the DOPA list.
        policy: the policy of the run.

    Returns:
        The columns of the contract ``releases``.

    Raises:
        InputError: no release fits.
    """
    at_hand = releases_at_hand(poverty, tpmap_counts, districts["district_code"])
    chosen = release_of(policy.poverty, at_hand)
    figures = district_figures(poverty, tpmap_counts)
    provinces = figures.groupby(KEY)["district_code"].agg(lambda codes: codes.str[:2].nunique())
    own = tpmap_counts[tpmap_counts["area_code"].str.fullmatch("[0-9]{2}")]
    rows = [
        {
            "year": release.year,
            "measure": release.measure,
            "source": release.source,
            "districts": release.districts,
            "districts_missing": len(release.missing),
            "provinces": int(provinces.get((release.year, release.measure, release.source), 0))
            or int(own.loc[own["year"] == release.year, POOR[release.measure]].notna().sum()),
            "surveyed_share": release.surveyed_share,
            "can_be_ranked": release.can_be_ranked,
            "complete": release.complete,
            "scored": release == chosen,
        }
        for release in at_hand
    ]
    return pd.DataFrame(rows, columns=CONTRACTS["releases"].column_names)


def poverty_history(
    poverty: pd.DataFrame,
    tpmap_counts: pd.DataFrame,
    household_poverty: pd.DataFrame,
    releases: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Put the figures of all years, measures and sources of an area beside each other.

    A rate of a province or the country from rates of its districts is their mean, weighted by the persons they are of.

    Args:
        poverty: rates by district and year.
        tpmap_counts: counts by area and year.
        household_poverty: counts of household rows, without those too small to publish.
        releases: the releases at hand, with the one that is scored.
        policy: the policy of the run. Systems that do not survey every household have no rate of their own.

    Returns:
        The columns of the contract ``poverty_history``.
    """
    rows = household_poverty[household_poverty["system"].isin(policy.households.survey_systems)]
    parts = [
        *(_history_of_counts(tpmap_counts, measure) for measure in MEASURES),
        _history_of_rates(poverty),
        *(_history_of_rows(rows, measure) for measure in MEASURES),
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else parts[0]
    scored = releases.loc[releases["scored"].astype(bool), KEY]
    lengths = table["area_code"].str.len().where(table["area_code"] != COUNTRY, 0)
    table = table.assign(
        level=lengths.map({0: "country", 2: "province", 4: "district"}),
        scored=pd.MultiIndex.from_frame(table[KEY]).isin(pd.MultiIndex.from_frame(scored)),
    )
    return table.reindex(columns=CONTRACTS["poverty_history"].column_names)


def _history_of_counts(counts: pd.DataFrame, measure: str) -> pd.DataFrame:
    """TPMAP's counts of one measure; the rate of the target poor as published, where surveyed persons are not known."""
    poor, surveyed = counts[POOR[measure]].astype("Float64"), counts["surveyed_persons"].astype("Float64")
    rate = (100 * poor / surveyed).where((surveyed > 0).fillna(False))
    if measure == TARGET_POOR:
        rate = rate.fillna(counts["target_poor_pct"].astype("Float64"))
    columns = {
        "area_code": counts["area_code"],
        "year": counts["year"],
        "measure": measure,
        "source": TPMAP_COUNTS,
        "figures_from": PUBLISHED_COUNTS,
        "poor_persons": poor,
        "surveyed_persons": surveyed,
        "rate_pct": rate,
        "rate_max_pct": rate,
        "surveyed_share": 1.0,
    }
    table = pd.DataFrame(columns)
    return table[table["poor_persons"].notna() | table["rate_pct"].notna()]


def _history_of_rates(poverty: pd.DataFrame) -> pd.DataFrame:
    """TPMAP's rates of districts, and their means for provinces and the country."""
    rows = poverty[["district_code", "year", "survey_population", "labelled_population"]].astype({"year": "Int64"})
    weight = poverty["labelled_population"].astype("float64")
    rows = rows.assign(low=weight * poverty["rate_any_min"], high=weight * poverty["rate_any_max"])
    codes = (rows["district_code"], rows["district_code"].str[:2], pd.Series(COUNTRY, index=rows.index, dtype="str"))
    summed = pd.concat(
        [
            rows.assign(area_code=of).groupby(["area_code", "year"], as_index=False).sum(numeric_only=True)
            for of in codes
        ]
    )
    labelled = summed["labelled_population"].astype("float64")
    return pd.DataFrame(
        {
            "area_code": summed["area_code"].astype("str"),
            "year": summed["year"],
            "measure": SURVEY_POOR,
            "source": TPMAP_RATES,
            "figures_from": PUBLISHED_RATES,
            "poor_persons": pd.array([pd.NA] * len(summed), dtype="Float64"),
            "surveyed_persons": summed["survey_population"].astype("Float64"),
            "rate_pct": summed["low"] / labelled,
            "rate_max_pct": np.minimum(summed["high"] / labelled, 100.0),
            "surveyed_share": labelled / summed["survey_population"].astype("float64"),
        }
    )


def _history_of_rows(household_poverty: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Counts of household rows of one measure, as published: a count that is too small is not there."""
    poor = household_poverty[POOR[measure]].astype("Float64")
    persons = household_poverty["persons"].astype("Float64")
    rate = 100 * poor / persons
    table = pd.DataFrame(
        {
            "area_code": household_poverty["area_code"],
            "year": household_poverty["survey_year"],
            "measure": measure,
            "source": "households/" + household_poverty["system"].astype("str"),
            "figures_from": HOUSEHOLD_ROWS,
            "poor_persons": poor,
            "surveyed_persons": persons,
            "rate_pct": rate,
            "rate_max_pct": rate,
            "surveyed_share": household_poverty["answers_known_share"],
        }
    )
    return table[table["poor_persons"].notna()]
