"""What-if on the command line: the same as a whole run with that policy, and nothing written."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline import cli, published_figures, what_if
from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError
from pipeline.policy import Policy, WhatIf, from_table
from pipeline.project import Paths
from pipeline.stored_tables import LoadedTables, Tables
from tests.conftest import digests, made_in


@pytest.fixture
def at(real_run: Paths, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(real_run.maps.parent)
    monkeypatch.setenv("COLUMNS", "160")
    return real_run.maps.parent


def test_the_same_policy_gives_the_published_figures(real_run: Paths, policy: Policy) -> None:
    tables = Tables(real_run.processed)
    again, published = what_if.criteria_under(tables, policy), tables("district_criteria")
    pd.testing.assert_frame_equal(again, published, check_exact=False, rtol=1e-12)
    ranking = what_if.ranking_under(tables, policy)
    ranking, conflict = what_if.with_portfolio(ranking)
    assert not conflict
    for name, key in (("provinces", "province_code"), ("portfolio", "province_code"), ("districts", "district_code")):
        one, two = getattr(ranking, name), getattr(what_if.published_ranking(tables), name)
        assert one["rank"].astype("Int64").tolist() == two["rank"].astype("Int64").tolist()
        assert one[key].tolist() == two[key].tolist()


def test_a_what_if_equals_a_whole_run_with_that_policy(
    real_run: Paths, new_project: Callable[[], Path], policy: Policy
) -> None:
    """Weights, exponent, gate, reach and release changed at once: computed here, and by Dagster from the files."""
    root = new_project()
    file = root / "data" / "raw" / "policy" / "policy.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in (
        ("poverty = 0.50", "poverty = 0.40"),
        ("university = 0.25", "university = 0.35"),
        ("rho = 0.0", "rho = -0.5"),
        ("sigma_minutes = 40", "sigma_minutes = 30"),
        ("times_national_rate = 1.0", "times_national_rate = 1.2"),
        ("survey_year = 2022", "survey_year = 2018"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text.replace("draws = 10000", "draws = 200"), encoding="utf-8")
    run = what_if.published_ranking(Tables(made_in(root, "pilot_portfolio").workspace))
    asked = WhatIf(
        {"poverty": 0.4, "university": 0.35},
        parameters={
            "score.rho": -0.5,
            "university.sigma_minutes": 30,
            "poverty.gate.times_national_rate": 1.2,
            "poverty.survey_year": 2018,
            "uncertainty.draws": 200,
        },
    )
    tables = Tables(real_run.processed)
    again, _ = what_if.with_portfolio(what_if.ranking_under(tables, asked.applied(policy)))
    assert again.policy == run.policy
    assert again.provinces["value"].to_numpy() == pytest.approx(run.provinces["value"].to_numpy(), rel=1e-12)
    assert again.districts["score"].to_numpy() == pytest.approx(run.districts["score"].to_numpy(), nan_ok=True)
    assert again.portfolio["in_portfolio"].tolist() == run.portfolio["in_portfolio"].tolist()


def test_it_prints_what_enters_and_leaves_and_writes_nothing(
    at: Path, real_run: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    before, workspace = digests(real_run), sorted(p.stat().st_mtime_ns for p in real_run.workspace.iterdir())
    assert cli.main(["whatif", "--weights", "poverty=0.6,university=0.2,data_system=0.2"]) == 0
    output = capsys.readouterr().out
    for part in (
        "nothing is published",
        "weights.poverty = 0.6",
        "เข้า · enters",
        "หลุด · leaves",
        "เชียงราย",
        "9 → 8",
        "บุรีรัมย์",
        "1 enter, 1 leave",
        "portfolio:",
    ):
        assert part in output
    assert cli.main(["whatif", "--without-criteria", "university", "--drop-agencies", "OSMEP"]) == 0
    output = capsys.readouterr().out
    assert "weights.university = 0" in output
    assert "OSMEP has cast no ballot; dropping it changes nothing" in output
    assert cli.main(["whatif", "--set", "poverty.gate.times_national_rate=3", "--set", "score.rho=1"]) == 0
    assert "score.rho = 1" in capsys.readouterr().out
    assert digests(real_run) == before
    assert sorted(p.stat().st_mtime_ns for p in real_run.workspace.iterdir()) == workspace


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--weights", "poverty=0.9,university=0.4"], "sum to 1"),
        (["--drop-agencies", "NESDC"], "an agency of the policy"),
        (["--without-criteria", "hunger"], "a criterion"),
        (["--set", "score.roh=1"], "score.roh"),
        (["--set", "score.rho=low"], "score.rho"),
        (["--set", "poverty.survey_year=2021"], "poverty.survey_year"),
        (["--processed", "nowhere"], "pilot-areas run"),
    ],
)
def test_invalid_arguments_give_one_line_and_exit_code_2(
    arguments: list[str], part: str, at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["whatif", *arguments]) == 2
    output = capsys.readouterr().err
    assert part in output
    assert output.count("\n") == 1


def test_rules_that_conflict_are_printed_as_a_note(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["whatif", "--set", 'portfolio.locks=[{"province_code": "10", "reason": "x"}]']) == 0
    assert "no portfolio: lock of กรุงเทพมหานคร Bangkok" in capsys.readouterr().out
    assert cli.main(["whatif", "--set", "shortlist_provinces=4"]) == 0
    output = capsys.readouterr().out
    assert "4 leave" in output
    assert "no portfolio: exactly 4 provinces; at least 1 in Central" in output


@pytest.mark.parametrize("given", ["poverty", "poverty=x", "poverty=0.5,poverty=0.5", "poverty=-1", "poverty=2", ""])
def test_weights_that_cannot_be_read(given: str, at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["whatif", "--weights", given])
    assert left.value.code == 2
    assert "NAME=SHARE" in capsys.readouterr().err


def test_moves_side_by_side() -> None:
    def provinces(ranks: list[int]) -> pd.DataFrame:
        codes = ["11", "12", "13"]
        return pd.DataFrame(
            {
                "province_code": codes,
                "name_th": codes,
                "name_en": codes,
                "rank": ranks,
                "value": [100.0 - r for r in ranks],
                "shortlisted": [r <= 2 for r in ranks],
            }
        )

    moved = what_if.moves(provinces([1, 2, 3]), provinces([1, 3, 2])).set_index("province_code")
    assert moved["change"].tolist() == ["stays", "leaves", "enters"]
    assert "leaves: 12 · 12, rank 2 to 3, value 98.0 to 97.0" in what_if.in_words(moved.reset_index())
    same = what_if.moves(provinces([1, 2, 3]), provinces([1, 2, 3]))
    assert what_if.in_words(same) == "- the shortlist does not change"


def test_facts_cannot_be_changed_by_a_what_if(real_run: Paths, policy: Policy) -> None:
    with pytest.raises(InputError, match="do not change which figures are read"):
        what_if.ranking_under(Tables(real_run.processed), policy.overridden({"households.smallest_count": 9}))


def test_a_release_of_one_province_stops_no_other_list(real_run: Paths) -> None:
    """It is at hand, and shown, but no list is made of its districts."""
    stored, codes = Tables(real_run.processed), ["8301", "8302", "8303"]
    tables = {name: stored(name) for name in what_if.RANKED_FROM if name != "district_shapes"}
    tables["district_shapes"] = stored.shapes("district_shapes")
    own = pd.DataFrame({"area_code": codes, "year": 2024, "surveyed_persons": 100, "poor_persons": 10})
    counts = pd.concat([tables["tpmap_counts"], own.assign(surveyed_computed=False)], ignore_index=True)
    tables["tpmap_counts"] = CONTRACTS["tpmap_counts"].conform(counts)
    policy = from_table(tables["policy"])
    given = tables["poverty"], tables["tpmap_counts"], tables["districts"]
    releases = published_figures.releases_table(*given, policy)
    assert releases.loc[releases["year"] == 2024, "can_be_ranked"].tolist() == [False]
    found = what_if.shortlists_by_release(LoadedTables({**tables, "releases": releases}))
    assert set(found["year"]) == {2018}
