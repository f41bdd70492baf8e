/* The dossier of a province: its map, its tables, what is said of each district. */
"use strict";

const Dossier = (() => {
  const { said, read, element, shown } = Page;
  const figures = read("figures");
  const { districts, words } = figures;
  const byId = (id) => document.getElementById(id);
  const own = districts.code.slice(0, figures.own).map((_, i) => i);
  const DIMENSIONS = ["health", "living", "education", "income", "accessibility"];
  const FEW = -1; // a count that is not shown
  const few = `<${figures.smallest_count}`;
  let map = null;
  let told = null;

  function pick(i, look) {
    if (i >= figures.own) {
      location.href = `${districts.code[i]}.html`;
      return;
    }
    map.pick(i);
    own.forEach((j) => byId(`d${districts.code[j]}`).classList.toggle("chosen", j === i));
    byId(`d${districts.code[i]}`).open = true;
    if (look) map.show([i], 1);
  }

  /* ---- tables -------------------------------------------------------------------------------------------------- */

  const word = (list, i) => (i === null ? null : said(words[list][i]));
  const count = (n) => (n === FEW ? few : shown(n, 0));
  const both = [{ th: "รหัส", en: "code", of: (i) => districts.code[i] }, { th: "อำเภอ (ไทย)", en: "district (Thai)", of: (i) => districts.name[i][0] }, { th: "อำเภอ (อังกฤษ)", en: "district (English)", of: (i) => districts.name[i][1] }];
  const kept = (columns) => columns.map(({ th, en, of }) => ({ name: said([th, en]), of }));

  function marks(i) {
    const parts = [];
    if (districts.pilot[i]) parts.push(" ", element("span", said(["นำร่อง", "pilot"]), "flag"));
    return parts;
  }

  function star(i) {
    if (!districts.suspect[i]) return [];
    const made = element("abbr", "*");
    made.title = said(["ตัวเลขน่าสงสัย", "suspect figure"]);
    return [" ", made];
  }

  const named = () => ({
    name: ["อำเภอ/เขต", "district"], heads: true, of: (i) => said(districts.name[i]), keep: kept(both),
    show: (i) => {
      const cell = element("span");
      const button = element("button", said(districts.name[i]), "district");
      button.type = "button";
      button.addEventListener("click", () => pick(i, true));
      cell.append(button, ...marks(i));
      return cell;
    },
  });

  const criterion = (name, title) => ({
    name: title, number: true, of: (i) => districts[name][i],
    show: (i) => {
      if (districts[name][i] === null) return null;
      const cell = element("span");
      const meter = element("meter");
      meter.max = 1;
      meter.value = districts[name][i];
      meter.setAttribute("aria-hidden", "true");
      cell.append(meter, " ", shown(districts[name][i], 2));
      return cell;
    },
  });

  const dimension = (name, k) => ({
    name: words.dimensions[k], number: true, of: (i) => districts[`${name}_pct`][i],
    show: (i) => {
      const persons = districts[`${name}_persons`][i];
      if (persons === null) return null;
      if (persons === FEW) return few;
      const cell = element("span", `${shown(districts[`${name}_pct`][i], 1)}% `);
      cell.append(element("span", `(${shown(persons, 0)})`, "persons"));
      return cell;
    },
    keep: [
      { name: `${said(words.dimensions[k])} (%)`, of: (i) => districts[`${name}_pct`][i] },
      { name: `${said(words.dimensions[k])} ${said(["(คน)", "(persons)"])}`, of: (i) => { const n = districts[`${name}_persons`][i]; return n === FEW ? few : n; } },
    ],
  });

  const any = () => ({
    name: ["มิติใดมิติหนึ่ง", "any dimension"], number: true, of: (i) => districts.rate_pct[i],
    show: (i) => {
      if (districts.rate_pct[i] === null) return null;
      const n = districts.poor_persons[i];
      const cell = element("span", `${districts.at_least[i] ? "≥ " : ""}${shown(districts.rate_pct[i], 1)}% `);
      cell.append(element("span", `(${n > 0 && n < figures.smallest_count ? few : count(n)})`, "persons"), ...star(i));
      if (districts.hot_spot[i]) cell.append(" ", element("span", said(["จุดร้อน", "hot spot"]), "flag"));
      return cell;
    },
    keep: [
      { name: said(["มิติใดมิติหนึ่ง (%)", "any dimension (%)"]), of: (i) => districts.rate_pct[i] },
      { name: said(["มิติใดมิติหนึ่ง (คน)", "any dimension (persons)"]), of: (i) => { const n = districts.poor_persons[i]; return n > 0 && n < figures.smallest_count ? few : n; } },
    ],
  });

  const institution = (column, title) => ({
    name: title, of: (i) => (districts[column][i] === null ? null : said(figures.institutions[districts[column][i]])),
    show: (i) => {
      if (districts[column][i] === null) return null;
      const [th, en, kind] = figures.institutions[districts[column][i]];
      const cell = element("span", `${said([th, en])} `);
      cell.append(element("span", word("kinds", kind), "persons"));
      return cell;
    },
  });
  const amount = (name, title, after) => ({ name: title, number: true, of: (i) => districts[name][i], show: (i) => (districts[name][i] === null ? null : `${shown(districts[name][i], 0)}${after || ""}`) });

  const TABLES = {
    criteria: {
      sorted: 1,
      caption: ["สามเกณฑ์ของแต่ละอำเภอ ตามน้ำหนักทางการ", "The three criteria of each district, by the official weights"],
      columns: () => [
        named(),
        { name: ["อันดับ", "rank"], number: true, of: (i) => districts.rank[i] },
        criterion("poverty", ["ความยากจน", "poverty"]), criterion("university", ["มหาวิทยาลัย", "university"]), criterion("data_system", ["ระบบข้อมูล", "data system"]),
        { name: ["คะแนนรวม", "score"], number: true, of: (i) => districts.score[i], show: (i) => (districts.score[i] === null ? null : shown(districts.score[i], 1)) },
        { name: ["ช่วงอันดับ", "rank range"], number: true, of: (i) => districts.rank_low[i], show: (i) => (districts.rank_low[i] === null ? null : `${districts.rank_low[i]}–${districts.rank_high[i]}`), keep: kept([{ th: "อันดับ 5%", en: "rank, 5th percentile", of: (i) => districts.rank_low[i] }, { th: "อันดับ 95%", en: "rank, 95th percentile", of: (i) => districts.rank_high[i] }]) },
        { name: ["ความแน่นอน", "how sure"], of: (i) => word("firmness", districts.firmness[i]) },
        { name: ["สถานะ", "status"], of: (i) => word("status", districts.status[i]) },
      ],
    },
    dimensions: {
      caption: figures.unit === "households"
        ? ["ร้อยละและจำนวนคนจนในแต่ละมิติ ของผู้ได้รับการสำรวจ มิติใดมิติหนึ่งคิดเป็นครัวเรือน", "Share and number of persons poor in each dimension, of those surveyed; any dimension by households"]
        : ["ร้อยละและจำนวนคนจนในแต่ละมิติ ของผู้ได้รับการสำรวจในหน่วยที่มีตัวเลข", "Share and number of persons poor in each dimension, of those surveyed in units with figures"],
      columns: () => [
        named(), ...DIMENSIONS.map(dimension), any(),
        amount("population", ["ประชากร", "population"]), amount("surveyed_pct", ["สำรวจแล้ว", "surveyed"], "%"),
        { name: ["ตัวเลขจาก", "figures from"], of: (i) => word("figures_from", districts.figures_from[i]) },
      ],
    },
    universities: {
      caption: ["สถาบันที่ใกล้สุดและที่เข้าถึงได้ดีที่สุดของแต่ละอำเภอ นาทีประมาณจากระยะทาง", "Nearest institution, and the one that reaches best, of each district; minutes estimated from distance"],
      columns: () => [
        named(),
        institution("nearest", ["ใกล้สุด", "nearest"]), amount("nearest_minutes", ["นาที", "minutes"]),
        institution("strongest", ["เข้าถึงได้ดีที่สุด หากเป็นแห่งอื่น", "reaches best, if another"]),
        { name: ["นาที", "minutes"], number: true, of: (i) => (districts.strongest[i] === null ? null : districts.strongest_minutes[i]) },
        amount("in_reach", ["สถาบันในระยะเดินทาง", "within reach"]), amount("new_firms", ["นิติบุคคลตั้งใหม่", "new firms"]),
      ],
    },
  };
  const tables = {};
  function lay() {
    Object.entries(TABLES).forEach(([name, { caption, columns, sorted }]) => { tables[name] = Tables.make(byId(name), () => caption, columns(), () => [...own], tables[name] ? tables[name].sorted() : { by: sorted || 0, down: false }); });
  }

  /* ---- what is said of each district --------------------------------------------------------------------------- */

  function paragraph(kind, i, before) {
    const text = told[kind].map((of) => of[i]);
    return text[0] ? [element("p", (before ? said(before) : "") + said(text))] : [];
  }

  function alike(i) {
    if (!told.peers[i].length) return [];
    const made = element("p", `${said(["อำเภอที่คล้ายกัน", "Districts alike"])}: `);
    told.peers[i].forEach((code, at) => {
      const [name, province] = told.places[code];
      const link = element("a", said(name));
      link.href = `${code.slice(0, 2)}.html#d${code}`;
      made.append(at ? ", " : "", link, ` (${said(province)})`);
    });
    return [made];
  }

  function reasons() {
    const open = new Set([...byId("reasons").children].filter((details) => details.open).map((details) => details.id));
    const first = !byId("reasons").children.length;
    byId("reasons").replaceChildren(...own.map((i) => {
      const details = element("details");
      details.id = `d${districts.code[i]}`;
      details.open = first ? districts.pilot[i] === 1 : open.has(details.id);
      const summary = element("summary");
      const rank = districts.rank[i] === null ? "" : said([` · อันดับ ${districts.rank[i]}`, ` · rank ${districts.rank[i]}`]);
      summary.append(element("strong", said(districts.name[i])), " ", element("span", `${districts.code[i]} · ${word("status", districts.status[i])}${rank}`, "persons"), ...marks(i));
      details.append(summary);
      if (told) details.append(...paragraph("reason", i), ...paragraph("outlook", i), ...paragraph("certainty", i), ...paragraph("comparison", i), ...(told.change ? paragraph("change", i, ["เทียบกับรอบก่อน: ", "Since the last round: "]) : []), ...alike(i));
      return details;
    }));
  }

  async function draw(made) {
    map = PlaceMap.make(made, await Page.unpackedJson("topology"), figures, {
      others: true,
      label: (i) => districts.label[i],
      named: (i) => said(districts.name[i]),
      code: (i) => districts.code[i],
      value: (layer, i) => districts[layer][i],
      eligible: (i) => districts.eligible[i] === 1,
      marked: (i) => i < figures.own && districts.pilot[i] === 1,
      elsewhere: (i) => i >= figures.own,
      hint: (i, layer) => {
        if (i >= figures.own) return said(districts.name[i]);
        return `${said(districts.name[i])} · ${shown(districts[layer][i], PlaceMap.digits(layer))}`;
      },
    }, (i) => pick(i, false), figures.campuses.map(([lon, lat, th, en, exact]) => [lon, lat, () => said([th, en]) + (exact ? "" : said([" (ทราบเพียงอำเภอ)", " (district known only)"]))]));
    document.documentElement.dataset.ready = "yes";
    const asked = districts.code.indexOf(location.hash.slice(2));
    if (asked >= 0 && asked < figures.own) {
      pick(asked, false);
      byId(`d${districts.code[asked]}`).scrollIntoView();
    }
    await sentencesShown;
    document.documentElement.dataset.complete = "yes";
  }

  function csv(name) {
    const run = Tables.quoted(`${said(TABLES[name].caption)} · ${document.querySelector("h1").innerText} · ${document.querySelector(".ids").innerText}`);
    Page.keep(`${document.body.dataset.code}_${name}.csv`, "text/csv;charset=utf-8", `${tables[name].csv()}${run}\r\n`);
  }

  lay();
  reasons();
  Page.onLanguage(() => { lay(); reasons(); });
  document.querySelectorAll("button[data-csv]").forEach((button) => button.addEventListener("click", () => csv(button.dataset.csv)));
  byId("open-all").addEventListener("click", (event) => {
    const open = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(open));
    byId("reasons").querySelectorAll("details").forEach((details) => { details.open = open; });
  });
  window.addEventListener("beforeprint", () => byId("reasons").querySelectorAll("details").forEach((details) => { details.open = true; }));
  const sentencesShown = Page.unpackedJson("sentences").then((sentences) => {
    told = sentences;
    reasons();
  });
  return { draw };
})();
