/* The columns of the country page's two tables: what each shows, what it sorts by, what a CSV keeps of it. */
"use strict";

/* `see` gives the figures, the ranking as it is `now()`, whether other weights are being tried, and what a name does. */
const CountryTables = (see) => {
  const { said, shown, element } = Page;
  const { figures, provinceOf, link, poor, choose } = see;
  const { districts, provinces } = figures;

  const rounded = (value, digits) => (value === null ? null : Number(value.toFixed(digits)));
  const kept = (words, of) => ({ name: said(words), of });
  const named = (places, kind) => [
    kept(["รหัส", "code"], (i) => places.code[i]),
    kept([`${kind[0]} (ไทย)`, `${kind[1]} (Thai)`], (i) => places.name[i][0]),
    kept([`${kind[0]} (อังกฤษ)`, `${kind[1]} (English)`], (i) => places.name[i][1]),
  ];
  const range = (places) => ({
    name: ["ช่วงอันดับ", "rank range"],
    number: true,
    of: (i) => places.rank_low[i],
    show: (i) => (places.rank_low[i] === null ? null : `${places.rank_low[i]}–${places.rank_high[i]}`),
    keep: [
      kept(["อันดับที่เปอร์เซ็นไทล์ 5", "rank, 5th percentile"], (i) => places.rank_low[i]),
      kept(["อันดับที่เปอร์เซ็นไทล์ 95", "rank, 95th percentile"], (i) => places.rank_high[i]),
    ],
  });
  const firmness = (places) => {
    const word = (i) => (places.firmness[i] === null ? null : said(figures.firmness[places.firmness[i]].slice(1)));
    const name = ["ความแน่นอน", "how sure"];
    // Sorted from firm to unlikely, not by the letters of the words.
    return { name, of: (i) => places.firmness[i], show: word, keep: [kept(name, word)] };
  };
  const criterion = (name, words) => ({
    name: words,
    number: true,
    of: (i) => rounded(districts[name][i], 4),
    show: (i) => (districts[name][i] === null ? null : shown(districts[name][i], 2)),
  });
  const best = (p, between) => see.now().provinces.pilots[p].map((i) => said(districts.name[i])).join(between);

  function districtButton(i) {
    const button = element("button", said(districts.name[i]), "district");
    button.type = "button";
    button.addEventListener("click", () => choose(i, true));
    return button;
  }

  function persons(i) {
    const count = districts.poor_persons[i];
    return count > 0 && count < figures.smallest_count ? `<${figures.smallest_count}` : count;
  }

  const COLUMNS = {
    provinces: () => [
      { name: ["อันดับ", "rank"], number: true, of: (p) => see.now().provinces.rank[p] },
      {
        name: ["จังหวัด", "province"],
        heads: true,
        of: (p) => said(provinces.name[p]),
        show: (p) => link(provinces.code[p], said(provinces.name[p])),
        keep: named(provinces, ["จังหวัด", "province"]),
      },
      { name: ["ภาค", "region"], of: (p) => said(figures.regions[provinces.region[p]]) },
      {
        name: ["ค่า", "value"],
        number: true,
        of: (p) => rounded(see.now().provinces.value[p], 2),
        show: (p) => shown(see.now().provinces.value[p], 1),
      },
      { name: ["อำเภอที่ดีที่สุด", "best districts"], of: (p) => best(p, ", "), show: (p) => best(p, " · ") || null },
      // How sure a rank is holds for the official weights only.
      ...(see.trying() ? [] : [firmness(provinces), range(provinces)]),
    ],
    districts: () => [
      { name: ["อันดับ", "rank"], number: true, of: (i) => see.now().districts.rank[i] },
      {
        name: ["อำเภอ/เขต", "district"],
        heads: true,
        of: (i) => said(districts.name[i]),
        show: districtButton,
        keep: named(districts, ["อำเภอ", "district"]),
      },
      { name: ["จังหวัด", "province"], of: (i) => said(provinces.name[provinceOf(i)]) },
      {
        name: ["คะแนน", "score"],
        number: true,
        of: (i) => rounded(see.now().districts.score[i], 2),
        show: (i) => (see.now().districts.score[i] === null ? null : shown(see.now().districts.score[i], 1)),
      },
      { name: ["สถานะ", "status"], of: (i) => said(figures.status[see.now().districts.status[i]]) },
      criterion("poverty", ["ความยากจน", "poverty"]),
      criterion("university", ["มหาวิทยาลัย", "university"]),
      criterion("data_system", ["ระบบข้อมูล", "data system"]),
      {
        name: ["คนจน", "poor"],
        number: true,
        of: (i) => districts.poor_persons[i],
        show: poor,
        keep: [kept(["คนจน (คน)", "poor (persons)"], persons)],
      },
      ...(see.trying() ? [] : [range(districts)]),
    ],
  };

  function caption(name) {
    const [th, en] = see.trying() ? ["ตามน้ำหนักที่ลอง ไม่ใช่ผลทางการ", "by the weights tried, not official"] : ["ตามน้ำหนักทางการ", "by the official weights"];
    return name === "provinces" ? [`ทุกจังหวัด ${th}`, `All provinces, ${en}`] : [`ทุกอำเภอ ${th}`, `All districts, ${en}`];
  }

  return { columns: (name) => COLUMNS[name](), caption };
};
