"""Counts left out of published tables, attacked by linear programming."""

import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pipeline import small_cells
from tests.attack import narrowest

LIMIT = 5


def published(counts: dict[str, int], left_out: pd.Series) -> dict[str, int | None]:
    """Every cell and sum as an outsider sees them."""
    cells = pd.Series(counts)
    sums = {**cells, **cells.groupby(cells.index.str[:2]).sum(), small_cells.COUNTRY: int(cells.sum())}
    return {area: None if left_out[area] else int(value) for area, value in sums.items()}


def test_a_single_small_count_takes_the_next_smaller_with_it() -> None:
    left_out = small_cells.protected(pd.Series({"1001": 2, "1002": 30, "1003": 9, "1101": 50, "1102": 60}), None, LIMIT)
    assert left_out[left_out].index.tolist() == ["1001", "1003"]


def test_a_province_with_small_counts_hides_its_sum_and_another_sum() -> None:
    counts = pd.Series({"1001": 1, "1002": 2, "1101": 50, "1102": 60, "1201": 500})
    left_out = small_cells.protected(counts, None, LIMIT)
    assert left_out[left_out].index.tolist() == ["1001", "1002", "1101", "10", "11"]


def test_a_country_with_small_counts_shows_no_count() -> None:
    assert small_cells.protected(pd.Series({"1001": 1, "1101": 2}), None, LIMIT).all()


def test_parts_are_left_out_with_the_whole_and_never_one_of_alike_kinds_alone() -> None:
    counts = pd.DataFrame({"all": [50, 60, 70], "x": [20, 3, 30], "y": [20, 30, 30]}, index=["1001", "1002", "1003"])
    left_out = small_cells.protected_together(counts, {"x": "all", "y": "all"}, [["x", "y"]], LIMIT)
    assert not left_out["all"].any()
    assert (left_out["x"] == left_out["y"]).all()
    assert left_out.loc["1002", "x"]


districts = st.dictionaries(
    st.builds(lambda p, d: f"{p}{d:02d}", st.integers(10, 13), st.integers(1, 5)), st.integers(0, 40), min_size=1
)


@settings(max_examples=150)
@given(districts)
def test_no_sum_reveals_a_count(counts: dict[str, int]) -> None:
    left_out = small_cells.protected(pd.Series(counts), None, LIMIT)
    shown = published(counts, left_out)
    assert all(value is None or value >= LIMIT for value in shown.values())
    assert narrowest([shown], {}) >= 1


@settings(max_examples=100)
@given(districts)
def test_no_sum_reveals_a_count_if_every_district_has_at_least_one(counts: dict[str, int]) -> None:
    counts = {code: count + 1 for code, count in counts.items()}
    left_out = small_cells.protected(pd.Series(counts), None, LIMIT, floor=1)
    assert narrowest([published(counts, left_out)], {}, present=0) >= 1


def test_a_part_that_is_almost_the_whole_is_left_out() -> None:
    counts = pd.DataFrame({"all": [100, 80, 70], "x": [98, 40, 30]}, index=["1001", "1002", "1003"])
    left_out = small_cells.protected_together(counts, {"x": "all"}, [], LIMIT)
    assert left_out.index[left_out["x"]].tolist() == ["1001", "1002"]
    everyone = small_cells.protected_together(counts.assign(x=counts["all"]), {"x": "all"}, [], LIMIT)
    assert not everyone.any(axis=None)


def test_a_country_left_out_takes_a_province_and_its_district_with_it() -> None:
    counts = pd.Series({"1001": 20, "1002": 30, "1101": 10, "1102": 40})
    left_out = small_cells.protected(counts, pd.Series({"TH": True}), LIMIT)
    assert sorted(left_out.index[left_out]) == ["10", "1001", "TH"]
    assert narrowest([published(counts.to_dict(), left_out)], {}) >= 1


@settings(max_examples=25)
@given(districts, st.integers(0, 2**31))
@example({"1101": 11, "1001": 1, "1002": 26}, 569675204)  # the country left out, its provinces published
def test_no_other_count_of_the_same_households_reveals_one(wholes: dict[str, int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    whole = pd.Series(wholes)
    kinds = [chance.binomial(whole, chance.uniform(0.05, 0.9)) for _ in range(3)]
    union = np.minimum(whole, np.maximum(np.max(kinds, axis=0), chance.binomial(np.sum(kinds, axis=0), 0.8)))
    table = pd.DataFrame({"n": whole + 1, "any": union, **{f"d{i}": np.minimum(k, union) for i, k in enumerate(kinds)}})
    parents = {"any": "n", "d0": "any", "d1": "any", "d2": "any"}
    left_out = small_cells.protected_together(table, parents, [["d0", "d1", "d2"]], LIMIT)
    tables = [published(table[kind].to_dict(), left_out[kind]) for kind in table]
    parts = {1: [0], 2: [1], 3: [1], 4: [1]}
    assert narrowest(tables, parts, union=(1, [2, 3, 4])) >= 1


def test_the_attack_finds_what_is_not_protected() -> None:
    assert narrowest([{"1001": None, "1002": 30, "10": 32, "TH": 32}], {}) == 0
    assert linprog([1.0], bounds=[(0, 1)]).success
