"""Choice under rules against brute force: the best, all that are almost as good, the smallest set that conflicts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.shortlist import Conflict, choose
from pipeline.shortlist.rules import Rule, near_best, rules_of, smallest_conflict, solve


@st.composite
def cases(draw) -> dict:
    """A small country: up to nine units in up to three regions, loads on two carriers, some locked, some vetoed."""
    n = draw(st.integers(2, 9))
    least = draw(st.integers(0, 2))
    marked = draw(st.permutations(range(n)))
    locks, vetoes = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    return {
        "values": draw(st.lists(st.integers(0, 30), min_size=n, max_size=n)),
        "regions": draw(st.lists(st.sampled_from("ABC"), min_size=n, max_size=n)),
        "k": draw(st.integers(0, min(5, n))),
        "quotas": (least, draw(st.integers(max(1, least), 3))),
        "loads": {name: draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)) for name in ("east", "west")},
        "load_limit": draw(st.integers(2, 5)),
        "locked": marked[:locks],
        "vetoed": marked[locks : locks + vetoes][: n - locks],
    }


def rules(case: dict) -> tuple[np.ndarray, list[Rule]]:
    can = np.array(case["values"]) > 0
    rest = {name: case[name] for name in ("loads", "load_limit", "locked", "vetoed")}
    return can, rules_of(case["regions"], case["k"], case["quotas"], can, **rest)


def allowed(chosen: tuple[int, ...], case: dict) -> bool:
    """The rules in plain Python, written without looking at the programme."""
    if any(case["values"][i] <= 0 for i in chosen):
        return False
    for region in set(case["regions"]):
        count = sum(case["regions"][i] == region for i in chosen)
        possible = sum(v > 0 and r == region for v, r in zip(case["values"], case["regions"], strict=True))
        if count > case["quotas"][1] or count < min(possible, case["quotas"][0]):
            return False
    if any(sum(load[i] for i in chosen) > case["load_limit"] for load in case["loads"].values()):
        return False
    return set(case["locked"]) <= set(chosen) and not set(case["vetoed"]) & set(chosen)


@settings(max_examples=150)
@given(cases())
def test_the_choice_is_the_best_of_all_by_brute_force(case: dict) -> None:
    every = [c for c in combinations(range(len(case["values"])), case["k"]) if allowed(c, case)]
    if not every:
        with pytest.raises(Conflict):
            choose(**case)
        return
    chosen = choose(**case)
    assert allowed(tuple(chosen), case)
    assert chosen == sorted(chosen)
    assert sum(case["values"][i] for i in chosen) == max(sum(case["values"][i] for i in c) for c in every)


@settings(max_examples=100)
@given(cases(), st.sampled_from([0.0, 0.02, 0.2]))
def test_near_best_are_all_by_brute_force(case: dict, margin: float) -> None:
    can, given_rules = rules(case)
    every = [c for c in combinations(range(len(case["values"])), case["k"]) if allowed(c, case)]
    best = max((sum(case["values"][i] for i in c) for c in every), default=0)
    expected = {c for c in every if sum(case["values"][i] for i in c) >= (1 - margin) * best - 1e-9}
    found, used = near_best(np.array(case["values"], dtype=float), can, case["k"], given_rules, margin)
    assert used == margin
    assert {tuple(np.flatnonzero(row).tolist()) for row in found} == expected
    assert len(found) == len(expected)


@settings(max_examples=60)
@given(cases())
def test_the_conflict_is_a_smallest_one_by_brute_force(case: dict) -> None:
    can, given_rules = rules(case)
    nothing = np.zeros(len(can))
    assume(solve(nothing, can, given_rules) is None)
    named = smallest_conflict(can, given_rules)

    def conflicts(chosen: tuple[Rule, ...]) -> bool:
        rows = [np.array(x) for x in np.ndindex(*[2 if c else 1 for c in can])]
        return not any(all(r.least <= r.row @ x <= r.most for r in chosen) for x in rows)

    assert conflicts(tuple(r for r in given_rules if r.name in named))
    for size in range(len(named)):
        assert not any(conflicts(some) for some in combinations(given_rules, size))


def test_quotas_by_region_and_units_without_value() -> None:
    values = [5.0, float("nan"), -1.0, 4.0, 3.0]
    assert choose(values, list("AABBC"), 2, {"C": (1, 1)}) == [0, 4]
    assert choose(values, list("AABBC"), 3) == [0, 3, 4]
    with pytest.raises(Conflict) as caught:
        choose(values, list("AABBC"), 4)
    assert caught.value.rules == ("exactly 4 provinces",)


def test_a_load_that_cannot_be_carried_is_named() -> None:
    with pytest.raises(Conflict) as caught:
        choose([3, 2, 1], list("ABC"), 2, loads={"Rajabhat": [3, 3, 3]}, load_limit=3, names=["ก", "ข", "ค"])
    assert caught.value.rules == ("exactly 2 provinces", "at most 3 pilot districts with Rajabhat")


@pytest.mark.parametrize(("values", "regions", "k"), [([1, 2], ["A"], 1), ([[1, 2]], ["A"], 1), ([1], ["A"], -1)])
def test_refuses(values: list, regions: list, k: int) -> None:
    with pytest.raises(ValueError, match="need as many regions"):
        choose(values, regions, k)


def test_nothing_to_choose_from() -> None:
    assert choose([], [], 0) == []
    assert choose([1.0], ["A"], 0, (0, 1)) == []
    with pytest.raises(Conflict):
        choose([], [], 1)


def test_too_many_almost_as_good_narrow_the_margin() -> None:
    """Of 24 units, 12 to choose: 2.7 million choices, of which those nearest to the best are listed."""
    values, can = 100 - np.arange(24.0) / 10, np.ones(24, dtype=bool)
    given_rules = rules_of(["A"] * 24, 12, (0, 24), can)
    found, margin = near_best(values, can, 12, given_rules, 0.2)
    assert 0 < margin < 0.2
    assert 0 < len(found) <= 50_000
    assert (found @ values).min() >= (1 - margin) * values[:12].sum() - 1e-6
    alone, none = near_best(np.ones(24), can, 12, given_rules, 0.02)  # all as good as each other
    assert (len(alone), alone.sum(), none) == (1, 12, 0.0)
