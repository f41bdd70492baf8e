"""The choice of k provinces under rules: the best one, those almost as good, and rules that conflict.

Here: numpy in, positions out; the mixed-integer programme. Not here: provinces, policy (``portfolio``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Quota = tuple[int, int]
# More portfolios than these are not listed: the margin is halved until they fit.
MOST_PORTFOLIOS = 50_000


@dataclass(frozen=True)
class Rule:
    """``least <= row · x <= most`` over the chosen units x; ``name`` is the rule in words."""

    name: str
    row: Floats = field(repr=False)
    least: float
    most: float


class Conflict(ValueError):
    """No choice meets all rules.

    Attributes:
        rules: a smallest set of rules that conflict, in words.
    """

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = tuple(rules)
        super().__init__("no choice meets all of these rules: " + "; ".join(self.rules))


def rules_of(
    regions: Sequence[str],
    k: int,
    quotas: Mapping[str, Quota] | Quota,
    can: Flags,
    *,
    loads: Mapping[str, ArrayLike] | None = None,
    load_limit: float | None = None,
    locked: Iterable[int] = (),
    vetoed: Iterable[int] = (),
    names: Sequence[str] | None = None,
) -> list[Rule]:
    """Put the rules of a choice in words and numbers.

    Args:
        regions: (n,) the region of each unit.
        k: how many units to choose.
        quotas: the smallest and the largest number per region, as for ``choose``.
        can: (n,) whether a unit can be chosen.
        loads: for each carrier the load of each unit, (n,).
        load_limit: the largest total load of a carrier.
        locked: positions of units that must be chosen.
        vetoed: positions of units that must not be chosen.
        names: (n,) names of units for the words; their positions by default.

    Returns:
        The rules; those that every choice meets are left out, except the number k.
    """
    n = len(regions)
    called = [str(name) for name in (names if names is not None else range(n))]
    found = [Rule(f"exactly {k} provinces", np.ones(n), k, k)]
    for region in sorted(set(regions)):
        there = np.array([r == region for r in regions], dtype=float)
        possible = int((there * can).sum())
        least, most = quotas.get(region, (0, n)) if isinstance(quotas, Mapping) else quotas
        if (enough := min(least, possible)) > 0:
            found.append(Rule(f"at least {enough} in {region}", there, enough, np.inf))
        if possible > most:
            found.append(Rule(f"at most {most} in {region}", there, -np.inf, most))
    for carrier, load in (loads or {}).items():
        row = np.asarray(load, dtype=float)
        if load_limit is not None and (row * can).sum() > load_limit:
            found.append(Rule(f"at most {load_limit:g} pilot districts with {carrier}", row, -np.inf, load_limit))
    found += [Rule(f"lock of {called[i]}", np.eye(n)[i], 1, np.inf) for i in locked]
    found += [Rule(f"veto of {called[i]}", np.eye(n)[i], -np.inf, 0) for i in vetoed]
    return found


def choose(
    values: ArrayLike,
    regions: Sequence[str],
    k: int,
    quotas: Mapping[str, Quota] | Quota | None = None,
    *,
    loads: Mapping[str, ArrayLike] | None = None,
    load_limit: float | None = None,
    locked: Iterable[int] = (),
    vetoed: Iterable[int] = (),
    names: Sequence[str] | None = None,
) -> list[int]:
    """Choose the k units of largest total value under the rules.

    ``max Σ x_i v_i`` with ``Σ x_i = k``, x binary, by ``scipy.optimize.milp`` (HiGHS), to optimality.

    Args:
        values: v, (n,); a unit without a value, or with 0 or less, is never chosen.
        regions: (n,) the region of each unit.
        k: how many units to choose.
        quotas: the smallest and the largest number per region, one pair for all or by region; a region without an
            entry has no limits. If fewer units of a region can be chosen than its smallest number, all of them must be.
        loads: for each carrier the load of each unit, (n,).
        load_limit: the largest total load of a carrier.
        locked: positions of units that must be chosen.
        vetoed: positions of units that must not be chosen.
        names: (n,) names of units for messages.

    Returns:
        Positions of the chosen units, in rising order.

    Raises:
        Conflict: no choice meets all rules; names a smallest set of rules that conflict.
        ValueError: ``regions`` has another length than ``values``, or k is negative.

    The three best are all in A, where two are allowed; one must come from B:

    >>> choose([9, 8, 7, 5, 1], ["A", "A", "A", "B", "B"], 3, (1, 2))
    [0, 1, 3]
    >>> choose([9, 8, 7, 5, 1], ["A", "A", "A", "B", "B"], 3, (1, 2), vetoed=[3, 4])
    Traceback (most recent call last):
    pipeline.shortlist.rules.Conflict: no choice meets all of these rules: at least 1 in B; veto of 3; veto of 4
    """
    v = np.nan_to_num(np.asarray(values, dtype=float))
    if v.ndim != 1 or len(regions) != v.size or not k >= 0:
        raise ValueError(f"{v.shape} values need as many regions, not {len(regions)}, and k of 0 or more, not {k}")
    can = v > 0
    given = rules_of(
        regions, k, quotas or {}, can, loads=loads, load_limit=load_limit, locked=locked, vetoed=vetoed, names=names
    )
    best = solve(v, can, given)
    if best is None:
        raise Conflict(smallest_conflict(can, given))
    return np.flatnonzero(best).tolist()


def solve(values: Floats, can: Flags, rules: Sequence[Rule]) -> Flags | None:
    """Find the choice of largest total value under the rules.

    Args:
        values: (n,) the value of each unit.
        can: (n,) whether a unit can be chosen.
        rules: as returned by ``rules_of``.

    Returns:
        (n,) true for the chosen units; None if no choice meets the rules.

    >>> solve(np.array([3.0, 2.0]), np.array([True, True]), [Rule("one", np.ones(2), 1, 1)]).tolist()
    [True, False]
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not len(values):
        return None if any(rule.least > 0 for rule in rules) else np.zeros(0, dtype=bool)
    constraints = (
        [LinearConstraint(np.array([r.row for r in rules]), [r.least for r in rules], [r.most for r in rules])]
        if rules
        else []
    )
    found = milp(
        -values,
        integrality=np.ones(len(values)),
        bounds=Bounds(0, can.astype(float)),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    return None if found.x is None else np.asarray(found.x > 0.5)


def smallest_conflict(can: Flags, rules: Sequence[Rule]) -> list[str]:
    """Find a smallest set of rules that no choice meets.

    Any conflicting set shares a rule with the complement of each set that can be met. So the smallest set that shares a
    rule with all known complements is tried; if it can be met, it is extended as far as possible, which gives another
    complement.

    Args:
        can: (n,) whether a unit can be chosen.
        rules: rules that no choice meets.

    Returns:
        The names of the conflicting rules, in the order of ``rules``.

    Source: Ignatiev, Previti, Liffiton & Marques-Silva (2015), Smallest MUS extraction with minimal hitting set
    dualization, CP 2015.

    >>> rules = [Rule("two", np.ones(2), 2, 2), Rule("at least one", np.ones(2), 1, 2), Rule("one", np.ones(2), 1, 1)]
    >>> smallest_conflict(np.array([True, True]), rules)
    ['two', 'one']
    """
    nothing = np.zeros(len(can))

    def met(chosen: Iterable[int]) -> bool:
        return solve(nothing, can, [rules[i] for i in sorted(chosen)]) is not None

    complements: list[Floats] = []
    while True:
        hitting = [Rule("", row, 1, np.inf) for row in complements]
        tried = solve(-np.ones(len(rules)), np.ones(len(rules), dtype=bool), hitting)
        selected = set(np.flatnonzero(tried).tolist()) if tried is not None else set()
        if not met(selected):
            return [rules[i].name for i in sorted(selected)]
        for i in range(len(rules)):
            if i not in selected and met({*selected, i}):
                selected.add(i)
        complements.append(np.array([float(i not in selected) for i in range(len(rules))]))


def near_best(values: Floats, can: Flags, k: int, rules: Sequence[Rule], margin: float) -> tuple[Flags, float]:
    """Find all choices of k units whose value is at least ``1 - margin`` of the best.

    The margin is halved while there are more than 50,000 choices; if that does not help, only the best choice is
    returned, with a margin of 0. Units are added in falling order of value; a partial choice is dropped once the best
    way to complete it is worth too little, or a rule can no longer be met.

    Args:
        values: (n,) the value of each unit.
        can: (n,) whether a unit can be chosen.
        k: how many units to choose.
        rules: as returned by ``rules_of``.
        margin: a share of the value of the best choice.

    Returns:
        The choices (choices, n), and the margin used.
    """
    best = solve(values, can, rules)
    if best is None:
        return np.zeros((0, len(values)), dtype=bool), margin
    asked = margin
    order = [int(i) for i in np.argsort(-values, kind="stable") if can[i]]
    while margin >= asked / 1024:
        found = _spread(values, order, k, rules, (1 - margin) * values[best].sum() - 1e-9)
        if found is not None:
            return found, margin
        margin /= 2
    return best[None, :], 0.0


def _spread(values: Floats, order: list[int], k: int, rules: Sequence[Rule], worth: float) -> Flags | None:
    """All choices with a value of at least ``worth``; None if there are more than ``MOST_PORTFOLIOS``."""
    rows = np.array([r.row for r in rules]).reshape(len(rules), len(values))
    least, most = np.array([r.least for r in rules]), np.array([r.most for r in rules])
    chosen = np.zeros((1, len(values)), dtype=bool)
    for at, unit in enumerate(order):
        rest = order[at + 1 :]
        chosen = np.concatenate([chosen, chosen])
        chosen[len(chosen) // 2 :, unit] = True
        count, load = chosen.sum(axis=1), chosen @ rows.T
        # What could still be added: the next best units, whatever the rules.
        ahead = np.concatenate([[0.0], np.cumsum(values[rest])])
        missing = k - count
        possible = (missing >= 0) & (missing <= len(rest))
        reach = (chosen * values).sum(axis=1) + ahead[np.clip(missing, 0, len(rest))]
        possible &= (reach >= worth) & (load <= most + 1e-9).all(axis=1)
        possible &= (load + rows[:, rest].sum(axis=1) >= least - 1e-9).all(axis=1)
        chosen = chosen[possible]
        if len(chosen) > MOST_PORTFOLIOS:
            return None
    return chosen[chosen.sum(axis=1) == k]
