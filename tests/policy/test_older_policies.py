"""Policies of earlier rounds, which may lack parameters that exist today."""

import json

import pytest

from pipeline import policy as policies
from pipeline.criterion import NAMES
from pipeline.errors import InputError
from pipeline.policy import Policy, effect_of


def test_a_complete_policy_is_unchanged(policy: Policy) -> None:
    older = policies.from_older_table(policies.table_of(policy), policy)
    assert (older.policy, older.added, older.dropped) == (policy, (), ())


def test_what_is_missing_is_taken_from_the_newer_policy_and_named(policy: Policy) -> None:
    table = policies.table_of(policy)
    newer = policy.overridden({"score.rho": 1.0, "score.floor": 0.1})
    older = policies.from_older_table(table[table["parameter"] != "score.floor"], newer)
    assert older.added == ("score.floor",)
    assert older.policy.score.floor == 0.1
    assert older.policy.score.rho == policy.score.rho


def test_a_criterion_that_did_not_exist_had_no_weight(policy: Policy) -> None:
    *former, new = NAMES
    table = policies.table_of(policy)
    table = table[~table["parameter"].str.startswith(f"{new}.") & (table["parameter"] != f"weights.{new}")]
    rest = 1 - sum(policy.nominal_weights[:-1])
    first = table["parameter"] == f"weights.{former[0]}"
    table.loc[first, "value"] = json.dumps(policy.nominal_weights[0] + rest)
    ballot = {"agency": policy.agencies[0], "cast_by": "x", "cast_on": "2025-01-31", "note": ""}
    points = dict.fromkeys(former, 100 / len(former))
    table.loc[table["parameter"] == "ballots", "value"] = json.dumps([{**ballot, "points": points}])
    older = policies.from_older_table(table, policy).policy
    assert older.nominal_weights[-1] == 0
    assert getattr(older.ballots[0].points, new) == 0


def test_a_value_that_is_out_of_range_today_is_named(policy: Policy) -> None:
    table = policies.table_of(policy)
    table.loc[table["parameter"] == "score.rho", "value"] = "99"
    with pytest.raises(InputError, match=r"the policy of the earlier round, column score\.rho"):
        policies.from_older_table(table, policy)


def test_every_effect_names_a_parameter_or_a_section(policy: Policy) -> None:
    names = [name for name, _ in policy.rows()]
    for entry, _ in policies.effects._EFFECTS:
        assert any(name == entry or name.startswith(f"{entry}.") for name in names), entry
    assert not effect_of("round").rule
    assert effect_of("rounds").rule
