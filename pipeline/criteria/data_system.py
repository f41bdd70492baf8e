"""The data system criterion: is a data system here accepted?

Here: level, acceptance, quality and timeliness of each system in each district, and the best of them; under draws, the
unmeasured quality. Not here: the statements of agencies (``sources.data_systems``), the score.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipeline.criteria.draws import Country, Draw, Indices, Stream, UnderDraws, Versions
from pipeline.policy import Policy

Floats = NDArray[np.float64]


def system_value(level: ArrayLike, acceptance: ArrayLike, quality: ArrayLike, timeliness: ArrayLike) -> Floats:
    """Compute the value of a system: ``level · acceptance · quality · timeliness``.

    It is a product so that a high factor does not make up for a low one.

    Args:
        level: (n,), from 0 to 1 like the others; the arguments broadcast.
        acceptance: the share of the agencies that accept it.
        quality: √(coverage · completeness).
        timeliness: as returned by ``timeliness``.

    Returns:
        Shares, (n,).

    Raises:
        ValueError: values outside [0, 1], or missing.

    Digital (0.5), accepted by all (1), half surveyed and 72 % known (√(0.5 · 0.72) = 0.6), of this year:

    >>> system_value([0.5], [1.0], [0.6], [1.0]).tolist()
    [0.3]
    """
    parts = np.stack(np.broadcast_arrays(level, acceptance, quality, timeliness)).astype(float)
    if not ((parts >= 0) & (parts <= 1)).all():
        raise ValueError("level, acceptance, quality and timeliness must be between 0 and 1, none missing")
    return np.asarray(parts.prod(axis=0))


def timeliness(surveyed_year: ArrayLike, as_of_year: int, lifetime_years: float) -> Floats:
    """Compute how current figures are: ``1 - age/lifetime``, limited to the range from 0 to 1.

    Args:
        surveyed_year: (n,) the Gregorian year of the figures.
        as_of_year: the Gregorian year of the policy's date.
        lifetime_years: the age in years from which figures count as 0.

    Returns:
        Shares, (n,); 1 for figures of ``as_of_year``.

    >>> timeliness([2022, 2020, 2005], 2022, 10).tolist()
    [1.0, 0.8, 0.0]
    """
    age = as_of_year - np.asarray(surveyed_year, dtype=float)
    return np.clip(1 - age / lifetime_years, 0, 1)


def bare_best_value(measured: Floats, unmeasured: Floats, quality: Floats) -> Floats:
    """Compute the value of the best system: the larger of the measured value and the unmeasured one times a quality.

    Args:
        measured: the best value of systems whose quality is known, from 0 to 1; NaN if there is none.
        unmeasured: the best value at quality 1 of the other systems; NaN if there is none.
        quality: the quality of those other systems, from 0 to 1. The three shapes broadcast.

    Returns:
        Values from 0 to 1 in the common shape; NaN where there is no system.

    >>> bare_best_value(np.array([0.3, np.nan]), np.array([0.5, np.nan]), np.array([0.7, 0.7])).tolist()
    [0.35, nan]
    """
    return np.fmax(measured, unmeasured * quality)


def measured_by_rows(
    household_poverty: pd.DataFrame, household_agreement: pd.DataFrame, survey_systems: Sequence[str]
) -> pd.DataFrame:
    """Collect what household rows show of each system in each district.

    Args:
        household_poverty: counts by system and area.
        household_agreement: how far the rows of two systems agree, by district.
        survey_systems: systems that survey every household, the preferred one first.

    Returns:
        One row per system (``rows_of``, small letters) and ``district_code``: ``rows_persons`` surveyed, for systems
        that survey every household; for the others ``rows_found_share``, the share of such a survey's poor households
        that they contain (a recapture, by the first survey system that has one); ``rows_known_share`` of the answers;
        ``rows_year``.
    """
    of_district = household_poverty[household_poverty["level"] == "district"]
    surveys = of_district["system"].isin(survey_systems)
    table = pd.DataFrame(
        {
            "rows_of": of_district["system"],
            "district_code": of_district["area_code"],
            "rows_persons": of_district["persons"].where(surveys),
            "rows_known_share": of_district["answers_known_share"],
            "rows_year": of_district["survey_year"],
        }
    )
    compared = household_agreement[household_agreement["other_system"].isin(survey_systems)]
    order = compared["other_system"].map({name: i for i, name in enumerate(survey_systems)})
    first = compared[compared["poor_found_share"].notna()].assign(order=order).sort_values("order")
    first = first.drop_duplicates(["system", "district_code"])
    found = first.rename(columns={"system": "rows_of", "poor_found_share": "rows_found_share"})
    return table.merge(
        found[["rows_of", "district_code", "rows_found_share"]], on=["rows_of", "district_code"], how="left"
    )


def district_data_system(
    district_facts: pd.DataFrame,
    data_systems: pd.DataFrame,
    acceptances: pd.DataFrame,
    household_poverty: pd.DataFrame,
    household_agreement: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Compute the data system criterion and its parts: the best system of every district that has one.

    Coverage, completeness and year are taken from household rows if there are any, else from published figures, else
    from what is claimed. ``rejected`` is true where every agency rejects every system of the district.

    Args:
        district_facts: one row per district, with ``published_by``: the system whose published rates are used.
        data_systems: each system with its provinces, level, year and claims.
        acceptances: which agency accepts which system.
        household_poverty: counts of household rows by system and area.
        household_agreement: how far the rows of two systems agree.
        policy: the policy of the run.

    Returns:
        The columns of the contract ``district_data_system``.
    """
    rows = measured_by_rows(household_poverty, household_agreement, policy.households.survey_systems)
    systems = _with_quality(_systems_by_district(district_facts, data_systems, rows))
    systems = _with_acceptance(systems, acceptances, len(policy.agencies))
    return _best_systems(_with_value(systems, policy))


def _systems_by_district(district_facts: pd.DataFrame, data_systems: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Pair each district with the systems of its province, and add what household rows show of them."""
    pairs = district_facts.merge(data_systems, on="province_code")
    return pairs.merge(
        rows,
        how="left",
        left_on=[pairs["system"].str.casefold(), "district_code"],
        right_on=["rows_of", "district_code"],
    )


def _with_quality(systems: pd.DataFrame) -> pd.DataFrame:
    """Add ``quality`` (√(coverage · completeness), NaN where not known) and the latest year of each system."""
    numbers = systems[
        [
            "population_persons",
            "survey_population",
            "rows_persons",
            "rows_found_share",
            "rows_known_share",
            "labelled_share",
            "claimed_coverage",
            "claimed_completeness",
        ]
    ].astype("float64")
    published = systems["system"] == systems["published_by"]
    registered = numbers["population_persons"]
    coverage = (
        (numbers["rows_persons"] / registered)
        .clip(upper=1.0)
        .fillna(numbers["rows_found_share"])
        .fillna((numbers["survey_population"] / registered).clip(upper=1.0).where(published))
        .fillna(numbers["claimed_coverage"])
    )
    completeness = (
        numbers["rows_known_share"]
        .fillna(numbers["labelled_share"].where(published))
        .fillna(numbers["claimed_completeness"])
    )
    return systems.assign(
        quality=(coverage * completeness) ** 0.5,
        surveyed_year=systems["rows_year"].fillna(systems["surveyed_year"]).astype("int64"),
    )


def _with_acceptance(systems: pd.DataFrame, acceptances: pd.DataFrame, agencies: int) -> pd.DataFrame:
    """Add the shares of the ``agencies`` that accept and that reject each system."""
    stated = acceptances.assign(yes=acceptances["accepted"] == "yes", no=acceptances["accepted"] == "no")
    shares = stated.groupby("system")[["yes", "no"]].sum() / agencies
    return systems.assign(
        acceptance=systems["system"].map(shares["yes"]).fillna(0.0),
        rejection=systems["system"].map(shares["no"]).fillna(0.0),
    )


def _with_value(systems: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Add level, timeliness and value, with the quality that the policy assumes where it is not known.

    ``measured`` is the value where the quality is known; ``unmeasured`` is the value at quality 1 where it is not.
    """
    rules = policy.data_system
    assumed = systems["quality"].isna()
    systems = systems.assign(
        level=systems["level"].map(rules.levels.model_dump()).astype("float64"),
        quality=systems["quality"].fillna(rules.unknown_quality),
        quality_assumed=assumed,
        timeliness=timeliness(systems["surveyed_year"], policy.as_of.year, rules.lifetime_years),
    )
    value = system_value(systems["level"], systems["acceptance"], systems["quality"], systems["timeliness"])
    at_best = systems["level"] * systems["acceptance"] * systems["timeliness"]
    return systems.assign(
        data_system=value,
        measured=pd.Series(value, index=systems.index).where(~assumed),
        unmeasured=at_best.where(assumed),
    )


def _best_systems(systems: pd.DataFrame) -> pd.DataFrame:
    """Choose the best system of each district (of equals the first by name), with a summary of all its systems."""
    everywhere = systems.groupby("district_code")
    ordered = systems.sort_values(["district_code", "data_system", "system"], ascending=[True, False, True])
    best = ordered.drop_duplicates("district_code")
    code = best["district_code"]
    return pd.DataFrame(
        {
            "district_code": code,
            "data_system": best["data_system"],
            "data_system_name": best["system"],
            "data_system_level": best["level"],
            "data_system_acceptance": best["acceptance"],
            "data_system_quality": best["quality"],
            "data_system_measured": code.map(everywhere["measured"].max()),
            "data_system_unmeasured": code.map(everywhere["unmeasured"].max()),
            "data_system_quality_assumed": best["quality_assumed"],
            "data_system_timeliness": best["timeliness"],
            "data_system_year": best["surveyed_year"],
            "data_systems_all": code.map(everywhere["system"].agg(lambda names: tuple(sorted(names)))),
            "rejected": code.map(everywhere["rejection"].min() >= 1.0),
        }
    ).reset_index(drop=True)


class DataSystemUnderDraws(UnderDraws):
    """The data system criterion of the n districts of a country.

    Attributes:
        measured: (n,) the best value of systems whose quality is known; NaN: there is none.
        unmeasured: (n,) the best value of the others at quality 1; NaN: there is none.
    """

    def __init__(self, name: str, country: Country) -> None:
        super().__init__(name, country)
        self.measured, self.unmeasured = (country.column(f"data_system_{kind}") for kind in ("measured", "unmeasured"))

    @property
    def versions(self) -> Mapping[str, Callable[[Stream], Versions]]:
        return {"system_quality": self._qualities}

    def _qualities(self, stream: Stream) -> Versions:
        """One number in [0, 1) per province, (draws, provinces): systems cover whole provinces."""
        shape = (stream.draws, len(self.country.provinces))
        return Versions(np.random.default_rng(stream.seed).random(shape, dtype=np.float32), np.nan)

    def values(self, draw: Draw, districts: Indices) -> Floats:
        """Compute the data system criterion of some districts under draws.

        A district without any system has a value drawn evenly from 0 to 1, and NaN where nothing is drawn.

        Args:
            draw: m draws.
            districts: (k,) rising positions in the country.

        Returns:
            Values from 0 to 1, (k, m).
        """
        policy, province = self.country.policy, self.country.province[districts]
        (low, high), drawn = policy.uncertainty.unknown_quality, draw["system_quality"]
        quality = np.where(np.isnan(drawn), policy.data_system.unknown_quality, low + (high - low) * drawn)
        measured, unmeasured = self.measured[districts], self.unmeasured[districts]
        value = bare_best_value(measured[:, None], unmeasured[:, None], quality[province])
        without = np.isnan(measured) & np.isnan(unmeasured)
        value[without] = drawn[province[without]]
        return value
