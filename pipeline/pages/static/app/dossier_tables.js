/* The tables of a dossier: what each shows, what it sorts by, what a CSV keeps of it. */
"use strict";

/* `context` gives the figures, the positions of the province's `own` districts, and what a click on a name does. */
const DossierTables = (context) => {
  const { local, element, formatted } = Page;
  const { figures, own, pick } = context;
  const { districts, words } = figures;
  const byId = (id) => document.getElementById(id);

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

  /* The rates of one year: exact, or between two bounds; in a CSV the least and the most. */
  const ofYear = ({ title, least, most }) => {
    const exact = (i) => formatted(least[i], 1);
    return {
      name: title,
      number: true,
      of: (i) => least[i],
      show: (i) => {
        if (least[i] === null) return null;
        return most[i] > least[i] ? `${exact(i)}–${formatted(most[i], 1)}%` : `${exact(i)}%`;
      },
      download: [
        { name: [`${title[0]} อย่างน้อย (%)`, `${title[1]}, at least (%)`], of: (i) => least[i] },
        { name: [`${title[0]} อย่างมาก (%)`, `${title[1]}, at most (%)`], of: (i) => most[i] },
      ],
    };
  };

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
    ...(figures.years.length && {
      years: {
        caption: ["ร้อยละของผู้ได้รับการสำรวจ รายอำเภอ", "Percent of the persons surveyed, by district"],
        columns: [named, ...figures.years.map(ofYear)],
      },
    }),
    ...Object.fromEntries(figures.layer_groups.map(({ name, heading: [th, en], columns }) => [name, {
      caption: [`${th}รายอำเภอ`, `${en} by district`],
      columns: [named, ...columns.map((column) => amount(column.name, column.title))],
    }])),
  };
  const tables = {};

  function draw() {
    Object.entries(TABLES).forEach(([name, { caption, columns, sorted }]) => {
      const order = tables[name] ? tables[name].sorted() : { by: sorted || 0, down: false };
      tables[name] = Tables.make(byId(name), () => caption, columns, () => [...own], order);
    });
  }

  function download(name) {
    const place = document.querySelector("h1").innerText;
    const run = document.querySelector(".ids").innerText;
    const last = Tables.quoted(`${local(TABLES[name].caption)} · ${place} · ${run}`);
    const file = `${document.body.dataset.code}_${name}.csv`;
    Page.download(file, "text/csv;charset=utf-8", `${tables[name].csv()}${last}\r\n`);
  }

  return { draw, download, wordOf, quiet, pilotMark };
};
