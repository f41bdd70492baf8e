"""Alkire-Foster against its authors' example, plain loops, and its own axioms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.criteria.alkire_foster import alkire_foster

AUTHORS = [[0, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 0, 0]]


@pytest.mark.parametrize(
    ("cutoff", "headcount", "m0"),
    # Union, two of four (as in the paper), three, intersection: counted by hand.
    [(0.25, 3 / 4, 7 / 16), (0.5, 2 / 4, 6 / 16), (0.75, 1 / 4, 4 / 16), (1.0, 1 / 4, 4 / 16)],
)
def test_the_authors_example_at_every_cutoff(cutoff: float, headcount: float, m0: float) -> None:
    result = alkire_foster(AUTHORS, [1, 1, 1, 1], cutoff)
    assert result.headcount == pytest.approx(headcount)
    assert result.m0 == pytest.approx(m0)
    assert result.intensity == pytest.approx(m0 / headcount)


def test_unequal_weights_by_hand() -> None:
    # Weights 0.5, 0.3, 0.2; scores 0.5, 0.5, 0.2: at 0.5 the first two are poor. M0 = (0.5 + 0.5)/3.
    result = alkire_foster([[1, 0, 0], [0, 1, 1], [0, 0, 1]], [5, 3, 2], 0.5)
    assert result.headcount == pytest.approx(2 / 3)
    assert result.m0 == pytest.approx(1 / 3)
    assert result.censored_headcounts.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert result.contributions.tolist() == pytest.approx([0.5, 0.3, 0.2])


def test_persons_are_households_by_size() -> None:
    sizes = [1, 5, 2, 3]
    each = np.repeat(AUTHORS, sizes, axis=0)
    ours, plain = alkire_foster(AUTHORS, [1] * 4, 0.5, sizes), alkire_foster(each, [1] * 4, 0.5)
    assert (ours.headcount, ours.m0) == (pytest.approx(plain.headcount), pytest.approx(plain.m0))
    assert ours.contributions == pytest.approx(plain.contributions)


def test_three_fifths_reach_a_cutoff_of_three_fifths() -> None:
    assert alkire_foster([[1, 1, 1, 0, 0]], [0.2] * 5, 0.6).headcount == 1


def test_no_one_poor() -> None:
    result = alkire_foster([[0, 0], [1, 0]], [1, 1], 1.0)
    assert (result.headcount, result.intensity, result.m0) == (0, 0, 0)
    assert result.contributions.tolist() == [0, 0]


matrices = arrays.arrays(np.int64, st.tuples(st.integers(1, 30), st.just(5)), elements=st.integers(0, 1))


@given(matrices, st.lists(st.integers(1, 9), min_size=5, max_size=5), st.sampled_from([0.1, 0.34, 0.5, 0.8, 1.0]))
def test_plain_loops_give_the_same(g: np.ndarray, weights: list[int], cutoff: float) -> None:
    poor = [
        i
        for i in range(len(g))
        if sum(w * x for w, x in zip(weights, g[i], strict=True)) >= cutoff * sum(weights) - 1e-9
    ]
    result = alkire_foster(g, weights, cutoff)
    assert result.headcount == pytest.approx(len(poor) / len(g))
    censored = [sum(g[i][j] for i in poor) / len(g) for j in range(5)]
    assert result.censored_headcounts.tolist() == pytest.approx(censored)
    m0 = sum(w * h for w, h in zip(weights, censored, strict=True)) / sum(weights)
    assert result.m0 == pytest.approx(m0)
    assert result.m0 == pytest.approx(result.headcount * result.intensity)
    assert result.contributions.sum() == pytest.approx(1 if m0 else 0)


@given(matrices, matrices)
def test_a_whole_is_the_mean_of_its_parts_by_size(one: np.ndarray, other: np.ndarray) -> None:
    weights = [0.2] * 5
    parts = [alkire_foster(g, weights, 0.4) for g in (one, other)]
    whole = alkire_foster(np.vstack([one, other]), weights, 0.4)
    sizes = np.array([len(one), len(other)]) / (len(one) + len(other))
    assert whole.m0 == pytest.approx(sizes @ [p.m0 for p in parts])
    assert whole.headcount == pytest.approx(sizes @ [p.headcount for p in parts])


@pytest.mark.parametrize(
    ("deprivations", "weights", "cutoff", "sizes", "words"),
    [
        ([[0, 2]], [1, 1], 0.5, None, "0 or 1"),
        ([[0, np.nan]], [1, 1], 0.5, None, "0 or 1"),
        ([[0, 1]], [1, 1, 1], 0.5, None, "one weight each"),
        ([], [1], 0.5, None, "households by dimensions"),
        ([[0, 1]], [1, -1], 0.5, None, "weights must be"),
        ([[0, 1]], [0, 0], 0.5, None, "weights must be"),
        ([[0, 1]], [1, 1], 0, None, "cutoff"),
        ([[0, 1]], [1, 1], 1.1, None, "cutoff"),
        ([[0, 1]], [1, 1], 0.5, [1, 2], "as many household_sizes"),
        ([[0, 1]], [1, 1], 0.5, [-1], "household_sizes must be"),
    ],
)
def test_what_cannot_be_measured_is_refused(deprivations, weights, cutoff, sizes, words) -> None:
    with pytest.raises(ValueError, match=words):
        alkire_foster(deprivations, weights, cutoff, sizes)
