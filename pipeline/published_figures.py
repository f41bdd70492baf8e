"""Published poverty figures of several years, measures and sources: which there are, and which the policy names.

Here: a release, the choice of one by the policy, its figures by district. Not here: reading files (``sources``), all
years of an area beside each other (``poverty_years``), household rows (``households``), the criterion
(``criteria.poverty``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.categories import (
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
        too_late: the year is after that of the policy's ``as_of``, so that the round cannot know its figures.
    """

    year: int
    measure: str
    source: str
    districts: int
    missing: tuple[str, ...]
    surveyed_share: float
    too_late: bool = False

    @property
    def surveyed_districts(self) -> int:
        """How many districts are surveyed, with figures or without."""
        return self.districts + len(self.missing)

    @property
    def can_be_ranked(self) -> bool:
        """Whether a list can be made of its districts: of counts, which may have come for one province, of most.

        Never of a year after the policy's ``as_of``.
        """
        enough = self.source != TPMAP_COUNTS or self.districts >= COVERED_SHARE * self.surveyed_districts
        return self.districts > 0 and enough and not self.too_late

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
        share = f", {share}" if self.districts else ""
        late = ", after the policy's as_of" if self.too_late else ""
        return f"{self.year} {self.measure} ({self.source}: {extent}{share}{late})"


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


def releases_at_hand(
    poverty: pd.DataFrame, tpmap_counts: pd.DataFrame, district_codes: Iterable[str], last_year: int
) -> list[Release]:
    """List the releases that have figures of a district or province.

    Args:
        poverty: rates by district and year.
        tpmap_counts: counts by area and year.
        district_codes: all districts of the country.
        last_year: that of the policy's ``as_of``.

    Returns:
        The releases in the order of year, measure and source.
    """
    surveyed = {code for code in district_codes if not code.startswith(NOT_SURVEYED)}
    figures = district_figures(poverty, tpmap_counts)
    found = []
    for (year, measure, source), rows in figures.groupby(KEY):
        share = float(rows["labelled_population"].sum() / rows["survey_population"].sum())
        missing = tuple(sorted(surveyed - set(rows["district_code"])))
        found.append(Release(int(year), str(measure), str(source), len(rows), missing, share, year > last_year))
    of_districts = {(r.year, r.measure) for r in found if r.source == TPMAP_COUNTS}
    for year, areas in tpmap_counts.groupby("year"):
        found += [
            Release(int(year), measure, TPMAP_COUNTS, 0, tuple(sorted(surveyed)), 1.0, year > last_year)
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
    if any(release.year == rules.survey_year and release.too_late and release.districts for release in at_hand):
        fix = f"name one of them with poverty.survey_year, or set as_of to a day of {rules.survey_year} or later"
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
    release = release_of(
        policy.poverty, releases_at_hand(poverty, tpmap_counts, districts["district_code"], policy.as_of.year)
    )
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
    at_hand = releases_at_hand(poverty, tpmap_counts, districts["district_code"], policy.as_of.year)
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
