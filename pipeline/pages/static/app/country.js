/* The country page: the list, the map, two tables, weights to try, search. What is tried is never official, and says so. */
"use strict";

const Country = (() => {
  const { said, read, element, shown } = Page;
  const figures = read("figures");
  const { districts, provinces, rules } = figures;
  const official = Ranking.rank(figures, rules.weights);
  const provinceAt = new Map(provinces.code.map((code, p) => [code, p]));
  const districtAt = new Map(districts.code.map((code, i) => [code, i]));
  const provinceOf = (i) => provinceAt.get(districts.code[i].slice(0, 2));
  const all = { districts: districts.code.map((_, i) => i), provinces: provinces.code.map((_, p) => p) };
  const byId = (id) => document.getElementById(id);
  const sliders = [...document.querySelectorAll("input[data-weight]")];
  // A slider stands at whole points; official weights need not, so they are told by where the sliders stand for them.
  const rest = () => sliders.map((slider) => { slider.value = String(100 * rules.weights[slider.dataset.weight]); return slider.value; });
  const atRest = rest();
  let now = official;
  let trying = false;
  let map = null;
  let chosen = null;
  let sentences = null;
  let view = "list";
  const tables = {};

  /* ---- a district in full -------------------------------------------------------------------------------------- */

  /* How many are poor; a small number is not told. */
  function poor(i) {
    const count = districts.poor_persons[i];
    if (count === null) return shown(null);
    if (count > 0 && count < figures.smallest_count) return said([`<${figures.smallest_count} คน`, `<${figures.smallest_count} persons`]);
    return said([`${shown(count, 0)} คน (${shown(districts.rate_pct[i], 1)}%)`, `${shown(count, 0)} persons (${shown(districts.rate_pct[i], 1)}%)`]);
  }

  function link(code, words, anchor) {
    const made = element("a", words);
    made.href = `${code}.html${anchor ? `#d${anchor}` : ""}`;
    return made;
  }

  function card(i) {
    const body = byId("card-body");
    const list = element("dl");
    const add = (name, value) => list.append(element("dt", said(name)), element("dd", value));
    const code = districts.code[i];
    const p = provinceOf(i);
    const rank = now.districts.rank[i];
    add(["สถานะ", "status"], said(figures.status[now.districts.status[i]]));
    if (now.districts.score[i] !== null) add(["คะแนน", "score"], `${shown(now.districts.score[i], 1)}${rank === null ? "" : said([` อันดับ ${rank}`, `, rank ${rank}`])}`);
    add(["ความยากจน", "poverty"], shown(districts.poverty[i], 2));
    add(["มหาวิทยาลัย", "university"], shown(districts.university[i], 2));
    add(["ระบบข้อมูล", "data system"], shown(districts.data_system[i], 2));
    if (districts.poor_persons[i] !== null) {
      add(districts.at_least[i] ? ["คนจนอย่างน้อย", "poor, at least"] : ["คนจน", "poor"], poor(i)
        + (districts.hot_spot[i] ? said([" · จุดร้อน", " · hot spot"]) : "") + (districts.suspect[i] ? said([" · น่าสงสัย", " · suspect"]) : ""));
    }
    if (districts.figures_from[i] !== null) add(["ตัวเลขจาก", "figures from"], said(figures.figures_from[districts.figures_from[i]]));
    const minutes = districts.nearest_minutes[i];
    add(["มหาวิทยาลัยใกล้สุด", "nearest university"], `${said(figures.institutions[districts.nearest[i]])} ${said([`ราว ${minutes} นาที`, `about ${minutes} minutes`])}`);
    if (districts.surveyed_pct[i] !== null) add(["สำรวจแล้ว", "surveyed"], said([`${districts.surveyed_pct[i]}% ของทะเบียนราษฎร`, `${districts.surveyed_pct[i]}% of the registered`]));
    const where = element("p", undefined, "where");
    where.append(link(provinces.code[p], said(provinces.name[p]), code));
    body.replaceChildren(element("h3", said(districts.name[i])), where, list);
    // The sentences are those of the official weights: they are left out while others are tried.
    const kinds = trying ? [] : ["reason", "certainty", "outlook", "comparison"];
    if (sentences) kinds.forEach((kind) => body.append(element("p", said(sentences[kind].map((of) => of[i])))));
    byId("card").hidden = false;
  }

  function choose(i, fly) {
    chosen = i;
    card(i);
    if (map) {
      map.pick(i);
      if (fly) map.show([i], 2);
    }
    remember();
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
    const button = element("button", undefined, "district");
    button.type = "button";
    button.append(element("span", said(districts.name[i]), "name"), " ", element("span", `${shown(now.districts.score[i], 1)} ${said(["คะแนน อันดับ", "points, rank"])} ${now.districts.rank[i]}`, "score"));
    button.addEventListener("click", () => choose(i, true));
    item.append(button);
    if (sentences) item.append(element("p", said(sentences.reason.map((of) => of[i])), "reason"));
    return item;
  }

  function provinceItem(p) {
    const item = element("li");
    const details = element("details");
    const summary = element("summary");
    const was = official.provinces.rank[p];
    const who = element("span", undefined, "who");
    const name = element("span", said(provinces.name[p]), "name");
    name.append(" ", element("span", said(figures.regions[provinces.region[p]]), "region"));
    who.append(name, element("span", now.provinces.pilots[p].map((i) => said(districts.name[i])).join(" · "), "pilots"));
    const entered = !official.provinces.listed.includes(p);
    who.append(element("span", said([`อันดับทางการ ${was}`, `official rank ${was}`]), entered ? "flag" : "range"));
    const value = element("span", undefined, "value");
    const points = shown(now.provinces.value[p], 1);
    value.append(element("span", points, "number"), meter(now.provinces.value[p], 100, `${said(["ค่าของจังหวัด", "value of the province"])} ${points}`));
    summary.append(element("span", String(now.provinces.rank[p]), "rank"), who, value);
    details.append(summary);
    // Filled when it is opened: a slider that moves must not wait for text nobody sees.
    details.addEventListener("toggle", () => {
      if (!details.open || details.children.length > 1) return;
      const list = element("ol", undefined, "districts");
      list.append(...now.provinces.pilots[p].map(districtItem));
      const more = element("p", undefined, "certainty");
      more.append(link(provinces.code[p], said(["รายละเอียดของจังหวัด", "The province in full"])));
      details.append(more, list);
    });
    item.append(details);
    return item;
  }

  function list() {
    const left = official.provinces.listed.filter((p) => !now.provinces.listed.includes(p));
    byId("tried").replaceChildren(...now.provinces.listed.map(provinceItem));
    if (left.length) byId("tried").append(element("li", `${said(["หลุดจากรายชื่อ", "Off the list"])}: ${left.map((p) => `${said(provinces.name[p])} (${now.provinces.rank[p]})`).join(" · ")}`, "left"));
    byId("official").hidden = trying;
    byId("tried").hidden = !trying;
    document.querySelectorAll(".official-only").forEach((part) => { part.hidden = trying; });
    byId("what-if").hidden = !trying;
  }

  /* ---- the tables ---------------------------------------------------------------------------------------------- */

  const listed = CountryTables({
    figures, provinceOf, link, poor, choose,
    now: () => now,
    trying: () => trying,
  });

  /* Lays a table anew, sorted as it was. */
  function table(name) {
    const sorted = tables[name] ? tables[name].sorted() : undefined;
    tables[name] = Tables.make(byId(`view-${name}`), () => listed.caption(name), listed.columns(name), () => [...all[name]], sorted);
  }

  function keep(name) {
    if (view !== name) table(name);
    const used = trying ? weights() : rules.weights;
    const head = `${said(listed.caption(name))} · ${said(["น้ำหนัก", "weights"])} ${Ranking.CRITERIA.map((k) => (100 * used[k]).toFixed(1)).join("-")}`;
    const last = Tables.quoted(`${head} · ${document.querySelector(".ids").innerText}`);
    Page.keep(`${name}${trying ? "_what_if" : ""}.csv`, "text/csv;charset=utf-8", `${tables[name].csv()}${last}\r\n`);
  }

  function look(name) {
    view = name;
    document.querySelectorAll("button[data-view]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === name)));
    ["list", "provinces", "districts"].forEach((other) => { byId(`view-${other}`).hidden = other !== name; });
    byId("open-all").hidden = name !== "list";
    if (name !== "list") table(name);
    remember();
  }

  /* ---- weights ------------------------------------------------------------------------------------------------- */

  /* The share of each slider in the sum of the three; equal shares where all stand at 0. */
  function weights() {
    const points = Object.fromEntries(sliders.map((slider) => [slider.dataset.weight, Number(slider.value)]));
    const sum = Object.values(points).reduce((a, b) => a + b, 0);
    return Object.fromEntries(Object.entries(points).map(([name, value]) => [name, sum ? value / sum : 1 / 3]));
  }

  function shares() {
    const used = trying ? weights() : rules.weights;
    sliders.forEach((slider) => {
      const words = `${(100 * used[slider.dataset.weight]).toFixed(0)}%`;
      slider.nextElementSibling.textContent = words;
      slider.setAttribute("aria-valuetext", words);
    });
  }

  /* The ranking for the weights of the sliders, everywhere on the page; while a slider is moving, not in the table of
     928 rows, which follows when it rests. */
  function apply(moving) {
    const used = weights();
    const moved = sliders.some((slider, k) => slider.value !== atRest[k]);
    trying = moved && Ranking.CRITERIA.some((name) => Math.abs(used[name] - rules.weights[name]) > 1e-9);
    now = trying ? Ranking.rank(figures, used) : official;
    shares();
    list();
    if (view === "provinces" || (view === "districts" && !moving)) table(view);
    if (!byId("card").hidden && chosen !== null) card(chosen);
    if (map) map.restyle();
  }

  function reset() {
    rest();
    apply();
    remember();
  }

  /* ---- the address bar ----------------------------------------------------------------------------------------- */

  function remember() {
    const state = new URLSearchParams();
    if (trying) state.set("weights", sliders.map((slider) => slider.value).join("-"));
    if (map && map.layer() !== "score") state.set("map", map.layer());
    if (view !== "list") state.set("view", view);
    if (chosen !== null) state.set("district", districts.code[chosen]);
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : `${location.pathname}${location.search}`);
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(1));
    const points = (state.get("weights") || "").split("-").map(Number);
    if (points.length === 3 && points.every((v) => v >= 0 && v <= 100)) {
      sliders.forEach((slider, k) => { slider.value = String(points[k]); });
      byId("weights").open = true;
      apply();
    } else if (trying) {
      rest();
      apply();
    }
    if (["provinces", "districts"].includes(state.get("view"))) look(state.get("view"));
    if (map && Object.hasOwn(figures.classes, state.get("map"))) map.setLayer(state.get("map"));
    if (districtAt.has(state.get("district"))) choose(districtAt.get(state.get("district")), true);
  }

  /* ---- search -------------------------------------------------------------------------------------------------- */

  const find = Search.index([
    ...all.provinces.map((p) => ({ code: provinces.code[p], names: provinces.name[p], province: p })),
    ...all.districts.map((i) => ({ code: districts.code[i], names: districts.name[i], within: provinces.name[provinceOf(i)], district: i })),
  ]);

  function showProvince(p) {
    if (map) map.show(all.districts.filter((i) => provinceOf(i) === p), 0.3);
  }

  function search() {
    const query = byId("query").value;
    const hits = query.trim() ? find(query, 8) : [];
    byId("found").replaceChildren(...hits.map((hit) => {
      const item = element("li");
      const button = element("button");
      button.type = "button";
      const isProvince = hit.province !== undefined;
      button.append(element("strong", said(hit.names)), " ", element("span", isProvince ? said(["จังหวัด", "province"]) : said(hit.within), "where"));
      button.addEventListener("click", () => {
        byId("found").hidden = true;
        if (isProvince) showProvince(hit.province);
        else choose(hit.district, true);
      });
      item.append(button);
      if (isProvince) item.append(link(hit.code, said(["เปิดหน้าจังหวัด", "open its page"])));
      return item;
    }));
    byId("found").hidden = !query.trim();
    if (query.trim() && !hits.length) byId("found").append(element("li", said(["ไม่พบชื่อนี้", "No such name"])));
    byId("found-count").textContent = query.trim() ? said([`พบ ${hits.length} แห่ง`, `${hits.length} found`]) : "";
  }

  /* ---- all together -------------------------------------------------------------------------------------------- */

  function listen() {
    // At most one ranking per frame, however fast a slider moves.
    let waiting = false;
    sliders.forEach((slider) => {
      slider.addEventListener("input", () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => { waiting = false; apply(true); });
      });
      slider.addEventListener("change", () => { apply(); remember(); });
    });
    byId("reset").addEventListener("click", reset);
    document.querySelectorAll("button[data-view]").forEach((button) => button.addEventListener("click", () => look(button.dataset.view)));
    document.querySelectorAll("button[data-csv]").forEach((button) => button.addEventListener("click", () => keep(button.dataset.csv)));
    document.querySelectorAll("#official button.district").forEach((button) => button.addEventListener("click", () => choose(districtAt.get(button.dataset.district), true)));
    document.querySelectorAll("#official details").forEach((details) => details.querySelector("summary").addEventListener("click", () => {
      if (!details.open) showProvince(provinceAt.get(details.dataset.province));
    }));
    byId("close-card").addEventListener("click", () => {
      byId("card").hidden = true;
      chosen = null;
      if (map) map.pick(null);
      remember();
    });
    byId("open-all").addEventListener("click", (event) => {
      const button = event.currentTarget;
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      document.querySelectorAll(".provinces details").forEach((details) => { details.open = open; });
    });
    byId("find").addEventListener("submit", (event) => {
      event.preventDefault();
      const first = byId("found").querySelector("button");
      if (first) first.click();
    });
    byId("query").addEventListener("input", search);
    byId("find").addEventListener("keydown", (event) => { if (event.key === "Escape") byId("found").hidden = true; });
    document.addEventListener("click", (event) => { if (!byId("find").contains(event.target)) byId("found").hidden = true; });
    window.addEventListener("beforeprint", () => document.querySelectorAll(".provinces details").forEach((details) => {
      details.open = true;
      details.dispatchEvent(new Event("toggle")); // the browser's own comes too late for the paper
    }));
    Page.onLanguage(() => {
      if (trying) list();
      if (view !== "list") table(view);
      if (!byId("card").hidden && chosen !== null) card(chosen);
      search();
    });
    window.addEventListener("hashchange", recall);
  }

  async function draw(made) {
    map = PlaceMap.make(made, await Page.unpackedJson("topology"), figures, {
      code: (i) => districts.code[i],
      value: (layer, i) => (layer === "score" ? now.districts.score[i] : districts[layer][i]),
      eligible: (i) => now.districts.status[i] === Ranking.STATUS.eligible,
      marked: (i) => now.pilots.has(i),
      elsewhere: () => false,
      hint: (i, layer) => {
        const value = layer === "score" ? now.districts.score[i] : districts[layer][i];
        const words = layer === "score" && now.districts.status[i] !== Ranking.STATUS.eligible ? said(figures.status[now.districts.status[i]]) : shown(value, PlaceMap.digits(layer));
        return `${said(districts.name[i])} · ${said(provinces.name[provinceOf(i)])} · ${words}`;
      },
    }, (i) => choose(i, false), figures.campuses.map(([lon, lat, institution, exact]) => [lon, lat, () => said(figures.institutions[institution]) + (exact ? "" : said([" (ทราบเพียงอำเภอ)", " (district known only)"]))]));
    document.querySelectorAll("input[name=layer]").forEach((input) => input.addEventListener("change", remember));
    recall();
    document.documentElement.dataset.ready = "yes";
    sentences = await Page.unpackedJson("sentences");
    if (chosen !== null) card(chosen);
    document.documentElement.dataset.complete = "yes";
  }

  listen();
  shares();
  return { draw, figures };
})();
