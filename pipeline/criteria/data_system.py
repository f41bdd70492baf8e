"""Criterion 3: is a data system here accepted?

Here: level, acceptance, quality and timeliness of each system in each district, and the best of them. Not
here: who stated what (``sources.data_systems``), the score.
"""

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


def measure(
    district_facts: pd.DataFrame,
    data_systems: pd.DataFrame,
    acceptances: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """Criterion 3 and its parts for every district with a data system: the best system there.

    Coverage and completeness measured from the figures overrule what is claimed; only TPMAP's figures are
    at hand, so only TPMAP is measured. ``rejected`` is true where every agency rejects every system there.
    """
    rules = policy.data_system
    stated = acceptances.assign(yes=acceptances["accepted"] == "yes", no=acceptances["accepted"] == "no")
    by_system = stated.groupby("system")[["yes", "no"]].sum() / len(policy.agencies)
    there = district_facts.merge(data_systems, on="province_code")
    measured = (there["system"] == "TPMAP") & there["survey_population"].notna()
    coverage = (there["survey_population"] / there["population_persons"]).clip(upper=1.0)
    coverage = coverage.where(measured, there["claimed_coverage"]).astype("float64")
    completeness = there["labelled_share"].where(measured, there["claimed_completeness"]).astype("float64")
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
            "data_system_quality_assumed": best["quality_assumed"],
            "data_system_timeliness": best["timeliness"],
            "data_system_year": best["surveyed_year"],
            "data_systems_all": best["district_code"].map(everywhere["system"].agg(lambda s: ", ".join(sorted(s)))),
            "rejected": best["district_code"].map(everywhere["rejection"].min() >= 1.0),
        }
    ).reset_index(drop=True)
