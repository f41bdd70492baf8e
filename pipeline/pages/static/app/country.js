/* The country page: the list, the map, two tables, weights to try, search. What is tried is never official; the page
   says so. */
"use strict";

const Country = (() => {
  const { local, element, formatted } = Page;
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

  /* ---- a district in full -------------------------------------------------------------------------------------- */

  /* How many are poor; a small number is not shown. */
  function poor(i) {
    const count = districts.poor_persons[i];
    const least = figures.smallest_count;
    if (count === null) return formatted(null);
    if (count > 0 && count < least) return local([`<${least} คน`, `<${least} persons`]);
    const rate = formatted(districts.rate_pct[i], 1);
    return local([`${formatted(count, 0)} คน (${rate}%)`, `${formatted(count, 0)} persons (${rate}%)`]);
  }

  function link(code, words, anchor) {
    const made = element("a", words);
    made.href = `${code}.html${anchor ? `#d${anchor}` : ""}`;
    return made;
  }

  /* What is known of a district as pairs of name and value. */
  function facts(i) {
    const found = [];
    const add = (name, value) => found.push([local(name), value]);
    const score = now.districts.score[i];
    const rank = now.districts.rank[i];
    const rankWords = rank === null ? "" : local([` อันดับ ${rank}`, `, rank ${rank}`]);
    add(["สถานะ", "status"], local(words.status[now.districts.status[i]]));
    if (score !== null) add(["คะแนน", "score"], `${formatted(score, 1)}${rankWords}`);
    criteria.forEach(({ name, short, digits }) => add(short, formatted(districts[name][i], digits)));
    if (districts.poor_persons[i] !== null) {
      const hot = districts.hot_spot[i] ? local([" · จุดร้อน", " · hot spot"]) : "";
      const suspect = districts.suspect[i] ? local([" · น่าสงสัย", " · suspect"]) : "";
      add(districts.at_least[i] ? ["คนจนอย่างน้อย", "poor, at least"] : ["คนจน", "poor"], poor(i) + hot + suspect);
    }
    if (districts.figures_from[i] !== null) {
      add(["ตัวเลขจาก", "figures from"], local(words.figures_from[districts.figures_from[i]]));
    }
    const minutes = districts.nearest_minutes[i];
    const institution = local(figures.institutions[districts.nearest[i]]);
    const travel = local([`ราว ${minutes} นาที`, `about ${minutes} minutes`]);
    add(["มหาวิทยาลัยใกล้สุด", "nearest university"], `${institution} ${travel}`);
    const surveyed = districts.surveyed_pct[i];
    if (surveyed !== null) {
      add(["สำรวจแล้ว", "surveyed"], local([`${surveyed}% ของทะเบียนราษฎร`, `${surveyed}% of registered persons`]));
    }
    return found;
  }

  function card(i) {
    const body = byId("card-body");
    const list = element("dl");
    facts(i).forEach(([name, value]) => list.append(element("dt", name), element("dd", value)));
    const p = provinceOf(i);
    const where = element("p", undefined, "where");
    where.append(link(provinces.code[p], local(provinces.name[p]), districts.code[i]));
    body.replaceChildren(element("h3", local(districts.name[i])), where, list);
    // The sentences are those of the official weights: they are left out while others are tried.
    const kinds = trying ? [] : ["reason", "certainty", "outlook", "comparison"];
    if (sentences) kinds.forEach((kind) => body.append(element("p", local(sentences[kind].map((of) => of[i])))));
    byId("card").hidden = false;
  }

  function choose(i, fly) {
    chosen = i;
    card(i);
    if (map) {
      map.pick(i);
      if (fly) map.show([i], 2);
    }
    writeAddress();
  }

  /* ---- the list while other weights are tried ------------------------------------------------------------------ */

  function meter(value, most, words) {
    const made = element("meter");
    made.min = 0;
    made.max = most;
    made.value = value;
    made.setAttribute("aria-label", words);
    return made;
  }

  function districtItem(i) {
    const item = element("li");
    const button = Tables.placeButton(undefined, () => choose(i, true));
    const points = local(["คะแนน อันดับ", "points, rank"]);
    const score = `${formatted(now.districts.score[i], 1)} ${points} ${now.districts.rank[i]}`;
    button.append(element("span", local(districts.name[i]), "name"), " ", element("span", score, "score"));
    item.append(button);
    if (sentences) item.append(element("p", local(sentences.reason.map((of) => of[i])), "reason"));
    return item;
  }

  function provinceSummary(p) {
    const summary = element("summary");
    const officialRank = official.provinces.rank[p];
    const entered = !official.provinces.listed.includes(p);
    const who = element("span", undefined, "who");
    const name = element("span", local(provinces.name[p]), "name");
    name.append(" ", element("span", local(figures.regions[provinces.region[p]]), "region"));
    const pilots = now.provinces.pilots[p].map((i) => local(districts.name[i])).join(" · ");
    const before = local([`อันดับทางการ ${officialRank}`, `official rank ${officialRank}`]);
    who.append(name, element("span", pilots, "pilots"), element("span", before, entered ? "flag" : "range"));
    const value = element("span", undefined, "value");
    const points = formatted(now.provinces.value[p], 1);
    const label = `${local(["ค่าของจังหวัด", "value of the province"])} ${points}`;
    value.append(element("span", points, "number"), meter(now.provinces.value[p], 100, label));
    summary.append(element("span", String(now.provinces.rank[p]), "rank"), who, value);
    return summary;
  }

  function provinceItem(p) {
    const item = element("li");
    const details = element("details");
    details.append(provinceSummary(p));
    // Filled when it is opened: a moving slider must not wait for text that is not visible.
    details.addEventListener("toggle", () => {
      if (!details.open || details.children.length > 1) return;
      const list = element("ol", undefined, "districts");
      list.append(...now.provinces.pilots[p].map(districtItem));
      const more = element("p", undefined, "certainty");
      more.append(link(provinces.code[p], local(["รายละเอียดของจังหวัด", "The province in full"])));
      details.append(more, list);
    });
    item.append(details);
    return item;
  }

  function list() {
    const left = official.provinces.listed.filter((p) => !now.provinces.listed.includes(p));
    byId("tried").replaceChildren(...now.provinces.listed.map(provinceItem));
    if (left.length) {
      const names = left.map((p) => `${local(provinces.name[p])} (${now.provinces.rank[p]})`).join(" · ");
      byId("tried").append(element("li", `${local(["หลุดจากรายชื่อ", "Off the list"])}: ${names}`, "left"));
    }
    byId("official").hidden = trying;
    byId("tried").hidden = !trying;
    every(".official-only", (part) => { part.hidden = trying; });
    byId("what-if").hidden = !trying;
  }

  /* ---- the tables ---------------------------------------------------------------------------------------------- */

  const columnsOf = CountryTables({
    figures, provinceOf, link, poor, choose,
    now: () => now,
    trying: () => trying,
  });

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
    if (!byId("card").hidden && chosen !== null) card(chosen);
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

  /* ---- search -------------------------------------------------------------------------------------------------- */

  const find = Search.index([
    ...all.provinces.map((p) => ({ code: provinces.code[p], names: provinces.name[p], province: p })),
    ...all.districts.map((i) => (
      { code: districts.code[i], names: districts.name[i], within: provinces.name[provinceOf(i)], district: i }
    )),
  ]);

  function showProvince(p) {
    if (map) map.show(all.districts.filter((i) => provinceOf(i) === p), 0.3);
  }

  function hitItem(hit) {
    const item = element("li");
    const button = element("button");
    button.type = "button";
    const isProvince = hit.province !== undefined;
    const where = isProvince ? local(["จังหวัด", "province"]) : local(hit.within);
    button.append(element("strong", local(hit.names)), " ", element("span", where, "where"));
    button.addEventListener("click", () => {
      byId("found").hidden = true;
      if (isProvince) showProvince(hit.province);
      else choose(hit.district, true);
    });
    item.append(button);
    if (isProvince) item.append(link(hit.code, local(["เปิดหน้าจังหวัด", "open its page"])));
    return item;
  }

  function search() {
    const query = byId("query").value.trim();
    const hits = query ? find(byId("query").value, 8) : [];
    byId("found").replaceChildren(...hits.map(hitItem));
    byId("found").hidden = !query;
    if (query && !hits.length) byId("found").append(element("li", local(["ไม่พบชื่อนี้", "No such name"])));
    byId("found-count").textContent = query ? local([`พบ ${hits.length} แห่ง`, `${hits.length} found`]) : "";
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

  function listenToSearch() {
    byId("find").addEventListener("submit", (event) => {
      event.preventDefault();
      const first = byId("found").querySelector("button");
      if (first) first.click();
    });
    byId("query").addEventListener("input", search);
    byId("find").addEventListener("keydown", (event) => { if (event.key === "Escape") byId("found").hidden = true; });
    document.addEventListener("click", (event) => {
      if (!byId("find").contains(event.target)) byId("found").hidden = true;
    });
  }

  function listen() {
    listenToSliders();
    listenToSearch();
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
      if (!byId("card").hidden && chosen !== null) card(chosen);
      search();
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
    if (chosen !== null) card(chosen);
    Page.mark("complete");
  }

  listen();
  writeShares();
  draw();
  return { figures };
})();
