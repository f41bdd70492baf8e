/* The list of provinces while other weights are tried, on the country page. */
"use strict";

/* `context` gives the figures, the official ranking and the one as it is `now()`, the `sentences()` about districts,
   and what a click on a district does. */
const CountryTried = (context) => {
  const { local, element, formatted } = Page;
  const { figures, official, link, choose, now, sentences } = context;
  const { districts, provinces } = figures;

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
    const score = `${formatted(now().districts.score[i], 1)} ${points} ${now().districts.rank[i]}`;
    button.append(element("span", local(districts.name[i]), "name"), " ", element("span", score, "score"));
    item.append(button);
    if (sentences()) item.append(element("p", local(sentences().reason.map((of) => of[i])), "reason"));
    return item;
  }

  function provinceSummary(p) {
    const summary = element("summary");
    const officialRank = official.provinces.rank[p];
    const entered = !official.provinces.listed.includes(p);
    const who = element("span", undefined, "who");
    const name = element("span", local(provinces.name[p]), "name");
    name.append(" ", element("span", local(figures.regions[provinces.region[p]]), "region"));
    const pilots = now().provinces.pilots[p].map((i) => local(districts.name[i])).join(" · ");
    const before = local([`อันดับทางการ ${officialRank}`, `official rank ${officialRank}`]);
    who.append(name, element("span", pilots, "pilots"), element("span", before, entered ? "flag" : "range"));
    const value = element("span", undefined, "value");
    const points = formatted(now().provinces.value[p], 1);
    const label = `${local(["ค่าของจังหวัด", "value of the province"])} ${points}`;
    value.append(element("span", points, "number"), meter(now().provinces.value[p], 100, label));
    summary.append(element("span", String(now().provinces.rank[p]), "rank"), who, value);
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
      list.append(...now().provinces.pilots[p].map(districtItem));
      const more = element("p", undefined, "certainty");
      more.append(link(provinces.code[p], local(["รายละเอียดของจังหวัด", "Details of the province"])));
      details.append(more, list);
    });
    item.append(details);
    return item;
  }

  /* Fills `box` with the provinces on the shortlist, and those that are no longer on it. */
  function draw(box) {
    const left = official.provinces.listed.filter((p) => !now().provinces.listed.includes(p));
    box.replaceChildren(...now().provinces.listed.map(provinceItem));
    if (left.length) {
      const names = left.map((p) => `${local(provinces.name[p])} (${now().provinces.rank[p]})`).join(" · ");
      box.append(element("li", `${local(["หลุดจากรายชื่อ", "Off the shortlist"])}: ${names}`, "left"));
    }
  }

  return { draw };
};
