/* The dossier of a province: its map, the sentences about each district. Its tables: dossier_tables.js. */
"use strict";

const Dossier = (() => {
  const { local, element, formatted } = Page;
  const figures = Page.readJson("figures");
  const { districts } = figures;
  const byId = (id) => document.getElementById(id);
  const own = districts.code.slice(0, figures.own).map((_, i) => i);
  // Behind the districts of the province come other provinces, which the map shows in grey.
  const isElsewhere = (i) => i >= figures.own;
  let map = null;
  let chosen = null;
  let sentences = null;

  const { wordOf, quiet, pilotMark, ...tables } = DossierTables({ figures, own, pick });

  /* Opens a district of this province, or the page of another province. */
  function pick(i, look) {
    if (isElsewhere(i)) {
      location.href = `${districts.code[i]}.html`;
      return;
    }
    chosen = i;
    map.pick(i);
    own.forEach((j) => byId(`d${districts.code[j]}`).classList.toggle("chosen", j === chosen));
    byId(`d${districts.code[i]}`).open = true;
    if (look) map.show([i], 1);
  }

  /* ---- the sentences about each district ----------------------------------------------------------------------- */

  function paragraph(kind, i, before = ["", ""]) {
    const text = sentences[kind].map((of) => of[i]);
    return text[0] ? [element("p", local(before) + local(text))] : [];
  }

  function peers(i) {
    if (!sentences.peers[i].length) return [];
    const made = element("p", `${local(["อำเภอที่คล้ายกัน", "Similar districts"])}: `);
    sentences.peers[i].forEach((code, at) => {
      const [name, province] = sentences.places[code];
      const link = element("a", local(name));
      link.href = `${code.slice(0, 2)}.html#d${code}`;
      made.append(at ? ", " : "", link, ` (${local(province)})`);
    });
    return [made];
  }

  function paragraphs(i) {
    const kinds = ["reason", "outlook", "certainty", "comparison"];
    const change = sentences.change ? paragraph("change", i, ["เทียบกับรอบก่อน: ", "Since the last round: "]) : [];
    return [...kinds.flatMap((kind) => paragraph(kind, i)), ...change, ...peers(i)];
  }

  function reasons() {
    const drawn = [...byId("reasons").children];
    const open = new Set(drawn.filter((details) => details.open).map((details) => details.id));
    byId("reasons").replaceChildren(...own.map((i) => {
      const code = districts.code[i];
      const rank = districts.rank[i];
      const details = element("details");
      details.id = `d${code}`;
      details.classList.toggle("chosen", i === chosen);
      details.open = drawn.length ? open.has(details.id) : districts.pilot[i] === 1;
      const rankWords = rank === null ? "" : local([` · อันดับ ${rank}`, ` · rank ${rank}`]);
      const summary = element("summary");
      summary.append(
        element("strong", local(districts.name[i])), " ",
        quiet(`${code} · ${wordOf("status", districts.status[i])}${rankWords}`), ...pilotMark(i),
      );
      details.append(summary, ...(sentences ? paragraphs(i) : []));
      return details;
    }));
  }

  /* ---- the map ------------------------------------------------------------------------------------------------- */

  function hint(i, layer) {
    const name = local(districts.name[i]);
    return isElsewhere(i) ? name : `${name} · ${formatted(districts[layer.name][i], layer.digits)}`;
  }

  function campusName([, , th, en, exact]) {
    return local([th, en]) + (exact ? "" : local([" (ทราบเพียงอำเภอ)", " (only the district is known)"]));
  }

  async function draw() {
    map = PlaceMap.make(Page.map(), await Page.unpackedJson("topology"), figures, {
      others: true,
      label: (i) => districts.label[i],
      named: (i) => local(districts.name[i]),
      code: (i) => districts.code[i],
      value: (layer, i) => districts[layer.name][i],
      eligible: (i) => districts.eligible[i] === 1,
      marked: (i) => !isElsewhere(i) && districts.pilot[i] === 1,
      elsewhere: isElsewhere,
      hint,
    }, (i) => pick(i, false), figures.campuses.map((campus) => [campus[0], campus[1], () => campusName(campus)]));
    Page.mark("ready");
    const asked = districts.code.indexOf(location.hash.slice(2));
    if (asked >= 0 && !isElsewhere(asked)) {
      pick(asked, false);
      byId(`d${districts.code[asked]}`).scrollIntoView();
    }
    sentences = await Page.unpackedJson("sentences");
    reasons();
    Page.mark("complete");
  }

  function listen() {
    Page.onLanguage(() => {
      tables.draw();
      reasons();
    });
    document.querySelectorAll("button[data-csv]").forEach((button) => {
      button.addEventListener("click", () => tables.download(button.dataset.csv));
    });
    byId("open-all").addEventListener("click", (event) => {
      const open = event.currentTarget.getAttribute("aria-pressed") !== "true";
      event.currentTarget.setAttribute("aria-pressed", String(open));
      byId("reasons").querySelectorAll("details").forEach((details) => { details.open = open; });
    });
    window.addEventListener("beforeprint", () => {
      byId("reasons").querySelectorAll("details").forEach((details) => { details.open = true; });
    });
  }

  tables.draw();
  reasons();
  listen();
  draw();
  return { figures };
})();
