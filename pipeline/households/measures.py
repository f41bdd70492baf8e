"""From counts of households to what may be published: poverty by district, province and country; agreement of systems.

Here: the measures, and small counts left out of them. Not here: rows (``intake``), the formula of Alkire and Foster
(``criteria.poverty``), which system feeds the criterion (``assets/sql/district_facts.sql``).
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.contracts import CONTRACTS
from pipeline.contracts.raw_tables import DIMENSIONS
from pipeline.criteria.poverty import alkire_foster
from pipeline.policy import Households
from pipeline.small_cells import COUNTRY, protected_together

# The bit of each dimension in ``deprived``, as sql/stage.sql sets it.
BIT = {name: 1 << i for i, name in enumerate(DIMENSIONS)}
WORDS = {2: "province", 4: "district"}


def poverty(profiles: pd.DataFrame, rules: Households) -> pd.DataFrame:
    """The measures of every area of every system, as in the contract ``household_poverty``.

    ``profiles`` are households and persons by system, district, deprivations and welfare card
    (``sql/profiles.sql``). The measures of a province are those of all its households, so they are the means of its
    districts' by size, exactly.
    """
    tables = [_of_system(system, group, rules) for system, group in profiles.groupby("system")]
    names = CONTRACTS["household_poverty"].column_names
    return pd.concat(tables, ignore_index=True)[names] if tables else pd.DataFrame(columns=names)


def _of_system(system: str, profiles: pd.DataFrame, rules: Households) -> pd.DataFrame:
    weights = np.array([getattr(rules.deprivation_weights, name) for name in DIMENSIONS])
    deprived = deprivations(profiles["deprived"])
    poor = deprived.any(axis=1)
    # Without the card nobody can be said to be target poor.
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
    gone = protected_together(
        by_district[[f"{kind}_households" for kind in kinds]].set_axis(list(kinds), axis=1),
        {"poor": "households", "target_poor": "poor", "counted": "poor"}
        | {f"poor_{name}": "poor" for name in DIMENSIONS}
        | {f"counted_{name}": "counted" for name in DIMENSIONS},
        [[f"poor_{name}" for name in DIMENSIONS], [f"counted_{name}" for name in DIMENSIONS]],
        rules.smallest_count,
        present="households",
    ).loc[areas.index]
    if not has_cards:
        gone["target_poor"] = True
    table = pd.DataFrame(index=areas.index)
    for kind in ("households", "poor", "target_poor", *(f"poor_{name}" for name in DIMENSIONS)):
        for unit in ("households", "persons"):
            name = unit if kind == "households" else f"{kind}_{unit}"
            table[name] = areas[f"{kind}_{unit}"].astype("Int64").mask(gone[kind])
    hidden = gone[["counted", *(f"counted_{name}" for name in DIMENSIONS)]].any(axis=1) | gone["households"]
    table = table.join(_multidimensional(profiles, deprived, weights, rules.deprivation_cutoff).mask(hidden))
    table["answers_known_share"] = (areas["answers"] / (len(DIMENSIONS) * areas["households_households"])).mask(
        gone["households"]
    )
    table["survey_year"] = areas["survey_year"].astype("Int64")
    return table.rename_axis("area_code").reset_index().assign(system=system, level=[level(a) for a in areas.index])


def level(area_code: str) -> str:
    """What an area code is of.

    >>> level("TH"), level("50"), level("5001")
    ('country', 'province', 'district')
    """
    return "country" if area_code == COUNTRY else WORDS[len(area_code)]


def deprivations(deprived: pd.Series) -> NDArray[np.bool_]:
    """The dimensions of each profile (n, 5) from their bits.

    >>> deprivations(pd.Series([0, 9])).astype(int).tolist()
    [[0, 0, 0, 0, 0], [1, 0, 0, 1, 0]]
    """
    bits = np.array(list(BIT.values()))
    return np.asarray(deprived.to_numpy(dtype=int)[:, None] & bits != 0)


def _areas(profiles: pd.DataFrame) -> list[pd.Series]:
    """The code of each profile's district, province and country."""
    codes = profiles["district_code"].astype("str")
    return [codes, codes.str[:2], pd.Series(COUNTRY, index=codes.index)]


def _by_area(profiles: pd.DataFrame, kinds: dict[str, NDArray[np.bool_]]) -> pd.DataFrame:
    """Households and persons of each kind by area code, with ``answers`` and ``survey_year``."""
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
    """Alkire-Foster of persons by area code."""
    persons = profiles["persons"].to_numpy(dtype=float)
    rows = {}
    for codes in _areas(profiles):
        for area, places in codes.reset_index(drop=True).groupby(codes.to_numpy()).groups.items():
            result = alkire_foster(deprived[places], weights, cutoff, persons[places])
            shares = dict(zip((f"contribution_{name}" for name in DIMENSIONS), result.contributions, strict=True))
            rows[area] = {"headcount": result.headcount, "intensity": result.intensity, "m0": result.m0, **shares}
    return pd.DataFrame.from_dict(rows, orient="index")


def agreement(counts: pd.DataFrame, profiles: pd.DataFrame, published: pd.DataFrame, rules: Households) -> pd.DataFrame:
    """Of one system's households in a district, how many the other has too, and whether they call the same ones poor.

    ``counts`` are households found in both (``sql/agreement.sql``), ``published`` is the result of ``poverty``. Shares
    of which a count could be worked out that is too small to publish are left out, and those of a whole that is left
    out there; no sums are published.
    """
    names = CONTRACTS["household_agreement"].column_names
    if counts.empty:
        return pd.DataFrame(columns=names)
    by_other = counts["by_other"].astype(bool)
    table = counts.assign(
        # `system` holds what is looked for; `other_system` has the households that are looked up in it.
        system=counts["other"].where(~by_other, counts["system"]),
        other_system=counts["system"].where(~by_other, counts["other"]),
        poor_found=counts["poor_in_both"] + counts["poor_here_only"].where(~by_other, counts["poor_there_only"]),
    )
    households = profiles.groupby(["system", "district_code"])["households"].sum()
    poor = profiles[profiles["deprived"] != 0].groupby(["system", "district_code"])["households"].sum()
    keys = pd.MultiIndex.from_arrays([table["other_system"], table["district_code"]])
    everyone = households.reindex(keys).to_numpy(dtype=float)
    all_poor = poor.reindex(keys).fillna(0).to_numpy(dtype=float)
    least = rules.smallest_count
    cells = table[["poor_in_both", "poor_here_only", "poor_there_only", "poor_in_neither"]].to_numpy(dtype=float)
    tellable = (cells >= least).all(axis=1)
    told = published.set_index(["system", "area_code"])[["households", "poor_households"]].notna().reindex(keys)
    others_found = (table["found"] - table["poor_found"]).to_numpy(dtype=float)
    apart = (others_found == 0) | (others_found >= least)
    table["found_share"] = np.where(told["households"], _share(table["found"], everyone, least), np.nan)
    table["poor_found_share"] = np.where(
        told["poor_households"] & apart, _share(table["poor_found"], all_poor, least), np.nan
    )
    table["agreement_share"] = np.where(tellable, (cells[:, 0] + cells[:, 3]) / cells.sum(axis=1), np.nan)
    table["kappa"] = np.where(tellable, kappa(*cells.T), np.nan)
    return table[names]


def _share(count: pd.Series, of: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """``count / of`` where the count is not small, nor what is left of the whole (unless that is nothing)."""
    part = count.to_numpy(dtype=float)
    rest = of - part
    told = (part >= least) & ((rest == 0) | (rest >= least))
    return np.where(told, np.divide(part, of, out=np.zeros_like(part), where=of > 0), np.nan)


def kappa(
    both: NDArray[np.float64],
    first_only: NDArray[np.float64],
    second_only: NDArray[np.float64],
    neither: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Agreement beyond chance: ``(p_o - p_e) / (1 - p_e)``, of four counts (n,) each; 1 is perfect, 0 chance.

    ``p_o`` is the share on which both agree, ``p_e`` what chance alone would give with the same shares of poor. Where
    both call all the same, nothing can be said: NaN.

    Source: Cohen (1960), Educational and Psychological Measurement 20, 37-46.

    Twenty agreed poor, 15 agreed not, 5 and 10 apart: p_o = 0.7, p_e = 0.5·0.6 + 0.5·0.4 = 0.5:

    >>> kappa(np.array([20.0]), np.array([5.0]), np.array([10.0]), np.array([15.0])).round(3).tolist()
    [0.4]
    """
    n = both + first_only + second_only + neither
    with np.errstate(divide="ignore", invalid="ignore"):
        agreed = (both + neither) / n
        first, second = (both + first_only) / n, (both + second_only) / n
        chance = first * second + (1 - first) * (1 - second)
        return np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan)
