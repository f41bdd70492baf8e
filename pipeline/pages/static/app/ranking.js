/* The score and the ranking in the browser, for weights to try: the same rules as pipeline/scoring.py and
   pipeline/shortlist/ranking.py; a test compares the two. */
"use strict";

const Ranking = (() => {
  const STATUS = { eligible: 0, below_gate: 1, data_needed: 2, excluded: 3 };
  const sum = (values) => values.reduce((a, b) => a + b, 0);

  /* Weighted power mean of values above 0: (Σ w x^ρ)^(1/ρ), and Π x^w at ρ = 0. */
  function powerMean(values, weights, rho) {
    const total = sum(weights);
    const w = weights.map((weight) => weight / total);
    const logs = values.map(Math.log);
    const weighted = (term) => w.reduce((found, weight, k) => (weight > 0 ? found + weight * term(logs[k]) : found), 0);
    if (Math.abs(rho) < 1e-9) return Math.exp(weighted((log) => log));
    const used = logs.filter((_, k) => w[k] > 0);
    const scale = rho > 0 ? Math.max(...used) : Math.min(...used);
    return Math.exp(scale) * weighted((log) => Math.exp(rho * (log - scale))) ** (1 / rho);
  }

  /* Ranks of the numbered places by their points: 1 is best, equals share a rank; others have none. */
  function ranks(points, numbers) {
    const order = [...numbers].sort((a, b) => points[b] - points[a]);
    const found = points.map(() => null);
    order.forEach((i, at) => {
      found[i] = at && points[order[at - 1]] === points[i] ? found[order[at - 1]] : at + 1;
    });
    return found;
  }

  /* Status and score of a district. */
  function scored({ rules, criteria, districts }, weights, i) {
    const known = criteria.map(({ name }) => name).filter((name) => districts[name][i] !== null);
    const values = known.map((name) => Math.max(districts[name][i], rules.floor));
    const used = known.map((name) => weights[name]);
    const knownWeight = sum(used);
    let status = STATUS.eligible;
    if (knownWeight < rules.known_weight_needed - 1e-12 || districts.concentrated[i] === null) {
      status = STATUS.data_needed;
    } else if (!districts.concentrated[i]) status = STATUS.below_gate;
    if (districts.rejected[i]) status = STATUS.excluded;
    const hasScore = status !== STATUS.data_needed && knownWeight > 0;
    return { status, score: hasScore ? 100 * powerMean(values, used, rules.rho) : null };
  }

  /* Everything that follows from weights: status, score, rank of districts; value, rank, pilots, list of provinces. */
  function rank(figures, weights) {
    const { rules, districts, provinces } = figures;
    const found = districts.code.map((_, i) => scored(figures, weights, i));
    const status = found.map((of) => of.status);
    const score = found.map((of) => of.score);
    const eligible = score.map((_, i) => i).filter((i) => status[i] === STATUS.eligible);
    const byCode = ({ code }) => (a, b) => (code[a] < code[b] ? -1 : 1);
    const [firstDistrict, firstProvince] = [byCode(districts), byCode(provinces)];
    const at = new Map(provinces.code.map((code, p) => [code, p]));
    const best = provinces.code.map(() => []);
    eligible.forEach((i) => best[at.get(districts.code[i].slice(0, 2))].push(i));
    best.forEach((of) => {
      of.sort((a, b) => score[b] - score[a] || firstDistrict(a, b)).splice(rules.pilot_districts);
    });
    const value = best.map((of) => sum(of.map((i) => score[i])) / rules.pilot_districts);
    const all = value.map((_, p) => p);
    const provinceRank = ranks(value, all);
    const order = [...all].sort((a, b) => provinceRank[a] - provinceRank[b] || firstProvince(a, b));
    const listed = order.filter((p) => value[p] > 0).slice(0, rules.shortlist);
    return {
      districts: { status, score, rank: ranks(score, eligible) },
      provinces: { value, rank: provinceRank, pilots: best, order, listed },
      pilots: new Set(listed.flatMap((p) => best[p])),
    };
  }

  return { rank, powerMean, STATUS };
})();
