"""Published measures of households: poverty by district, province and country, and the agreement of two systems.

Here: the measures, with small counts left out. Not here: rows (``staging``, ``counting``), which counts must be left
out (``small_cells``), the formula of Alkire and Foster (``criteria.poverty``), which system the criterion uses
(``district_table/district_facts.sql``).
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.contracts import CONTRACTS
from pipeline.criteria.alkire_foster import alkire_foster
from pipeline.dimensions import DIMENSIONS
from pipeline.households.database import BIT
from pipeline.policy import Households
from pipeline.small_cells import COUNTRY, protected_together

WORDS = {2: "province", 4: "district"}


def household_poverty(profiles: pd.DataFrame, rules: Households) -> pd.DataFrame:
    """Compute the measures of poverty of every area of every system.

    The measures of a province are those of all its households, so they are exactly the means of its districts' measures
    weighted by size.

    Args:
        profiles: households and persons by system, district, deprivations and welfare card (``sql/profiles.sql``).
        rules: weights and cutoff of deprivations, and the smallest count that may be published.

    Returns:
        The contract ``household_poverty``: one row per system and area.
    """
    tables = [_poverty_of_system(system, group, rules) for system, group in profiles.groupby("system")]
    names = CONTRACTS["household_poverty"].column_names
    return pd.concat(tables, ignore_index=True)[names] if tables else pd.DataFrame(columns=names)


def _poverty_of_system(system: str, profiles: pd.DataFrame, rules: Households) -> pd.DataFrame:
    weights = np.array([getattr(rules.deprivation_weights, name) for name in DIMENSIONS])
    deprived = _deprivations(profiles["deprived"])
    poor = deprived.any(axis=1)
    # A household whose card is unknown is not counted among the target poor.
    card = profiles["welfare_card"].map(lambda v: v is True or v is np.True_).to_numpy(dtype=bool)
    has_cards = profiles["welfare_card"].notna().any()
    kinds: dict[str, Any] = {"households": np.ones(len(profiles), dtype=bool), "poor": poor}
    kinds["target_poor"] = poor & card
    kinds |= {f"poor_{name}": deprived[:, i] for i, name in enumerate(DIMENSIONS)}
    counted = deprived @ (weights / weights.sum()) >= rules.deprivation_cutoff - 1e-9
    kinds["counted"] = counted
    kinds |= {f"counted_{name}": deprived[:, i] & counted for i, name in enumerate(DIMENSIONS)}
    areas = _by_area(profiles, kinds)
    by_district = areas[areas.index.str.len() == 4]
    suppressed = protected_together(
        by_district[[f"{kind}_households" for kind in kinds]].set_axis(list(kinds), axis=1),
        {"poor": "households", "target_poor": "poor", "counted": "poor"}
        | {f"poor_{name}": "poor" for name in DIMENSIONS}
        | {f"counted_{name}": "counted" for name in DIMENSIONS},
        [[f"poor_{name}" for name in DIMENSIONS], [f"counted_{name}" for name in DIMENSIONS]],
        rules.smallest_count,
        present="households",
    ).loc[areas.index]
    if not has_cards:
        suppressed["target_poor"] = True
    table = pd.DataFrame(index=areas.index)
    for kind in ("households", "poor", "target_poor", *(f"poor_{name}" for name in DIMENSIONS)):
        for unit in ("households", "persons"):
            name = unit if kind == "households" else f"{kind}_{unit}"
            table[name] = areas[f"{kind}_{unit}"].astype("Int64").mask(suppressed[kind])
    counted_columns = ["counted", *(f"counted_{name}" for name in DIMENSIONS)]
    hidden = suppressed[counted_columns].any(axis=1) | suppressed["households"]
    table = table.join(_multidimensional(profiles, deprived, weights, rules.deprivation_cutoff).mask(hidden))
    table["answers_known_share"] = (areas["answers"] / (len(DIMENSIONS) * areas["households_households"])).mask(
        suppressed["households"]
    )
    table["survey_year"] = areas["survey_year"].astype("Int64")
    return table.rename_axis("area_code").reset_index().assign(system=system, level=[_level(a) for a in areas.index])


def _level(area_code: str) -> str:
    """Return the level of an area.

    >>> _level("TH"), _level("50"), _level("5001")
    ('country', 'province', 'district')
    """
    return "country" if area_code == COUNTRY else WORDS[len(area_code)]


def _deprivations(deprived: pd.Series) -> NDArray[np.bool_]:
    """Find in which dimensions each profile is deprived, shape (n, 5), from its bits, shape (n,).

    >>> _deprivations(pd.Series([0, 9])).astype(int).tolist()
    [[0, 0, 0, 0, 0], [1, 0, 0, 1, 0]]
    """
    bits = np.array(list(BIT.values()))
    return np.asarray(deprived.to_numpy(dtype=int)[:, None] & bits != 0)


def _areas(profiles: pd.DataFrame) -> list[pd.Series]:
    """Return the code of each profile's district, of its province, and of the country."""
    codes = profiles["district_code"].astype("str")
    return [codes, codes.str[:2], pd.Series(COUNTRY, index=codes.index)]


def _by_area(profiles: pd.DataFrame, kinds: dict[str, NDArray[np.bool_]]) -> pd.DataFrame:
    """Sum households and persons of each kind by area code, with ``answers`` and ``survey_year``."""
    sums: dict[str, Any] = {
        f"{kind}_{unit}": np.where(is_one, profiles[unit], 0)
        for kind, is_one in kinds.items()
        for unit in ("households", "persons")
    }
    cells = pd.DataFrame(sums | {"answers": profiles["answers"].to_numpy()})
    year = profiles["survey_year"].reset_index(drop=True)
    tables = []
    for codes in _areas(profiles):
        by = codes.to_numpy()
        tables.append(cells.groupby(by).sum().assign(survey_year=year.groupby(by).max()))
    return pd.concat(tables)


def _multidimensional(
    profiles: pd.DataFrame, deprived: NDArray[np.bool_], weights: NDArray[np.float64], cutoff: float
) -> pd.DataFrame:
    """Compute headcount, intensity, M0 and contributions (Alkire and Foster) by area code; each person counts once."""
    persons = profiles["persons"].to_numpy(dtype=float)
    rows = {}
    for codes in _areas(profiles):
        for area, places in codes.reset_index(drop=True).groupby(codes.to_numpy()).groups.items():
            result = alkire_foster(deprived[places], weights, cutoff, persons[places])
            shares = dict(zip((f"contribution_{name}" for name in DIMENSIONS), result.contributions, strict=True))
            rows[area] = {"headcount": result.headcount, "intensity": result.intensity, "m0": result.m0, **shares}
    return pd.DataFrame.from_dict(rows, orient="index")


def household_agreement(
    matches: pd.DataFrame, profiles: pd.DataFrame, published: pd.DataFrame, rules: Households
) -> pd.DataFrame:
    """Compare two systems by district: how many households both have, and whether both count the same ones as poor.

    A share is left out if a count that is too small to publish could be computed from it, or if the count it is a share
    of is left out of ``household_poverty``. No sums are published.

    Args:
        matches: households found in both systems, by district (``sql/agreement.sql``).
        profiles: households by system, district and deprivations (``sql/profiles.sql``).
        published: the result of ``household_poverty``.
        rules: the smallest count that may be published.

    Returns:
        The contract ``household_agreement``: one row per pair of systems and district of the second.
    """
    names = CONTRACTS["household_agreement"].column_names
    if matches.empty:
        return pd.DataFrame(columns=names)
    by_other = matches["by_other"].astype(bool)
    table = matches.assign(
        # The households of `other_system` are looked for in `system`.
        system=matches["other"].where(~by_other, matches["system"]),
        other_system=matches["system"].where(~by_other, matches["other"]),
        poor_found=matches["poor_in_both"] + matches["poor_here_only"].where(~by_other, matches["poor_there_only"]),
    )
    households = profiles.groupby(["system", "district_code"])["households"].sum()
    poor = profiles[profiles["deprived"] != 0].groupby(["system", "district_code"])["households"].sum()
    keys = pd.MultiIndex.from_arrays([table["other_system"], table["district_code"]])
    everyone = households.reindex(keys).to_numpy(dtype=float)
    all_poor = poor.reindex(keys).fillna(0).to_numpy(dtype=float)
    least = rules.smallest_count
    cells = table[["poor_in_both", "poor_here_only", "poor_there_only", "poor_in_neither"]].to_numpy(dtype=float)
    publishable = (cells >= least).all(axis=1)
    known = published.set_index(["system", "area_code"])[["households", "poor_households"]].notna().reindex(keys)
    others_found = (table["found"] - table["poor_found"]).to_numpy(dtype=float)
    others_hidden = (others_found == 0) | (others_found >= least)
    table["found_share"] = np.where(known["households"], _share(table["found"], everyone, least), np.nan)
    table["poor_found_share"] = np.where(
        known["poor_households"] & others_hidden, _share(table["poor_found"], all_poor, least), np.nan
    )
    table["agreement_share"] = np.where(publishable, (cells[:, 0] + cells[:, 3]) / cells.sum(axis=1), np.nan)
    table["kappa"] = np.where(publishable, kappa(*cells.T), np.nan)
    return table[names]


def _share(count: pd.Series, of: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """Divide ``count`` by ``of``; NaN where the count or the rest is too small to publish (a rest of 0 is not)."""
    part = count.to_numpy(dtype=float)
    rest = of - part
    publishable = (part >= least) & ((rest == 0) | (rest >= least))
    return np.where(publishable, np.divide(part, of, out=np.zeros_like(part), where=of > 0), np.nan)


def kappa(
    both: NDArray[np.float64],
    first_only: NDArray[np.float64],
    second_only: NDArray[np.float64],
    neither: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Compute Cohen's kappa, the agreement beyond chance: ``(p_o - p_e) / (1 - p_e)``.

    1 is perfect agreement, 0 the agreement expected by chance. ``p_o`` is the share on which both agree, ``p_e`` the
    share on which they would agree by chance, given how many each counts as poor. Source: Cohen (1960), Educational and
    Psychological Measurement 20, 37-46.

    Args:
        both: households that both count as poor, shape (n,).
        first_only: poor in the first only, shape (n,).
        second_only: poor in the second only, shape (n,).
        neither: poor in neither, shape (n,).

    Returns:
        Shape (n,), from -1 to 1; NaN where both count all households as poor, or none.

    With 20 poor in both, 15 in neither, 5 and 10 in one only: p_o = 0.7 and p_e = 0.5·0.6 + 0.5·0.4 = 0.5.

    >>> kappa(np.array([20.0]), np.array([5.0]), np.array([10.0]), np.array([15.0])).round(3).tolist()
    [0.4]
    """
    n = both + first_only + second_only + neither
    with np.errstate(divide="ignore", invalid="ignore"):
        agreed = (both + neither) / n
        first, second = (both + first_only) / n, (both + second_only) / n
        chance = first * second + (1 - first) * (1 - second)
        return np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan)
