/* The score and the ranking in the browser, for weights to try: the same rules as pipeline/scoring.py and
   pipeline/shortlist/ranking.py, which a test holds side by side. */
"use strict";

const Ranking = (() => {
  const CRITERIA = ["poverty", "university", "data_system"];
  const STATUS = { eligible: 0, below_gate: 1, data_needed: 2, excluded: 3 };

  /* Weighted power mean of values above 0: (Σ w x^ρ)^(1/ρ), and Π x^w at ρ = 0. */
  function powerMean(values, weights, rho) {
    const sum = weights.reduce((a, b) => a + b, 0);
    const w = weights.map((weight) => weight / sum);
    const logs = values.map(Math.log);
    if (Math.abs(rho) < 1e-9) return Math.exp(w.reduce((total, weight, k) => (weight > 0 ? total + weight * logs[k] : total), 0));
    const used = logs.filter((_, k) => w[k] > 0);
    const scale = rho > 0 ? Math.max(...used) : Math.min(...used);
    const summed = w.reduce((total, weight, k) => (weight > 0 ? total + weight * Math.exp(rho * (logs[k] - scale)) : total), 0);
    return Math.exp(scale) * summed ** (1 / rho);
  }

  /* Ranks of the numbered places by their points: 1 is best, equals share a rank; others have none. */
  function ranks(points, numbers) {
    const order = [...numbers].sort((a, b) => points[b] - points[a]);
    const found = points.map(() => null);
    order.forEach((i, at) => { found[i] = at && points[order[at - 1]] === points[i] ? found[order[at - 1]] : at + 1; });
    return found;
  }

  /* Everything that follows from weights: status, score, rank of districts; value, rank, pilots, list of provinces. */
  function rank({ rules, districts, provinces }, weights) {
    const n = districts.code.length;
    const status = new Array(n).fill(STATUS.eligible);
    const score = new Array(n).fill(null);
    for (let i = 0; i < n; i += 1) {
      const values = [];
      const known = [];
      CRITERIA.forEach((name) => {
        const value = districts[name][i];
        if (value === null) return;
        values.push(Math.max(value, rules.floor));
        known.push(weights[name]);
      });
      const carried = known.reduce((a, b) => a + b, 0);
      if (carried < rules.known_weight_needed - 1e-12 || districts.concentrated[i] === null) status[i] = STATUS.data_needed;
      else if (!districts.concentrated[i]) status[i] = STATUS.below_gate;
      if (districts.rejected[i]) status[i] = STATUS.excluded;
      if (status[i] !== STATUS.data_needed && carried > 0) score[i] = 100 * powerMean(values, known, rules.rho);
    }
    const eligible = score.map((_, i) => i).filter((i) => status[i] === STATUS.eligible);
    const rankOf = ranks(score, eligible);
    const at = new Map(provinces.code.map((code, p) => [code, p]));
    const best = provinces.code.map(() => []);
    eligible.forEach((i) => best[at.get(districts.code[i].slice(0, 2))].push(i));
    best.forEach((of) => of.sort((a, b) => score[b] - score[a] || (districts.code[a] < districts.code[b] ? -1 : 1)).splice(rules.pilot_districts));
    const value = best.map((of) => of.reduce((sum, i) => sum + score[i], 0) / rules.pilot_districts);
    const all = value.map((_, p) => p);
    const provinceRank = ranks(value, all);
    const order = [...all].sort((a, b) => provinceRank[a] - provinceRank[b] || (provinces.code[a] < provinces.code[b] ? -1 : 1));
    const listed = order.filter((p) => value[p] > 0).slice(0, rules.shortlist);
    return {
      districts: { status, score, rank: rankOf },
      provinces: { value, rank: provinceRank, pilots: best, order, listed },
      pilots: new Set(listed.flatMap((p) => best[p])),
    };
  }

  return { rank, powerMean, CRITERIA, STATUS };
})();
