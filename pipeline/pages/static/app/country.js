/* The country page as a whole: what its parts show, the weights that are tried, the address bar. What is tried is never
   official; the page shows that. Card, list, search and tables have files of their own (country_*.js). */
"use strict";

const Country = (() => {
  const { local, formatted } = Page;
  const figures = Page.readJson("figures");
  const { districts, provinces, rules, criteria, words } = figures;
  const official = Ranking.rank(figures, rules.weights);
  const provinceAt = new Map(provinces.code.map((code, p) => [code, p]));
  const districtAt = new Map(districts.code.map((code, i) => [code, i]));
  const provinceOf = (i) => provinceAt.get(districts.code[i].slice(0, 2));
  const all = { districts: districts.code.map((_, i) => i), provinces: provinces.code.map((_, p) => p) };
  const byId = (id) => document.getElementById(id);
  const every = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const sliders = [...document.querySelectorAll("input[data-weight]")];
  let now = official;
  let trying = false;
  let map = null;
  let chosen = null;
  let sentences = null;
  let view = "list";
  const tables = {};

  /* Puts every slider on its official weight, and returns their positions: a slider has whole points only, official
     weights need not. */
  function setOfficial() {
    return sliders.map((slider) => {
      slider.value = String(100 * rules.weights[slider.dataset.weight]);
      return slider.value;
    });
  }
  const officialPositions = setOfficial();

  const context = { figures, provinceOf, now: () => now, trying: () => trying, sentences: () => sentences };
  const card = CountryCard(context);
  const tried = CountryTried({ ...context, official, link: card.link, choose });
  const searching = CountrySearch({ ...context, all, link: card.link, choose, showProvince });

  /* ---- the chosen place and the list --------------------------------------------------------------------------- */

  function showProvince(p) {
    if (map) map.show(all.districts.filter((i) => provinceOf(i) === p), 0.3);
  }

  function choose(i, fly) {
    chosen = i;
    card.show(i);
    if (map) {
      map.pick(i);
      if (fly) map.show([i], 2);
    }
    writeAddress();
  }

  function list() {
    tried.draw(byId("tried"));
    byId("official").hidden = trying;
    byId("tried").hidden = !trying;
    every(".official-only", (part) => { part.hidden = trying; });
    byId("what-if").hidden = !trying;
  }

  /* ---- the tables ---------------------------------------------------------------------------------------------- */

  const columnsOf = CountryTables({ ...context, link: card.link, poor: card.poor, choose });

  /* Draws a table again, sorted as it was. */
  function table(name) {
    const sorted = tables[name] ? tables[name].sorted() : undefined;
    const rows = () => [...all[name]];
    tables[name] = Tables.make(
      byId(`view-${name}`), () => columnsOf.caption(name), columnsOf.columns(name), rows, sorted,
    );
  }

  function downloadTable(name) {
    if (view !== name) table(name);
    const used = trying ? weights() : rules.weights;
    const shares = criteria.map((criterion) => (100 * used[criterion.name]).toFixed(1)).join("-");
    const head = `${local(columnsOf.caption(name))} · ${local(["น้ำหนัก", "weights"])} ${shares}`;
    const last = Tables.quoted(`${head} · ${document.querySelector(".ids").innerText}`);
    const file = `${name}${trying ? "_what_if" : ""}.csv`;
    Page.download(file, "text/csv;charset=utf-8", `${tables[name].csv()}${last}\r\n`);
  }

  function showView(name) {
    view = name;
    every("button[data-view]", (button) => button.setAttribute("aria-pressed", String(button.dataset.view === name)));
    ["list", ...Object.keys(all)].forEach((other) => { byId(`view-${other}`).hidden = other !== name; });
    byId("open-all").hidden = name !== "list";
    if (name !== "list") table(name);
    writeAddress();
  }

  /* ---- weights ------------------------------------------------------------------------------------------------- */

  /* The share of each slider in the sum of all; equal shares if all are at 0. */
  function weights() {
    const points = sliders.map((slider) => [slider.dataset.weight, Number(slider.value)]);
    const sum = points.reduce((total, [, value]) => total + value, 0);
    return Object.fromEntries(points.map(([name, value]) => [name, sum ? value / sum : 1 / points.length]));
  }

  function writeShares() {
    const used = trying ? weights() : rules.weights;
    sliders.forEach((slider) => {
      const words = `${(100 * used[slider.dataset.weight]).toFixed(0)}%`;
      slider.nextElementSibling.textContent = words;
      slider.setAttribute("aria-valuetext", words);
    });
  }

  /* The ranking for the weights of the sliders, everywhere on the page; while a slider is moving, not in the table of
     all districts, which follows when it rests. */
  function apply(moving) {
    const used = weights();
    const moved = sliders.some((slider, k) => slider.value !== officialPositions[k]);
    trying = moved && criteria.some(({ name }) => Math.abs(used[name] - rules.weights[name]) > 1e-9);
    now = trying ? Ranking.rank(figures, used) : official;
    writeShares();
    list();
    if (view === "provinces" || (view === "districts" && !moving)) table(view);
    if (!byId("card").hidden && chosen !== null) card.show(chosen);
    if (map) map.restyle();
  }

  function reset() {
    setOfficial();
    apply();
    writeAddress();
  }

  /* ---- the address bar ----------------------------------------------------------------------------------------- */

  function writeAddress() {
    const state = new URLSearchParams();
    if (trying) state.set("weights", sliders.map((slider) => slider.value).join("-"));
    if (map && map.shown() !== figures.score.name) state.set("map", map.shown());
    if (view !== "list") state.set("view", view);
    if (chosen !== null) state.set("district", districts.code[chosen]);
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : `${location.pathname}${location.search}`);
  }

  function readAddress() {
    const state = new URLSearchParams(location.hash.slice(1));
    const points = (state.get("weights") || "").split("-").map(Number);
    if (points.length === sliders.length && points.every((v) => v >= 0 && v <= 100)) {
      sliders.forEach((slider, k) => { slider.value = String(points[k]); });
      byId("weights").open = true;
      apply();
    } else if (trying) {
      setOfficial();
      apply();
    }
    if (Object.hasOwn(all, state.get("view"))) showView(state.get("view"));
    if (map && Object.hasOwn(figures.classes, state.get("map"))) map.showLayer(state.get("map"));
    if (districtAt.has(state.get("district"))) choose(districtAt.get(state.get("district")), true);
  }

  /* ---- all together -------------------------------------------------------------------------------------------- */

  function listenToSliders() {
    // At most one ranking per frame, however fast a slider moves.
    let waiting = false;
    sliders.forEach((slider) => {
      slider.addEventListener("input", () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => { waiting = false; apply(true); });
      });
      slider.addEventListener("change", () => { apply(); writeAddress(); });
    });
    byId("reset").addEventListener("click", reset);
  }

  function listen() {
    listenToSliders();
    searching.listen();
    every("button[data-view]", (button) => button.addEventListener("click", () => showView(button.dataset.view)));
    every("button[data-csv]", (button) => button.addEventListener("click", () => downloadTable(button.dataset.csv)));
    every("#official button.district", (button) => {
      button.addEventListener("click", () => choose(districtAt.get(button.dataset.district), true));
    });
    every("#official details", (details) => details.querySelector("summary").addEventListener("click", () => {
      if (!details.open) showProvince(provinceAt.get(details.dataset.province));
    }));
    byId("close-card").addEventListener("click", () => {
      byId("card").hidden = true;
      chosen = null;
      if (map) map.pick(null);
      writeAddress();
    });
    byId("open-all").addEventListener("click", (event) => {
      const button = event.currentTarget;
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      every(".provinces details", (details) => { details.open = open; });
    });
    window.addEventListener("beforeprint", () => every(".provinces details", (details) => {
      details.open = true;
      details.dispatchEvent(new Event("toggle")); // the browser's own comes too late for the paper
    }));
    Page.onLanguage(() => {
      if (trying) list();
      if (view !== "list") table(view);
      if (!byId("card").hidden && chosen !== null) card.show(chosen);
      searching.search();
    });
    window.addEventListener("hashchange", readAddress);
  }

  const valueOf = (layer, i) => (layer === figures.score ? now.districts.score[i] : districts[layer.name][i]);
  const eligible = (i) => now.districts.status[i] === Ranking.STATUS.eligible;

  function hint(i, layer) {
    const value = layer === figures.score && !eligible(i)
      ? local(words.status[now.districts.status[i]])
      : formatted(valueOf(layer, i), layer.digits);
    return `${local(districts.name[i])} · ${local(provinces.name[provinceOf(i)])} · ${value}`;
  }

  function campusName([, , institution, exact]) {
    const place = exact ? "" : local([" (ทราบเพียงอำเภอ)", " (only the district is known)"]);
    return local(figures.institutions[institution]) + place;
  }

  async function draw() {
    map = PlaceMap.make(Page.map(), await Page.unpackedJson("topology"), figures, {
      code: (i) => districts.code[i],
      value: valueOf,
      eligible,
      marked: (i) => now.pilots.has(i),
      elsewhere: () => false,
      hint,
    }, (i) => choose(i, false), figures.campuses.map((campus) => [campus[0], campus[1], () => campusName(campus)]));
    every("input[name=layer]", (input) => input.addEventListener("change", writeAddress));
    readAddress();
    Page.mark("ready");
    sentences = await Page.unpackedJson("sentences");
    if (chosen !== null) card.show(chosen);
    Page.mark("complete");
  }

  listen();
  writeShares();
  draw();
  return { figures };
})();
