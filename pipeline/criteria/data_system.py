"""Criterion 3: is a data system here accepted?

Here: level, acceptance, quality and timeliness of each system in each district, and the best of them. Not
here: who stated what (``sources.data_systems``), the score.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipeline.policy import Policy

Floats = NDArray[np.float64]


def system_value(level: ArrayLike, acceptance: ArrayLike, quality: ArrayLike, timeliness: ArrayLike) -> Floats:
    """``level · acceptance · quality · timeliness``, each from 0 to 1 (n,); a product: none pays for another.

    ``quality`` is √(coverage · completeness). Raises ``ValueError`` for values outside [0, 1] or missing.

    TPMAP, digital (0.5), accepted by all (1), half surveyed and 72 % known (√(0.5 · 0.72) = 0.6), fresh:

    >>> system_value([0.5], [1.0], [0.6], [1.0]).tolist()
    [0.3]
    """
    parts = np.stack(np.broadcast_arrays(level, acceptance, quality, timeliness)).astype(float)
    if not ((parts >= 0) & (parts <= 1)).all():
        raise ValueError("level, acceptance, quality and timeliness must lie between 0 and 1, none missing")
    return np.asarray(parts.prod(axis=0))


def timeliness(surveyed_year: ArrayLike, as_of_year: int, lifetime_years: float) -> Floats:
    """``1 - age/lifetime``, from 1 (this year's figures) to 0.

    >>> timeliness([2022, 2020, 2005], 2022, 10).tolist()
    [1.0, 0.8, 0.0]
    """
    age = as_of_year - np.asarray(surveyed_year, dtype=float)
    return np.clip(1 - age / lifetime_years, 0, 1)


def by_rows(
    household_poverty: pd.DataFrame, household_agreement: pd.DataFrame, survey_systems: Sequence[str]
) -> pd.DataFrame:
    """What household rows tell of each system in each district, by ``rows_of`` (small letters) and ``district_code``.

    ``rows_persons`` surveyed, for systems that survey every household; for the others ``rows_found_share``, the share
    of such a survey's poor households that they hold (a recapture, by the first survey system that can tell);
    ``rows_known_share`` of the answers; ``rows_year``.
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
    told = household_agreement[household_agreement["other_system"].isin(survey_systems)]
    order = told["other_system"].map({name: i for i, name in enumerate(survey_systems)})
    first = told[told["poor_found_share"].notna()].assign(order=order).sort_values("order")
    first = first.drop_duplicates(["system", "district_code"])
    found = first.rename(columns={"system": "rows_of", "poor_found_share": "rows_found_share"})
    return table.merge(
        found[["rows_of", "district_code", "rows_found_share"]], on=["rows_of", "district_code"], how="left"
    )


def measure(
    district_facts: pd.DataFrame,
    data_systems: pd.DataFrame,
    acceptances: pd.DataFrame,
    household_poverty: pd.DataFrame,
    household_agreement: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Criterion 3 and its parts for every district with a data system: the best system there.

    Coverage, completeness and year measured from household rows overrule what published figures say (TPMAP's are at
    hand), and those what is claimed. ``rejected`` is true where every agency rejects every system there.
    """
    rules = policy.data_system
    stated = acceptances.assign(yes=acceptances["accepted"] == "yes", no=acceptances["accepted"] == "no")
    by_system = stated.groupby("system")[["yes", "no"]].sum() / len(policy.agencies)
    there = district_facts.merge(data_systems, on="province_code")
    there = there.merge(
        by_rows(household_poverty, household_agreement, policy.households.survey_systems),
        how="left",
        left_on=[there["system"].str.casefold(), "district_code"],
        right_on=["rows_of", "district_code"],
    )
    published = (there["system"] == "TPMAP") & (there["figures_from"] == "published rates")
    registered = there["population_persons"].astype("float64")
    share = (there["survey_population"].astype("float64") / registered).clip(upper=1.0)
    surveyed = (there["rows_persons"].astype("float64") / registered).clip(upper=1.0)
    coverage = surveyed.fillna(there["rows_found_share"].astype("float64"))
    coverage = coverage.fillna(share.where(published)).fillna(there["claimed_coverage"].astype("float64"))
    completeness = (
        there["rows_known_share"].astype("float64").fillna(there["labelled_share"].astype("float64").where(published))
    )
    completeness = completeness.fillna(there["claimed_completeness"].astype("float64"))
    there["surveyed_year"] = there["rows_year"].fillna(there["surveyed_year"]).astype("int64")
    quality = (coverage * completeness) ** 0.5
    there = there.assign(
        level=there["level"].map(rules.levels.model_dump()).astype("float64"),
        acceptance=there["system"].map(by_system["yes"]).fillna(0.0),
        rejection=there["system"].map(by_system["no"]).fillna(0.0),
        coverage=coverage,
        completeness=completeness,
        quality=quality.fillna(rules.unknown_quality),
        quality_assumed=quality.isna(),
        timeliness=timeliness(there["surveyed_year"], policy.as_of.year, rules.lifetime_years),
    )
    there["data_system"] = system_value(there["level"], there["acceptance"], there["quality"], there["timeliness"])
    at_best = there["level"] * there["acceptance"] * there["timeliness"]
    there = there.assign(
        measured=there["data_system"].where(~there["quality_assumed"]),
        unmeasured=at_best.where(there["quality_assumed"]),
    )
    everywhere = there.groupby("district_code")
    best = there.sort_values(["district_code", "data_system", "system"], ascending=[True, False, True]).drop_duplicates(
        "district_code"
    )
    return pd.DataFrame(
        {
            "district_code": best["district_code"],
            "data_system": best["data_system"],
            "data_system_name": best["system"],
            "data_system_level": best["level"],
            "data_system_acceptance": best["acceptance"],
            "data_system_quality": best["quality"],
            "data_system_measured": best["district_code"].map(everywhere["measured"].max()),
            "data_system_unmeasured": best["district_code"].map(everywhere["unmeasured"].max()),
            "data_system_quality_assumed": best["quality_assumed"],
            "data_system_timeliness": best["timeliness"],
            "data_system_year": best["surveyed_year"],
            "data_systems_all": best["district_code"].map(everywhere["system"].agg(lambda s: ", ".join(sorted(s)))),
            "rejected": best["district_code"].map(everywhere["rejection"].min() >= 1.0),
        }
    ).reset_index(drop=True)
