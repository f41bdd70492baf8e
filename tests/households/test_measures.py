"""Measures from counts of households: computed by hand, exactly decomposable, with small counts protected."""

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts import CONTRACTS
from pipeline.criteria.alkire_foster import alkire_foster
from pipeline.dimensions import DIMENSIONS
from pipeline.households import database, measures
from pipeline.policy import Policy
from tests.attack import narrowest


def profile(
    district: str, deprived: int, card: bool | None, households: int, persons: int, system: str = "tpmap"
) -> dict:
    return {
        "system": system,
        "district_code": district,
        "deprived": deprived,
        "welfare_card": card,
        "households": households,
        "persons": persons,
        "answers": 5 * households,
        "survey_year": 2022,
    }


HEALTH, INCOME = database.BIT["health"], database.BIT["income"]
PROFILES = pd.DataFrame(
    [
        profile("5001", 0, False, 60, 180),
        profile("5001", HEALTH, True, 20, 80),
        profile("5001", HEALTH | INCOME, False, 10, 50),
        profile("5001", HEALTH | INCOME, True, 10, 40),
        profile("5002", 0, True, 90, 300),
        profile("5002", HEALTH | INCOME, True, 10, 30),
        profile("5801", 0, None, 70, 200),
        profile("5801", HEALTH | INCOME, True, 30, 60),
    ]
)


def test_measures_by_hand(policy: Policy) -> None:
    rules = policy.households.model_copy(update={"smallest_count": 2})
    table = measures.household_poverty(PROFILES, rules).set_index("area_code")
    one = table.loc["5001"]
    assert one[["households", "persons"]].tolist() == [100, 350]
    assert one[["poor_households", "poor_persons"]].tolist() == [40, 170]
    assert one[["target_poor_households", "target_poor_persons"]].tolist() == [30, 120]
    assert one[["poor_health_households", "poor_income_persons"]].tolist() == [40, 90]
    province = table.loc["50"]
    assert province[["households", "poor_households", "poor_income_households"]].tolist() == [200, 50, 30]
    assert table.loc["TH", "poor_persons"] == 260
    assert set(table["level"]) == {"district", "province", "country"}


def test_alkire_foster_by_hand_and_by_the_function_itself(policy: Policy) -> None:
    rules = policy.households.model_copy(update={"smallest_count": 2, "deprivation_cutoff": 0.4})
    table = measures.household_poverty(PROFILES.assign(deprived=PROFILES["deprived"] | 22), rules).set_index(
        "area_code"
    )
    # 22 is living, education and accessibility: so that no dimension is empty, and all are poor at 0.4.
    one = table.loc["5001"]
    bits = np.array([[bool((d | 22) & database.BIT[n]) for n in DIMENSIONS] for d in PROFILES["deprived"][:4]])
    persons = PROFILES["persons"][:4].to_numpy()
    each = np.repeat(bits, persons, axis=0).astype(int)
    expected = alkire_foster(each, [0.2] * 5, 0.4)
    assert one["headcount"] == pytest.approx(expected.headcount) == 1
    assert one["m0"] == pytest.approx(expected.m0) == pytest.approx((180 * 0.6 + 80 * 0.8 + 90 * 1.0) / 350)
    assert one["intensity"] == pytest.approx(expected.intensity)
    contributions = [one[f"contribution_{name}"] for name in DIMENSIONS]
    assert contributions == pytest.approx(expected.contributions.tolist())
    assert sum(contributions) == pytest.approx(1)


def test_m0_of_a_whole_is_that_of_its_parts_by_size_exactly(policy: Policy) -> None:
    chance = np.random.default_rng(3)
    codes = [f"{p}{d:02d}" for p in (50, 58) for d in range(1, 8)]
    rows = [
        profile(code, mask, None, n := int(chance.integers(40, 90)), n * int(chance.integers(1, 6)))
        for code in codes
        for mask in range(32)
    ]
    rules = policy.households.model_copy(update={"deprivation_cutoff": 0.5})
    table = measures.household_poverty(pd.DataFrame(rows), rules).set_index("area_code")
    for whole, level in (("50", "district"), ("58", "district"), ("TH", "province")):
        parts = table[(table["level"] == level) & (table.index.str.startswith(whole) | (whole == "TH"))]
        size = parts["persons"].to_numpy(dtype=float)
        for name in ("m0", "headcount"):
            assert table.loc[whole, name] == pytest.approx((size * parts[name]).sum() / size.sum(), rel=1e-12)
        by_part = (size * parts["m0"] * parts["contribution_health"]).sum() / (size * parts["m0"]).sum()
        assert table.loc[whole, "contribution_health"] == pytest.approx(by_part, rel=1e-12)
    assert (table["m0"] - table["headcount"] * table["intensity"]).abs().max() < 1e-12


def test_nothing_is_target_poor_where_no_card_is_known(policy: Policy) -> None:
    table = measures.household_poverty(PROFILES.assign(welfare_card=None), policy.households)
    assert table["target_poor_households"].isna().all()
    assert table["poor_households"].notna().any()


@pytest.mark.parametrize("seed", range(6))
def test_published_tables_withstand_the_attack(seed: int, policy: Policy) -> None:
    chance = np.random.default_rng(seed)
    rows = []
    for code in [f"{p}{d:02d}" for p in (10, 50, 58) for d in range(1, 5)]:
        for mask in (0, *chance.choice(31, size=8, replace=False) + 1):
            n = int(chance.poisson(60 if mask == 0 else chance.choice([1, 4, 12])))
            if n:
                rows.append(profile(code, int(mask), bool(chance.random() < 0.4), n, n * int(chance.integers(1, 5))))
    table = measures.household_poverty(pd.DataFrame(rows), policy.households).set_index("area_code")
    kinds = ["households", "poor_households", "target_poor_households", *(f"poor_{d}_households" for d in DIMENSIONS)]
    shown = [{a: None if pd.isna(v) else int(v) for a, v in table[kind].items()} for kind in kinds]
    for kind in (c for c in table if c.endswith(("households", "persons"))):
        assert (table[kind].dropna() >= 5).all(), kind
    parts = {1: [0], 2: [1]} | {k: [1] for k in range(3, 8)}
    assert narrowest(shown, parts, union=(1, [3, 4, 5, 6, 7]), present=0) >= 1
    # Nor may the few who are not poor, among many who are, be a small count.
    whole, part = table["households"].astype("Float64"), table["poor_households"].astype("Float64")
    assert not (whole - part).dropna().between(1, 4).any()
    # No other column holds what is left out.
    missing = table[[f"poor_{d}_households" for d in DIMENSIONS]].isna().any(axis=1)
    assert table.loc[missing, ["m0", "intensity", "headcount", "contribution_health"]].isna().all(axis=None)


def compared(**cells: int) -> pd.DataFrame:
    names = ("poor_in_both", "poor_here_only", "poor_there_only", "poor_in_neither")
    counts = dict(zip(names, cells.values(), strict=True))
    base = {"system": "tpmap", "other": "ppp", "district_code": "5001", "found": sum(cells.values()), **counts}
    return pd.DataFrame([{**base, "by_other": 0}, {**base, "by_other": 1}])


def test_agreement_by_hand(policy: Policy) -> None:
    profiles = pd.DataFrame(
        [
            profile("5001", 0, None, 60, 60),
            profile("5001", 1, None, 40, 40),
            profile("5001", 0, None, 30, 30, "ppp"),
            profile("5001", 1, None, 50, 50, "ppp"),
        ]
    )
    table = measures.household_agreement(
        compared(both=20, here=5, there=10, neither=15),
        profiles,
        measures.household_poverty(profiles, policy.households),
        policy.households,
    )
    table = table.set_index(["system", "other_system"])
    ppp_in_tpmap, tpmap_in_ppp = table.loc[("tpmap", "ppp")], table.loc[("ppp", "tpmap")]
    assert tpmap_in_ppp["found_share"] == pytest.approx(50 / 100)
    assert tpmap_in_ppp["poor_found_share"] == pytest.approx(25 / 40)  # poor by TPMAP: in both, or here only
    assert ppp_in_tpmap["found_share"] == pytest.approx(50 / 80)
    assert ppp_in_tpmap["poor_found_share"] == pytest.approx(30 / 50)
    assert ppp_in_tpmap["agreement_share"] == pytest.approx(0.7)
    assert ppp_in_tpmap["kappa"] == pytest.approx(0.4)
    CONTRACTS["household_agreement"].conform(table.reset_index())


def test_an_agreement_that_would_reveal_a_small_count_is_left_out(policy: Policy) -> None:
    profiles = pd.DataFrame([profile("5001", 1, None, 100, 100), profile("5001", 1, None, 53, 53, "ppp")])
    table = measures.household_agreement(
        compared(both=30, here=2, there=9, neither=9),
        profiles,
        measures.household_poverty(profiles, policy.households),
        policy.households,
    )
    assert table[["agreement_share", "kappa"]].isna().all(axis=None)
    # 50 of 53 found would reveal that three were not.
    assert (
        table.set_index("other_system").loc["ppp", "found_share"]
        != table.set_index("other_system").loc["ppp", "found_share"]
    )


def test_kappa_equals_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    cells = (20, 5, 10, 15)
    first = [1] * 25 + [0] * 25
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    ours = measures.kappa(*(np.array([float(c)]) for c in cells))
    assert ours[0] == pytest.approx(cohen_kappa_score(first, second))
