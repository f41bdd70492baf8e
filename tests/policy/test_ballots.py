"""Ballots and what they make of the weights; policy files made, written and read again."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import cli
from pipeline import policy as policies
from pipeline.criterion import NAMES
from pipeline.errors import InputError
from pipeline.policy import Policy, WhatIf
from pipeline.project import Paths
from pipeline.sentences import weights_from
from tests.conftest import ROOT
from tests.reading.test_bad_input import BALLOTS

REAL = ROOT / "data" / "raw" / "policy" / "policy.toml"


def voted(tmp_path: Path, *ballots: tuple[str, float, float, float]) -> Path:
    """The real policy with ballots in place of its weights."""
    text = REAL.read_text(encoding="utf-8")
    before, _, rest = text.partition("[weights]")
    _, _, after = rest.partition("[score]")
    file = tmp_path / "policy.toml"
    file.write_text(before + "[score]" + after + "\n" + "".join(BALLOTS.format(*b) for b in ballots), encoding="utf-8")
    return file


def test_the_project_has_no_ballots_and_the_weights_are_defaults(policy: Policy) -> None:
    assert policy.ballots == ()
    assert weights_from(policy).en == "default, not voted"


def test_the_mean_of_the_ballots_is_the_weight(tmp_path: Path) -> None:
    policy, _ = policies.read_policy(voted(tmp_path, ("CODI", 60, 20, 20), ("OSMEP", 40, 30, 30)))
    assert policy.nominal_weights == pytest.approx((0.5, 0.25, 0.25))
    assert policy.voters == ("CODI", "OSMEP")
    words = weights_from(policy)
    assert words.en == "mean of the ballots of CODI and OSMEP (2/4 agencies)"
    assert "CODI และOSMEP" in words.th or "CODI และ OSMEP" in words.th
    assert policies.without_agency(policy, "CODI").nominal_weights == pytest.approx((0.4, 0.3, 0.3))
    with pytest.raises(ValueError, match="PMU-A"):
        policies.without_agency(policy, "PMU-A")


@pytest.mark.parametrize(
    ("ballots", "parts"),
    [
        ([("CODI", 60, 20, 30)], ["ballots.0.points", "sum to 110; must sum to 100"]),
        ([("CODI", 120, -10, -10)], ["ballots.0.points.poverty", "120"]),
        ([("Else", 60, 20, 20)], ["a ballot of Else", "only PMU-A"]),
        ([("CODI", 60, 20, 20), ("CODI", 50, 25, 25)], ["more than one ballot of CODI"]),
    ],
)
def test_bad_ballots_are_refused(ballots: list, parts: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        policies.read_policy(voted(tmp_path, *ballots))
    for part in parts:
        assert part in str(caught.value)


def test_a_policy_survives_its_file_and_its_table(tmp_path: Path, policy: Policy) -> None:
    with_ballots, _ = policies.read_policy(voted(tmp_path, ("CODI", 60, 20, 20), ("DASTA", 10, 45, 45)))
    for one in (policy, with_ballots):
        file = tmp_path / "again.toml"
        file.write_text(policies.to_toml(one), encoding="utf-8")
        assert policies.read_policy(file)[0] == one
        assert policies.from_table(policies.table_of(one)) == one
        assert policies.read_policy(file)[0].sha256 == one.sha256


def test_a_new_round_keeps_rules_and_comments_but_no_ballots(tmp_path: Path) -> None:
    source, target = voted(tmp_path, ("CODI", 60, 20, 20)), tmp_path / "deep" / "2569.toml"
    policies.new_policy(source, target, "2569", date(2026, 12, 31))
    made, _ = policies.read_policy(target)
    assert (made.round, made.as_of, made.ballots) == ("2569", date(2026, 12, 31), ())
    assert made.nominal_weights == pytest.approx((0.6, 0.2, 0.2))
    assert made.poverty == policies.read_policy(source)[0].poverty
    text = target.read_text(encoding="utf-8")
    assert "# Goalposts: 97.5th percentiles" in text
    assert "# [[ballots]]" in text
    with pytest.raises(InputError, match="an unused name"):
        policies.new_policy(source, target, "2570", None)
    assert target.read_text(encoding="utf-8") == text


def test_a_new_round_has_the_present_ballot_to_fill_in_and_no_older_one(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8")
    before, _, ballot = text.partition("# One ballot per agency")
    older = f"# One ballot per agency{ballot}".replace("data_system = 0", "roads = 0").replace("and the section", "and")
    assert "roads" in older
    for note in ("", "\n", "\n# A note of the working group.\n", "\n\n# A note of the working group.\n"):
        source, target = tmp_path / "older.toml", tmp_path / "new.toml"
        source.write_text(before + older.rstrip() + note, encoding="utf-8")
        policies.new_policy(source, target, "2569", date(2026, 12, 31))
        made = target.read_text(encoding="utf-8")
        assert "roads" not in made
        assert made.count("[[ballots]]") == 1
        assert "cast_on = 2026-12-31" in made
        assert note.strip() in made
        # With the marks removed it is a ballot of today's criteria.
        filled = made.partition("# [[ballots]]")[2].replace("# ", "").replace("poverty = 0", "poverty = 100")
        filled = filled.replace('cast_by = ""', 'cast_by = "the board"')
        whole = made.partition("[weights]")[0] + "[score]" + made.partition("[score]")[2].partition("# One ballot")[0]
        target.write_text(f"{whole}[[ballots]]{filled}", encoding="utf-8")
        assert policies.read_policy(target)[0].voters == ("PMU-A",)
        target.unlink()


def test_what_is_asked_in_the_words_of_a_user(tmp_path: Path, policy: Policy) -> None:
    def weights(asked: WhatIf, of: Policy = policy) -> list[float]:
        return [round(w, 6) for w in asked.applied(of).nominal_weights]

    assert weights(WhatIf({"poverty": 0.6})) == [0.6, 0.2, 0.2]
    assert weights(WhatIf({"poverty": 0.6, "university": 0.3, "data_system": 0.1})) == [0.6, 0.3, 0.1]
    assert weights(WhatIf(without_criteria=["university"])) == [0.666667, 0, 0.333333]
    assert weights(WhatIf({"poverty": 0.2}, (), ["university"])) == [0.2, 0, 0.8]
    assert weights(WhatIf({"poverty": 1.0})) == [1, 0, 0]
    assert WhatIf().changes(policy, "x") == {}
    assert WhatIf(drop_agencies=["OSMEP"]).changes(policy, "x") == {}
    both, _ = policies.read_policy(voted(tmp_path, ("CODI", 60, 20, 20), ("OSMEP", 40, 30, 30)))
    assert weights(WhatIf(drop_agencies=["OSMEP"]), both) == [0.6, 0.2, 0.2]
    assert weights(WhatIf({"university": 0.5}, ["OSMEP"]), both) == [0.375, 0.5, 0.125]
    assert WhatIf(drop_agencies=["OSMEP"]).applied(both).voters == ("CODI",)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (WhatIf({"poverty": 0.9, "university": 0.3}), "poverty=0.9, university=0.3"),
        (WhatIf({"poverty": 0.5, "university": 0.3, "data_system": 0.1}), "sum to 1"),
        (WhatIf({"hunger": 0.5}), "'hunger'"),
        (WhatIf(drop_agencies=["NESDC"]), "'NESDC'"),
        (WhatIf({"poverty": 0.5}, (), ["poverty"]), "both weighted and left out"),
        (WhatIf(without_criteria=list(NAMES)), "sum to 1"),
        (WhatIf(parameters={"score.roh": 1}), "score.roh"),
        (WhatIf(parameters={"score.rho": "low"}), "score.rho"),
    ],
)
def test_what_cannot_be_asked(asked: WhatIf, part: str, policy: Policy) -> None:
    with pytest.raises(InputError) as caught:
        asked.applied(policy)
    assert part in str(caught.value)


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1), max_size=3))
def test_weights_always_sum_to_one_or_are_refused(weights: dict) -> None:
    policy = policies.read_policy(REAL)[0]
    try:
        after = WhatIf(weights).applied(policy)
    except InputError:
        assert sum(weights.values()) > 1 or len(weights) == 3
        return
    assert sum(after.nominal_weights) == pytest.approx(1)
    for name, value in weights.items():
        assert getattr(after.weights, name) == value


def test_policy_on_the_command_line(
    real_run: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(real_run.maps.parent)
    monkeypatch.setenv("COLUMNS", "160")
    assert cli.main(["policy", "show"]) == 0
    output = capsys.readouterr().out
    for part in ("weights: default, not voted", "no ballot", "portfolio.region_most", "not yet decided"):
        assert part in output
    assert cli.main(["policy", "check"]) == 0
    assert ": valid;" in capsys.readouterr().out
    file = voted(tmp_path, ("CODI", 60, 20, 20), ("OSMEP", 40, 30, 30))
    assert cli.main(["policy", "show", str(file)]) == 0
    output = capsys.readouterr().out
    assert "mean of the ballots of CODI and OSMEP (2/4 agencies)" in output
    assert "the board" in output
    file.write_text(file.read_text(encoding="utf-8").replace('"the board"', '"[/bold] x"'), encoding="utf-8")
    assert cli.main(["policy", "show", str(file)]) == 0
    assert "[/bold] x" in capsys.readouterr().out
    assert cli.main(["policy", "new", str(tmp_path / "2569.toml"), "--as-of", "2026-12-31"]) == 0
    assert cli.main(["policy", "check", str(tmp_path / "2569.toml")]) == 0
    capsys.readouterr()
    assert cli.main(["policy", "new", str(tmp_path / "2569.toml")]) == 2
    assert "an unused name" in capsys.readouterr().err


def test_check_lists_every_problem_and_rules_that_conflict(
    real_run: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(real_run.maps.parent)
    text = REAL.read_text(encoding="utf-8")
    file = tmp_path / "policy.toml"
    file.write_text(text.replace("rho = 0.0", 'rho = "low"').replace("firm = 0.9", "firm = 9"), encoding="utf-8")
    assert cli.main(["policy", "check", str(file)]) == 2
    output = capsys.readouterr().err
    assert output.count("\n") == 2
    assert "score.rho" in output
    assert "uncertainty.firm" in output
    file.write_text(text.replace("shortlist_provinces = 8", "shortlist_provinces = 3"), encoding="utf-8")
    assert cli.main(["policy", "check", str(file)]) == 2
    output = capsys.readouterr().err
    assert output.count("\n") == 1
    assert "exactly 3 provinces; at least 1 in" in output
    assert cli.main(["policy", "check", str(tmp_path / "none.toml")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_new_policy_compares_with_the_round_it_follows_where_that_is_archived(tmp_path: Path) -> None:
    source = ROOT / "data" / "raw" / "policy" / "policy.toml"
    for archived, expected in ((["2565"], "2565"), (["2564"], ""), ([], "")):
        target = tmp_path / f"{len(archived)}{expected}.toml"
        policies.new_policy(source, target, "2566", None, archived)
        assert policies.read_policy(target)[0].decision.previous_round == expected
