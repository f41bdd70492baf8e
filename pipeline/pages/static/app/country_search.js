/* The search field of the country page, and the places that it finds. How names are compared: search.js. */
"use strict";

/* `context` gives the figures, links to pages of provinces, and what a click on a place does. */
const CountrySearch = (context) => {
  const { local, element } = Page;
  const { figures, all, provinceOf, link, choose, showProvince } = context;
  const { districts, provinces } = figures;
  const byId = (id) => document.getElementById(id);

  const find = Search.index([
    ...all.provinces.map((p) => ({ code: provinces.code[p], names: provinces.name[p], province: p })),
    ...all.districts.map((i) => (
      { code: districts.code[i], names: districts.name[i], within: provinces.name[provinceOf(i)], district: i }
    )),
  ]);

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

  function listen() {
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

  return { search, listen };
};
