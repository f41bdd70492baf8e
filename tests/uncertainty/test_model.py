"""Scores under draws: the published ones where nothing is drawn; each step again by the plain functions."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from pipeline import scoring, shortlist
from pipeline.criteria import FORMULAS, poverty, university
from pipeline.criteria.clusters import Neighbours, bare_gi_star, bare_hot_spots, gi_star, hot_spots, least_z
from pipeline.criteria.draws import Country, Draw, Indices, UnderDraws
from pipeline.criteria.poverty_draws import PovertyUnderDraws
from pipeline.criteria.university_draws import PLACES, UniversityUnderDraws
from pipeline.criterion import NAMES, UNCERTAIN
from pipeline.policy import Policy
from pipeline.stored_tables import Tables
from pipeline.uncertainty.choices import SOURCES, Choices
from pipeline.uncertainty.model import Model
from pipeline.uncertainty.ranges import ranks_by_draw
from tests.uncertainty.conftest import nothing_moves


@pytest.fixture(scope="module")
def poor(model: Model) -> PovertyUnderDraws:
    found = model.criteria["poverty"]
    assert isinstance(found, PovertyUnderDraws)
    return found


@pytest.fixture(scope="module")
def campuses(model: Model) -> UniversityUnderDraws:
    found = model.criteria["university"]
    assert isinstance(found, UniversityUnderDraws)
    return found


def test_without_uncertainty_draws_give_the_published_scores_ranks_and_provinces(
    real: Country, model: Model, choices: Choices, tables: Tables
) -> None:
    scores = model.scores(choices.draw(nothing_moves()))
    published = tables("district_scores").set_index("district_code").loc[list(real.codes)]
    eligible = (published["status"] == "eligible").to_numpy()
    assert np.isfinite(scores[:, 0]).tolist() == eligible.tolist()
    assert scores[eligible, 0] == pytest.approx(published["score"].to_numpy()[eligible], rel=1e-12)
    assert ranks_by_draw(scores.T)[0, eligible].tolist() == published["rank"][eligible].tolist()
    values = model.provinces(scores)[0][:, 0]
    assert values == pytest.approx(tables("provincial_shortlist")["value"].to_numpy(), rel=1e-12)


def test_one_draw_again_by_the_functions_that_validate(
    real: Country, model: Model, choices: Choices, poor: PovertyUnderDraws, campuses: UniversityUnderDraws
) -> None:
    """Everything is drawn at once; each step again by the plain function, one district or one draw at a time."""
    u = np.random.default_rng(5).random((len(SOURCES), 3))
    draw, rules = choices.draw(u), real.policy
    scores = model.scores(draw)
    rate_goalpost, count_goalpost = poor.goalposts(draw)
    stored = tables_of(real)
    for j in range(3):
        rate = np.minimum(poor.rate * draw["sampling"][:, j] + u[SOURCES.index("overlap"), j] * poor.slack, 1)
        z = gi_star(rate, real.neighbours)
        parts = np.column_stack(
            [
                scoring.goalpost(rate, 0, rate_goalpost[j]),
                scoring.goalpost(rate * poor.persons_per_rate, 0, count_goalpost[j]),
                scoring.goalpost(z, 0, rules.poverty.cluster_goalpost_z),
            ]
        )
        c1 = parts @ [rules.poverty.parts.rate, rules.poverty.parts.count, rules.poverty.parts.cluster]
        published = real.column("national_rate_pct")[0] / 100
        national = published * (rate @ poor.units) / (poor.rate @ poor.units)
        concentrated = (rate > national) | hot_spots(z, rules.poverty.hot_spot_q)
        pairs, able = campuses.pairs, draw["campus_capability"][:, j]
        minutes = np.full((len(rate), len(able)), np.nan)
        at = draw["campus_place"][pairs.campus, j].astype(int)
        minutes[pairs.district, pairs.campus] = pairs.minutes[np.arange(len(at)), at]
        low, high = rules.uncertainty.sigma_minutes
        sigma = low + (high - low) * u[SOURCES.index("decay"), j]
        reach = university.reach(minutes, able, sigma, rules.university.limit_minutes)
        ablest = pd.Series(able).groupby(campuses.campus_province).max()
        mandate = rules.university.province_mandate * pd.Series(real.province).map(ablest).fillna(0).to_numpy()
        c2 = 1 - (1 - reach) * (1 - mandate)
        low, high = rules.uncertainty.unknown_quality
        quality = low + (high - low) * draw["system_quality"][real.province, j]
        c3 = np.fmax(stored["measured"], stored["unmeasured"] * quality)
        criteria = np.maximum(np.column_stack([c1, c2, c3]), rules.score.floor)
        expected = 100 * scoring.power_mean(criteria, draw.weights[:, j], draw.rho[j])
        has = concentrated & real.may_be_pilot
        assert np.isfinite(scores[:, j]).tolist() == has.tolist()
        assert scores[has, j] == pytest.approx(expected[has], rel=1e-9)


def tables_of(country: Country) -> dict[str, np.ndarray]:
    return {kind: country.column(f"data_system_{kind}") for kind in ("measured", "unmeasured")}


def test_gi_star_and_local_p_are_those_of_esda(real: Country, choices: Choices, poor: PovertyUnderDraws) -> None:
    from esda.getisord import G_Local

    rows, columns = real.neighbours.nonzero()
    graph = Graph.from_arrays(rows, columns, np.ones(len(rows)))
    rate = poor.rates(choices.draw(np.random.default_rng(2).random((len(SOURCES), 2))))
    z = bare_gi_star(rate, Neighbours.of(real.neighbours))
    for j in range(2):
        theirs = G_Local(rate[:, j], graph, transform="B", permutations=0, star=None)
        assert z[:, j] == pytest.approx(theirs.Zs, abs=1e-9)
        assert stats.norm.sf(np.abs(z[:, j])) == pytest.approx(theirs.p_norm, abs=1e-9)


def test_hot_spots_of_many_draws_are_benjamini_hochberg_by_scipy(real: Country) -> None:
    """At several densities of high z, with ties and with none."""
    chance, n, q = np.random.default_rng(3), len(real.codes), real.policy.poverty.hot_spot_q
    z = np.column_stack([chance.normal(shift, spread, n) for shift in (0, 0.5, 3) for spread in (1, 2)])
    z = np.column_stack([z, z.round(1), np.zeros(len(z)), np.full(len(z), 4.0)])
    found = bare_hot_spots(z, least_z(n, q))
    for j in range(z.shape[1]):
        adjusted = stats.false_discovery_control(2 * stats.norm.sf(np.abs(z[:, j])), method="bh")
        assert found[:, j].tolist() == ((z[:, j] > 0) & (adjusted <= q)).tolist()


def test_provinces_take_their_best_districts(real: Country, model: Model) -> None:
    scores = np.random.default_rng(4).random((len(real.codes), 5)) * 100
    scores[np.random.default_rng(5).random(scores.shape) < 0.5] = np.nan
    values, last = model.provinces(scores)
    for p in range(len(real.provinces)):
        for j in range(5):
            own = np.sort(np.nan_to_num(scores[real.province == p, j]))[::-1][:3]
            assert values[p, j] == pytest.approx(own.sum() / 3)
            assert last[p, j] == pytest.approx(own[2] if len(own) > 2 else 0)


def test_draws_have_the_distributions_of_the_policy(
    choices: Choices, poor: PovertyUnderDraws, campuses: UniversityUnderDraws
) -> None:
    draw = choices.draw(choices.uniforms())
    noise = draw["sampling"]
    assert noise.mean() == pytest.approx(1, abs=0.005)
    assert noise.std(axis=1) == pytest.approx(poor.error / poor.rate, rel=0.25)
    assert (noise >= 0).all()
    assert sorted(set(draw.rho)) == [-1, 0, 1]
    assert np.bincount(draw.rho.astype(int) + 1) / 400 == pytest.approx([1 / 3] * 3, abs=0.08)
    for values, low, high in (
        (draw.between("overlap", 0, 1, 0), 0, 1),
        (draw.between("decay", 25, 60, 40), 25, 60),
        (draw["system_quality"], 0, 1),
    ):
        assert values.min() >= low
        assert values.max() <= high
        assert np.mean(values) == pytest.approx((low + high) / 2, rel=0.1)
    kinds = np.abs(draw["campus_capability"] - campuses.capability[:, None])
    assert kinds.max() <= 0.2 + 1e-6
    assert (draw["campus_place"][campuses.place_known] == PLACES).all()
    assert set(np.unique(draw["campus_place"][~campuses.place_known])) <= set(range(PLACES))


def test_sources_are_drawn_independently_of_each_other(choices: Choices, poor: PovertyUnderDraws) -> None:
    draw = choices.draw(choices.uniforms())
    columns = [
        draw["overlap"],
        draw.weights[0],
        draw.rho,
        draw["decay"],
        poor.goalposts(draw)[0],
        draw["sampling"][7],
        draw["campus_capability"][3],
        draw["system_quality"][5],
    ]
    correlations = np.corrcoef(columns) - np.eye(len(columns))
    correlations[0, 4] = correlations[4, 0] = 0  # goalposts follow the overlap by design
    assert np.abs(correlations).max() < 0.2


def test_goalposts_follow_percentile_and_overlap(choices: Choices, poor: PovertyUnderDraws) -> None:
    """Against numpy's percentiles of the rates of that overlap."""
    u = nothing_moves(3)
    u[SOURCES.index("overlap")] = [0, 0.5, 1]
    u[SOURCES.index("goalposts")] = [0.625, 0, 1]  # P97.5, P95, P99
    rate_goalpost, _ = poor.goalposts(choices.draw(u))
    base = np.percentile(poor.rate, 97.5)
    assert rate_goalpost[0] == pytest.approx(0.2101)
    for j, (overlap, percentile) in enumerate([(0, 97.5), (0.5, 95), (1, 99)]):
        expected = 0.2101 * np.percentile(poor.rate + overlap * poor.slack, percentile) / base
        assert rate_goalpost[j] == pytest.approx(expected, rel=1e-3)


def with_systems(country: Country, measured: float, unmeasured: float) -> Country:
    columns = {"data_system_measured": measured, "data_system_unmeasured": unmeasured}
    return replace(country, districts=country.districts.assign(**columns))


def test_a_missing_data_system_leaves_its_weight_to_the_others_or_is_drawn(real: Country, choices: Choices) -> None:
    model, i = Model(with_systems(real, np.nan, np.nan)), int(np.flatnonzero(real.may_be_pilot)[0])
    every, undrawn = np.arange(len(real.codes)), choices.draw(nothing_moves())
    criteria = np.stack([criterion.at(undrawn).values(every) for criterion in model.criteria.values()])
    known = criteria[:2, i, 0]
    expected = 100 * scoring.power_mean([known], [2 / 3, 1 / 3], 0)[0]
    assert model.composed(criteria, undrawn)[i, 0] == pytest.approx(expected)
    u = nothing_moves(1)
    u[SOURCES.index("system_quality")] = 0.3
    draw = choices.draw(u)
    value = model.criteria["data_system"].values(draw, every)[i, 0]
    assert value == pytest.approx(draw["system_quality"][real.province[i], 0])


@pytest.mark.parametrize("missing", NAMES)
def test_any_criterion_may_be_missing_in_a_draw(
    real: Country, choices: Choices, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its weight goes to the others; where they carry less than the policy asks for, the district is not eligible."""
    model, draw = Model(real), choices.draw(nothing_moves())
    before = model.scores(draw)[:, 0]
    i = int(np.flatnonzero(np.isfinite(before))[0])
    found = {name: criterion.at(draw) for name, criterion in model.criteria.items()}
    without = found[missing]._replace(values=lambda districts: np.full((len(districts), 1), np.nan))
    monkeypatch.setattr(model.criteria[missing], "at", lambda draw: without)
    others = [name for name in NAMES if name != missing]
    weights = [getattr(real.policy.weights, name) for name in others]
    values = np.array([found[name].values(np.array([i]))[0, 0] for name in others])
    raised = np.maximum(values, real.policy.score.floor)
    after = model.scores(draw)[i, 0]
    if sum(weights) < real.policy.score.known_weight_needed:
        assert np.isnan(after)
    else:
        assert after == pytest.approx(100 * scoring.power_mean([raised], weights, real.policy.score.rho)[0])


def test_the_best_system_may_change_with_unmeasured_quality(real: Country, choices: Choices) -> None:
    """Measured 0.3 against 0.5 times a quality between 0.5 and 1."""
    two = Model(with_systems(real, 0.3, 0.5)).criteria["data_system"]
    drawn = choices.draw(nothing_moves(2))
    drawn = replace(drawn, values={**drawn.values, "system_quality": np.array([[0.0, 1.0]] * len(real.provinces))})
    assert two.values(drawn, np.array([0]))[0].tolist() == pytest.approx([0.3, 0.5])


def test_a_criterion_without_uncertainty_keeps_its_stored_value(real: Country, choices: Choices) -> None:
    drawn = choices.draw(choices.uniforms()[:, :4])
    stored = UnderDraws("university", real).at(drawn)
    districts = np.array([0, 5, 9])
    assert stored.passes is None
    assert stored.values(districts).tolist() == [[value] * 4 for value in real.column("university")[districts]]


def test_a_criterion_with_one_simple_uncertainty_is_a_few_lines(real: Country) -> None:
    class Halved(UnderDraws):
        def values(self, draw: Draw, districts: Indices) -> np.ndarray:
            return super().values(draw, districts) * draw.between("share_left", 0.5, 1.0, 1.0)

    drawn = Draw(np.ones((1, 3)), np.zeros(3), {"share_left": np.array([0.0, 1.0, np.nan])})
    stored = real.column("university")[7]
    assert Halved("university", real).at(drawn).values(np.array([7])).tolist() == [[stored / 2, stored, stored]]


def test_versions_that_are_declared_must_be_made(real: Country, model: Model) -> None:
    without = {**model.criteria, "university": UnderDraws("university", real)}
    with pytest.raises(LookupError, match="no versions of campus_place"):
        Choices(without, real.policy, 1)


def test_every_criterion_has_its_formulas_and_every_source_its_own_stream() -> None:
    assert tuple(FORMULAS) == NAMES
    assert all("policy" not in formulas.inputs and formulas.inputs for formulas in FORMULAS.values())
    assert [uncertain.stream for uncertain in UNCERTAIN] == list(range(len(UNCERTAIN)))


def test_posterior_of_household_rows_is_gamma() -> None:
    """Y of H households, prior worth β: mean r̃, variance (Y + α)/(H + β)² = r̃/(H + β)."""
    known = poverty.PovertyFigures(
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
    real: Country, model: Model, choices: Choices, tables: Tables, policy: Policy
) -> None:
    values = model.provinces(model.scores(choices.draw(nothing_moves())))[0][:, 0]
    first = set(real.provinces[np.argsort(-values)[:8]])
    listed = shortlist.provinces(tables("district_scores"), tables("regions"), policy)
    assert first == set(listed.loc[listed["shortlisted"], "province_code"])
