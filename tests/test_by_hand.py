"""The three districts of the README: every number there, computed by the functions of the project."""

import re

import numpy as np
import pytest

from pipeline.policy.whole import mean_of
from pipeline.score_analysis import criterion_needed
from pipeline.scoring import power_mean, rank
from pipeline.shortlist import choose
from pipeline.uncertainty import rank_ranges
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("By hand, three districts")[2].partition("\n## ")[0]
ROWS = {
    cells[0]: cells[1:] for cells in re.findall(r"^\| ([ABC]) \|" + r" ([^|]+) \|" * 7 + "$", SECTION, re.MULTILINE)
}
CRITERIA = np.array([[float(cell) for cell in ROWS[name][:3]] for name in "ABC"])
WEIGHTS = (0.5, 0.25, 0.25)


def shown(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}"


def test_weights_are_the_mean_of_the_two_ballots() -> None:
    assert "weights 0.5, 0.25, 0.25 (the mean of two ballots, 60-20-20 and 40-30-30)" in SECTION
    names = ("poverty", "university", "data_system")
    ballots = [{"points": dict(zip(names, points, strict=True))} for points in ((60, 20, 20), (40, 30, 30))]
    assert tuple(mean_of(ballots).values()) == pytest.approx(WEIGHTS)


def test_scores_by_all_three_exponents() -> None:
    assert list(ROWS) == ["A", "B", "C"]
    for column, rho in ((3, 0), (4, 1), (5, -1)):
        scores = 100 * power_mean(CRITERIA, WEIGHTS, rho)
        assert [ROWS[name][column] for name in "ABC"] == [shown(s) for s in scores]
    assert "100 · 0.8 · 0.8 · 0.5 = 32.0" in SECTION
    assert pytest.approx([0.8, 0.8, 0.5]) == [0.64**0.5, 0.4096**0.25, 0.0625**0.25]


def test_ranks_over_the_three_draws() -> None:
    draws = np.array([100 * power_mean(CRITERIA, WEIGHTS, rho) for rho in (1, 0, -1)])
    ranks = np.array([rank(row) for row in draws])
    assert ranks[:, 0].tolist() == [2, 3, 3]
    assert "A is 2nd, 3rd\nand 3rd" in SECTION
    ranges = rank_ranges(draws)
    for i, name in enumerate("ABC"):
        median, low, high = (float(part[i]) for part in ranges)
        assert ROWS[name][6] == f"{median:.0f} ({shown(low)}-{shown(high)})"
    assert f"C is first in {100 * (ranks[:, 2] == 1).mean():.0f} % of the draws: likely" in SECTION


def test_what_a_would_need() -> None:
    scores = power_mean(CRITERIA, WEIGHTS, 0)
    need = criterion_needed(CRITERIA[:1], WEIGHTS, 0, scores[2:], 2)[0]
    assert f"a data system of {need:.4f} = 0.0625 · (36.0 / 32.0)⁴" in SECTION
    assert pytest.approx(need) == 0.0625 * (36 / 32) ** 4


def test_the_two_chosen_together_and_their_price() -> None:
    scores = 100 * power_mean(CRITERIA, WEIGHTS, 0)
    assert choose(scores, ["south", "north", "north"], 2, (1, 2)) == [0, 2]
    assert choose(scores, ["south", "north", "north"], 2) == [1, 2]
    chosen, free = scores[[0, 2]].sum(), scores[[1, 2]].sum()
    section = " ".join(SECTION.split())
    assert f"C and A, {shown(chosen)} points instead of the {shown(free)} of C and B" in section
    assert f"a price of fairness of {100 * (1 - chosen / free):.1f} %" in section
