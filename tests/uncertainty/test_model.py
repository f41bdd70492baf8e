"""A draw's scores against the same computed by the criteria, by scipy, esda, and by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from pipeline import scoring, shortlist
from pipeline.criteria import poverty, university
from pipeline.policy import Policy
from pipeline.uncertainty.arrays import PLACES, Country
from pipeline.uncertainty.choices import SOURCES, Choices
from pipeline.uncertainty.model import Model
from pipeline.uncertainty.ranges import ranks_by_draw
from pipeline.workspace import Tables
from tests.uncertainty.conftest import nothing_moves


def test_where_nothing_moves_scores_ranks_and_provinces_are_the_published_ones(
    real: Country, choices: Choices, tables: Tables
) -> None:
    model = Model(real)
    scores = model.scores(choices.draw(nothing_moves()))
    published = tables("district_scores").set_index("district_code").loc[list(real.codes)]
    eligible = (published["status"] == "eligible").to_numpy()
    assert np.isfinite(scores[:, 0]).tolist() == eligible.tolist()
    assert scores[eligible, 0] == pytest.approx(published["score"].to_numpy()[eligible], rel=1e-12)
    assert ranks_by_draw(scores.T)[0, eligible].tolist() == published["rank"][eligible].tolist()
    values = model.provinces(scores)[0][:, 0]
    assert values == pytest.approx(tables("provincial_shortlist")["value"].to_numpy(), rel=1e-12)


def test_one_draw_again_by_the_functions_of_the_criteria(real: Country, choices: Choices) -> None:
    """Everything moves at once; each step again by the plain function, one district or one draw at a time."""
    u = np.random.default_rng(5).random((len(SOURCES), 3))
    draw, model, rules = choices.draw(u), Model(real), real.policy
    scores = model.scores(draw)
    for j in range(3):
        rate = np.minimum(real.rate * draw.noise[:, j] + draw.overlap[j] * real.slack, 1)
        z = poverty.gi_star(rate, real.neighbours)
        parts = np.column_stack(
            [
                scoring.goalpost(rate, 0, draw.rate_goalpost[j]),
                scoring.goalpost(rate * real.count, 0, draw.count_goalpost[j]),
                scoring.goalpost(z, 0, rules.poverty.cluster_goalpost_z),
            ]
        )
        c1 = parts @ [rules.poverty.parts.rate, rules.poverty.parts.count, rules.poverty.parts.cluster]
        national = real.national * (rate @ real.units) / (real.rate @ real.units)
        concentrated = (rate > national) | poverty.hot_spots(z, rules.poverty.hot_spot_q)
        minutes = np.full((len(rate), len(real.capability)), np.nan)
        at = draw.place[real.pairs.campus, j]
        minutes[real.pairs.district, real.pairs.campus] = real.pairs.minutes[np.arange(len(at)), at]
        reach = university.reach(minutes, draw.capability[:, j], draw.sigma[j], rules.university.limit_minutes)
        ablest = pd.Series(draw.capability[:, j]).groupby(real.campus_province).max()
        mandate = rules.university.province_mandate * pd.Series(real.province).map(ablest).fillna(0).to_numpy()
        c2 = 1 - (1 - reach) * (1 - mandate)
        low, high = rules.uncertainty.unknown_quality
        quality = low + (high - low) * draw.quality[real.province, j]
        c3 = np.fmax(real.measured, real.unmeasured * quality)
        criteria = np.maximum(np.column_stack([c1, c2, c3]), rules.score.floor)
        expected = 100 * scoring.power_mean(criteria, draw.weights[:, j], draw.rho[j])
        has = concentrated & real.may
        assert np.isfinite(scores[:, j]).tolist() == has.tolist()
        assert scores[has, j] == pytest.approx(expected[has], rel=1e-9)


def test_gi_star_and_local_p_are_those_of_esda(real: Country, choices: Choices) -> None:
    from esda.getisord import G_Local

    rows, columns = real.neighbours.nonzero()
    graph = Graph.from_arrays(rows, columns, np.ones(len(rows)))
    draw = choices.draw(np.random.default_rng(2).random((len(SOURCES), 2)))
    rate = np.minimum(real.rate[:, None] * draw.noise + draw.overlap * real.slack[:, None], 1)
    z = Model(real)._gi_star(rate)
    for j in range(2):
        theirs = G_Local(rate[:, j], graph, transform="B", permutations=0, star=None)
        assert z[:, j] == pytest.approx(theirs.Zs, abs=1e-9)
        assert stats.norm.sf(np.abs(z[:, j])) == pytest.approx(theirs.p_norm, abs=1e-9)


def test_hot_spots_without_sorting_are_benjamini_hochberg_by_scipy(real: Country) -> None:
    """At several densities of high z, with ties and with none."""
    chance = np.random.default_rng(3)
    z = np.column_stack([chance.normal(shift, spread, len(real.rate)) for shift in (0, 0.5, 3) for spread in (1, 2)])
    z = np.column_stack([z, z.round(1), np.zeros(len(z)), np.full(len(z), 4.0)])
    found = Model(real)._hot_spots(z)
    for j in range(z.shape[1]):
        adjusted = stats.false_discovery_control(2 * stats.norm.sf(np.abs(z[:, j])), method="bh")
        assert found[:, j].tolist() == ((z[:, j] > 0) & (adjusted <= real.policy.poverty.hot_spot_q)).tolist()


def test_provinces_take_their_best_districts(real: Country) -> None:
    scores = np.random.default_rng(4).random((len(real.rate), 5)) * 100
    scores[np.random.default_rng(5).random(scores.shape) < 0.5] = np.nan
    values, last = Model(real).provinces(scores)
    for p in range(len(real.provinces)):
        for j in range(5):
            own = np.sort(np.nan_to_num(scores[real.province == p, j]))[::-1][:3]
            assert values[p, j] == pytest.approx(own.sum() / 3)
            assert last[p, j] == pytest.approx(own[2] if len(own) > 2 else 0)


def test_draws_have_the_distributions_of_the_policy(real: Country, choices: Choices) -> None:
    draw = choices.draw(choices.uniforms())
    assert draw.noise.mean() == pytest.approx(1, abs=0.005)
    spread = real.error / real.rate
    assert draw.noise.std(axis=1) == pytest.approx(spread, rel=0.25)
    assert (draw.noise >= 0).all()
    assert sorted(set(draw.rho)) == [-1, 0, 1]
    assert np.bincount(draw.rho.astype(int) + 1) / 400 == pytest.approx([1 / 3] * 3, abs=0.08)
    for values, low, high in ((draw.overlap, 0, 1), (draw.sigma, 25, 60), (draw.quality, 0, 1)):
        assert values.min() >= low
        assert values.max() <= high
        assert np.mean(values) == pytest.approx((low + high) / 2, rel=0.1)
    kinds = np.abs(draw.capability - real.capability[:, None])
    assert kinds.max() <= 0.2 + 1e-6
    assert (draw.place[real.place_known] == PLACES).all()
    assert set(np.unique(draw.place[~real.place_known])) <= set(range(PLACES))


def test_sources_are_drawn_independently_of_each_other(choices: Choices) -> None:
    draw = choices.draw(choices.uniforms())
    columns = [
        draw.overlap,
        draw.weights[0],
        draw.rho,
        draw.sigma,
        draw.rate_goalpost,
        draw.noise[7],
        draw.capability[3],
        draw.quality[5],
    ]
    apart = np.corrcoef(columns) - np.eye(len(columns))
    apart[0, 4] = apart[4, 0] = 0  # goalposts follow the overlap by design
    assert np.abs(apart).max() < 0.2


def test_goalposts_follow_percentile_and_overlap(real: Country, choices: Choices) -> None:
    """Against numpy's percentiles of the rates of that overlap."""
    u = nothing_moves(3)
    u[SOURCES.index("overlap")] = [0, 0.5, 1]
    u[SOURCES.index("goalposts")] = [0.625, 0, 1]  # P97.5, P95, P99
    draw = choices.draw(u)
    base = np.percentile(real.rate, 97.5)
    assert draw.rate_goalpost[0] == pytest.approx(0.2101)
    for j, (overlap, percentile) in enumerate([(0, 97.5), (0.5, 95), (1, 99)]):
        expected = 0.2101 * np.percentile(real.rate + overlap * real.slack, percentile) / base
        assert draw.rate_goalpost[j] == pytest.approx(expected, rel=1e-3)


def test_a_missing_data_system_leaves_its_weight_or_lies_anywhere(real: Country, choices: Choices) -> None:
    bare = replace(real, measured=np.full_like(real.measured, np.nan), unmeasured=np.full_like(real.measured, np.nan))
    model, i = Model(bare), int(np.flatnonzero(real.may)[0])
    unmoved = choices.draw(nothing_moves())
    every = np.arange(len(real.rate))
    criteria = np.stack(
        [model.poverty(unmoved)[0], model.university(unmoved, every), model.data_system(unmoved, every)]
    )
    scores, c = model._mean(criteria, unmoved), criteria[:2, i, 0]
    assert scores[i, 0] == pytest.approx(100 * scoring.power_mean([c], [2 / 3, 1 / 3], 0)[0])
    u = nothing_moves(1)
    u[SOURCES.index("system_quality")] = 0.3
    draw = choices.draw(u)
    assert model.data_system(draw, every)[i, 0] == pytest.approx(draw.quality[real.province[i], 0])


def test_the_best_system_may_change_with_unmeasured_quality(real: Country, choices: Choices) -> None:
    """Measured 0.3 against 0.5 times a quality between 0.5 and 1."""
    n = len(real.rate)
    two = replace(real, measured=np.full(n, 0.3), unmeasured=np.full(n, 0.5))
    u = nothing_moves(2)
    draw = replace(choices.draw(u), quality=np.array([[0.0, 1.0]] * len(real.provinces)))
    assert Model(two).data_system(draw, np.array([0]))[0].tolist() == pytest.approx([0.3, 0.5])


def test_posterior_of_household_rows_is_gamma() -> None:
    """Y of H households, prior worth β: mean r̃, variance (Y + α)/(H + β)² = r̃/(H + β)."""
    known = poverty.Figures(
        rate=np.array([0.1, 0.3]),
        rate_max=np.array([0.1, 0.3]),
        units=np.array([100.0, 100.0]),
        persons_per_rate=np.array([300.0, 300.0]),
        observed=np.array([100.0, np.nan]),
        by_household=False,
    )
    smooth = poverty.smoothed_rate([10, 30], [100, 100])  # 0.12 and 0.28, β = 25
    error = poverty.smoothed_error(known, smooth, np.array([0.5, 0.06]))
    assert error == pytest.approx([stats.gamma(15, scale=1 / 125).std(), 0.06])


def test_the_shortlist_of_the_unmoved_draw_is_the_shortlist(
    real: Country, choices: Choices, tables: Tables, policy: Policy
) -> None:
    values = Model(real).provinces(Model(real).scores(choices.draw(nothing_moves())))[0][:, 0]
    first = set(real.provinces[np.argsort(-values)[:8]])
    listed = shortlist.provinces(tables("district_scores"), tables("regions"), policy)
    assert first == set(listed.loc[listed["shortlisted"], "province_code"])
