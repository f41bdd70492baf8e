/* The dossier of a province: its map, its tables, the sentences about each district. */
"use strict";

const Dossier = (() => {
  const { local, element, formatted } = Page;
  const figures = Page.readJson("figures");
  const { districts, words } = figures;
  const byId = (id) => document.getElementById(id);
  const own = districts.code.slice(0, figures.own).map((_, i) => i);
  // Behind the districts of the province come other provinces, which the map shows in grey.
  const isElsewhere = (i) => i >= figures.own;
  let map = null;
  let chosen = null;
  let sentences = null;

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

  /* ---- cells of tables ----------------------------------------------------------------------------------------- */

  const known = (column, show) => (i) => (districts[column][i] === null ? null : show(districts[column][i], i));
  const wordOf = (list, i) => (i === null ? null : local(words[list][i]));
  // A count that is too small to show is text, such as "<5".
  const count = (n) => (typeof n === "string" ? n : formatted(n, 0));
  const quiet = (text) => element("span", text, "persons");
  const flag = (pair) => [" ", element("span", local(pair), "flag")];

  function span(text, ...parts) {
    const made = element("span", text);
    made.append(...parts);
    return made;
  }

  function suspectMark(i) {
    if (!districts.suspect[i]) return [];
    const made = element("abbr", "*");
    made.title = local(["ตัวเลขน่าสงสัย", "suspect figure"]);
    return [" ", made];
  }

  const pilotMark = (i) => (districts.pilot[i] ? flag(["นำร่อง", "pilot"]) : []);
  const hotSpotMark = (i) => (districts.hot_spot[i] ? flag(["จุดร้อน", "hot spot"]) : []);

  /* ---- columns of tables --------------------------------------------------------------------------------------- */

  const named = {
    name: ["อำเภอ/เขต", "district"],
    heads: true,
    of: (i) => local(districts.name[i]),
    show: (i) => span("", Tables.placeButton(local(districts.name[i]), () => pick(i, true)), ...pilotMark(i)),
    download: Tables.codeAndNames(districts, ["อำเภอ", "district"]),
  };

  const criterion = ({ name, short, digits }) => ({
    name: short,
    number: true,
    of: (i) => districts[name][i],
    show: known(name, (value) => {
      const meter = element("meter");
      meter.max = 1;
      meter.value = value;
      meter.setAttribute("aria-hidden", "true");
      return span("", meter, " ", formatted(value, digits));
    }),
  });

  const score = {
    name: ["คะแนนรวม", "score"],
    number: true,
    of: (i) => districts.score[i],
    show: known("score", (value) => formatted(value, figures.score.digits)),
  };

  const word = (list, name) => ({ name, of: (i) => wordOf(list, districts[list][i]) });

  const amount = (column, name, unit = "") => ({
    name,
    number: true,
    of: (i) => districts[column][i],
    show: known(column, (value) => `${formatted(value, Number.isInteger(value) ? 0 : 1)}${unit}`),
  });

  /* Percent and persons in one column, in two of a CSV. */
  const shareAndPersons = (name, pct, persons, show) => ({
    name,
    number: true,
    of: (i) => districts[pct][i],
    show,
    download: [
      { name: [`${name[0]} (%)`, `${name[1]} (%)`], of: (i) => districts[pct][i] },
      { name: [`${name[0]} (คน)`, `${name[1]} (persons)`], of: (i) => districts[persons][i] },
    ],
  });

  const dimension = ({ name, words: title }) => {
    const [pct, persons] = [`${name}_pct`, `${name}_persons`];
    return shareAndPersons(title, pct, persons, known(persons, (n, i) => {
      // The rate would reveal a count that is too small to show.
      if (typeof n === "string") return n;
      return span(`${formatted(districts[pct][i], 1)}% `, quiet(`(${formatted(n, 0)})`));
    }));
  };

  const anyDimension = shareAndPersons(
    ["มิติใดมิติหนึ่ง", "any dimension"], "rate_pct", "poor_persons", known("rate_pct", (rate, i) => {
      const least = districts.at_least[i] ? "≥ " : "";
      const persons = quiet(`(${count(districts.poor_persons[i])})`);
      return span(`${least}${formatted(rate, 1)}% `, persons, ...suspectMark(i), ...hotSpotMark(i));
    }),
  );

  const institution = (column, name) => ({
    name,
    of: known(column, (number) => local(figures.institutions[number])),
    show: known(column, (number) => {
      const [th, en, kind] = figures.institutions[number];
      return span(`${local([th, en])} `, quiet(wordOf("kinds", kind)));
    }),
  });

  /* ---- tables -------------------------------------------------------------------------------------------------- */

  const [countTh, countEn] = figures.count;
  const TABLES = {
    criteria: {
      sorted: 1,
      caption: [
        `${countTh}เกณฑ์ของแต่ละอำเภอ ตามน้ำหนักทางการ`,
        `The ${countEn} criteria of each district, by the official weights`,
      ],
      columns: [
        named,
        { name: ["อันดับ", "rank"], number: true, of: (i) => districts.rank[i] },
        ...figures.criteria.map(criterion),
        score,
        Tables.rankRange(districts, ["อันดับ 5%", "อันดับ 95%"]),
        word("firmness", ["ความแน่นอน", "certainty"]),
        word("status", ["สถานะ", "status"]),
      ],
    },
    dimensions: {
      caption: figures.unit === "households"
        ? [
          "ร้อยละและจำนวนคนจนในแต่ละมิติ ของผู้ได้รับการสำรวจ มิติใดมิติหนึ่งคิดเป็นครัวเรือน",
          "Share and number of persons poor in each dimension, of those surveyed; any dimension by households",
        ]
        : [
          "ร้อยละและจำนวนคนจนในแต่ละมิติ ของผู้ได้รับการสำรวจในหน่วยที่มีตัวเลข",
          "Share and number of persons poor in each dimension, of those surveyed in units with figures",
        ],
      columns: [
        named,
        ...figures.dimensions.map(dimension),
        anyDimension,
        amount("population", ["ประชากร", "population"]),
        amount("surveyed_pct", ["สำรวจแล้ว", "surveyed"], "%"),
        word("figures_from", ["ตัวเลขจาก", "figures from"]),
      ],
    },
    universities: {
      caption: [
        "สถาบันที่ใกล้สุดและที่เข้าถึงได้ดีที่สุดของแต่ละอำเภอ นาทีประมาณจากระยะทาง",
        "Nearest institution and the one with the best reach, for each district; minutes estimated from distance",
      ],
      columns: [
        named,
        institution("nearest", ["ใกล้สุด", "nearest"]),
        amount("nearest_minutes", ["นาที", "minutes"]),
        institution("strongest", ["เข้าถึงได้ดีที่สุด หากเป็นแห่งอื่น", "best reach, if another"]),
        amount("strongest_minutes", ["นาที", "minutes"]),
        amount("in_reach", ["สถาบันในระยะเดินทาง", "within reach"]),
      ],
    },
    context: {
      caption: [
        "ธุรกิจท้องถิ่นและชุมชนท่องเที่ยวรายอำเภอ",
        "Local business and community tourism by district",
      ],
      columns: [named, ...figures.context.map(({ name, title }) => amount(name, title))],
    },
  };
  const tables = {};

  function drawTables() {
    Object.entries(TABLES).forEach(([name, { caption, columns, sorted }]) => {
      const order = tables[name] ? tables[name].sorted() : { by: sorted || 0, down: false };
      tables[name] = Tables.make(byId(name), () => caption, columns, () => [...own], order);
    });
  }

  function downloadTable(name) {
    const place = document.querySelector("h1").innerText;
    const run = document.querySelector(".ids").innerText;
    const last = Tables.quoted(`${local(TABLES[name].caption)} · ${place} · ${run}`);
    const file = `${document.body.dataset.code}_${name}.csv`;
    Page.download(file, "text/csv;charset=utf-8", `${tables[name].csv()}${last}\r\n`);
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
      drawTables();
      reasons();
    });
    document.querySelectorAll("button[data-csv]").forEach((button) => {
      button.addEventListener("click", () => downloadTable(button.dataset.csv));
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

  drawTables();
  reasons();
  listen();
  draw();
  return { figures };
})();
