/* A district in full, on the country page: what is known of it, and the sentences about it. */
"use strict";

/* `context` gives the figures, the ranking as it is `now()`, whether other weights are being tried, and the
   `sentences()` about districts, which come after the figures. */
const CountryCard = (context) => {
  const { local, element, formatted } = Page;
  const { figures, provinceOf, now, trying, sentences } = context;
  const { districts, provinces, criteria, words } = figures;
  const byId = (id) => document.getElementById(id);

  /* How many are poor; a small number from household rows is not shown. */
  function poor(i) {
    const count = districts.poor_persons[i];
    const least = figures.smallest_count;
    if (count === null) return formatted(null);
    if (districts.from_rows[i] && count > 0 && count < least) return local([`<${least} คน`, `<${least} persons`]);
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
    const score = now().districts.score[i];
    const rank = now().districts.rank[i];
    const rankWords = rank === null ? "" : local([` อันดับ ${rank}`, `, rank ${rank}`]);
    add(["สถานะ", "status"], local(words.status[now().districts.status[i]]));
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

  function show(i) {
    const body = byId("card-body");
    const list = element("dl");
    facts(i).forEach(([name, value]) => list.append(element("dt", name), element("dd", value)));
    const p = provinceOf(i);
    const where = element("p", undefined, "where");
    where.append(link(provinces.code[p], local(provinces.name[p]), districts.code[i]));
    body.replaceChildren(element("h3", local(districts.name[i])), where, list);
    // The sentences are those of the official weights: they are left out while others are tried.
    const kinds = trying() ? [] : ["reason", "certainty", "outlook", "comparison"];
    if (sentences()) kinds.forEach((kind) => body.append(element("p", local(sentences()[kind].map((of) => of[i])))));
    byId("card").hidden = false;
  }

  return { poor, link, show };
};
