/* The columns of the country page's two tables: what each shows, what it sorts by, what a CSV keeps of it. */
"use strict";

/* `context` gives the figures, the ranking as it is `now()`, whether other weights are being tried, and what a click on
   a name does. */
const CountryTables = (context) => {
  const { local, formatted } = Page;
  const { figures, provinceOf, link, poor, choose, now, trying } = context;
  const { districts, provinces } = figures;

  const rounded = (value, digits) => (value === null ? null : Number(value.toFixed(digits)));
  const rankRange = (places) => Tables.rankRange(places, ["อันดับที่เปอร์เซ็นไทล์ 5", "อันดับที่เปอร์เซ็นไทล์ 95"]);
  const firmness = (places) => {
    const word = (i) => (places.firmness[i] === null ? null : local(figures.words.firmness[places.firmness[i]]));
    const name = ["ความแน่นอน", "certainty"];
    // Sorted from firm to unlikely, not by the letters of the words.
    return { name, of: (i) => places.firmness[i], show: word, download: [{ name, of: word }] };
  };
  const criterion = ({ name, short, digits }) => ({
    name: short,
    number: true,
    of: (i) => rounded(districts[name][i], digits + 2),
    show: (i) => (districts[name][i] === null ? null : formatted(districts[name][i], digits)),
  });
  const best = (p, between) => now().provinces.pilots[p].map((i) => local(districts.name[i])).join(between);

  function persons(i) {
    const count = districts.poor_persons[i];
    const small = districts.from_rows[i] && count > 0 && count < figures.smallest_count;
    return small ? `<${figures.smallest_count}` : count;
  }

  const COLUMNS = {
    provinces: () => [
      { name: ["อันดับ", "rank"], number: true, of: (p) => now().provinces.rank[p] },
      {
        name: ["จังหวัด", "province"],
        heads: true,
        of: (p) => local(provinces.name[p]),
        show: (p) => link(provinces.code[p], local(provinces.name[p])),
        download: Tables.codeAndNames(provinces, ["จังหวัด", "province"]),
      },
      { name: ["ภาค", "region"], of: (p) => local(figures.regions[provinces.region[p]]) },
      {
        name: ["ค่า", "value"],
        number: true,
        of: (p) => rounded(now().provinces.value[p], 2),
        show: (p) => formatted(now().provinces.value[p], 1),
      },
      { name: ["อำเภอที่ดีที่สุด", "best districts"], of: (p) => best(p, ", "), show: (p) => best(p, " · ") || null },
      // Certainty is known for the official weights only.
      ...(trying() ? [] : [firmness(provinces), rankRange(provinces)]),
    ],
    districts: () => [
      { name: ["อันดับ", "rank"], number: true, of: (i) => now().districts.rank[i] },
      {
        name: ["อำเภอ/เขต", "district"],
        heads: true,
        of: (i) => local(districts.name[i]),
        show: (i) => Tables.placeButton(local(districts.name[i]), () => choose(i, true)),
        download: Tables.codeAndNames(districts, ["อำเภอ", "district"]),
      },
      { name: ["จังหวัด", "province"], of: (i) => local(provinces.name[provinceOf(i)]) },
      {
        name: ["คะแนน", "score"],
        number: true,
        of: (i) => rounded(now().districts.score[i], 2),
        show: (i) => (now().districts.score[i] === null ? null : formatted(now().districts.score[i], 1)),
      },
      { name: ["สถานะ", "status"], of: (i) => local(figures.words.status[now().districts.status[i]]) },
      ...figures.criteria.map(criterion),
      {
        name: ["คนจน", "poor"],
        number: true,
        of: (i) => districts.poor_persons[i],
        show: poor,
        download: [{ name: ["คนจน (คน)", "poor (persons)"], of: persons }],
      },
      ...(trying() ? [] : [rankRange(districts)]),
    ],
  };

  function caption(name) {
    const [th, en] = trying()
      ? ["ตามน้ำหนักที่ลอง ไม่ใช่ผลทางการ", "by the weights tried, not official"]
      : ["ตามน้ำหนักทางการ", "by the official weights"];
    return name === "provinces"
      ? [`ทุกจังหวัด ${th}`, `All provinces, ${en}`]
      : [`ทุกอำเภอ ${th}`, `All districts, ${en}`];
  }

  return { columns: (name) => COLUMNS[name](), caption };
};
