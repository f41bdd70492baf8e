/* The country page in the browser: one layer of districts, restyled; a card; two languages.
   Text from data goes into the page as text only (textContent), never as markup. */
"use strict";

const PilotAreas = (() => {
  const COLOURS = ["#f3e48b", "#c9b96a", "#8e8a79", "#4d566d", "#00224e"]; // cividis, more is darker
  const BELOW = "#dfe3ea";
  const BARE = "url(#no-data)";
  const ACCENT = "#b3261e";
  const STATUS = [
    ["เข้าเกณฑ์", "eligible"],
    ["ความยากจนไม่กระจุกตัว ยังเป็นพื้นที่นำร่องไม่ได้", "below the gate, cannot be a pilot"],
    ["ต้องการข้อมูล", "data needed"],
    ["ไม่นำมาพิจารณา", "excluded"],
  ];
  const FIGURES = [
    ["ตัวเลขที่เผยแพร่", "published rates"],
    ["ข้อมูลรายครัวเรือน", "household rows"],
    ["ข้อมูลรายครัวเรือน รวมกับอำเภออื่นในจังหวัด", "household rows, with other districts of the province"],
  ];
  const LAYERS = {
    score: { column: 4, digits: 1, name: ["คะแนนของอำเภอที่เข้าเกณฑ์", "Score of eligible districts"], unit: ["0–100", "0–100"] },
    poverty: { column: 5, digits: 2, name: ["เกณฑ์ความยากจนกระจุกตัว", "Poverty concentration"], unit: ["0–1", "0–1"] },
    university: { column: 6, digits: 2, name: ["เกณฑ์มหาวิทยาลัยที่เชื่อมภาคี", "A university that connects"], unit: ["0–1", "0–1"] },
    data_system: { column: 7, digits: 2, name: ["เกณฑ์ระบบข้อมูลที่ยอมรับ", "An accepted data system"], unit: ["0–1", "0–1"] },
  };
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = read("figures");
  const pilots = new Set(figures.pilots);
  let layerName = "score";
  let sentences = null;
  let map = null;
  let districts = null;
  let chosen = null;
  let settled = false; // the reader has moved the map: a new window size keeps the place

  const english = () => document.documentElement.lang === "en";
  const said = (pair) => pair[english() ? 1 : 0];
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const shown = (value, digits) =>
    value === null ? said(["ไม่มีข้อมูล", "no data"])
      : value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  function colour(code) {
    const row = figures.rows[code];
    const value = row[LAYERS[layerName].column];
    if (value === null) return BARE;
    if (layerName === "score" && row[2] !== 0) return BELOW;
    const breaks = figures.breaks[layerName];
    let place = 0;
    while (place < breaks.length && value > breaks[place]) place += 1;
    return COLOURS[Math.round((place * (COLOURS.length - 1)) / Math.max(1, breaks.length))];
  }

  const style = (feature) => ({
    fillColor: colour(feature.id),
    fillOpacity: 1,
    color: feature.id === chosen ? "#ffa600" : pilots.has(feature.id) ? ACCENT : "#ffffff",
    weight: feature.id === chosen ? 3.2 : pilots.has(feature.id) ? 2 : 0.35,
    opacity: 1,
  });

  function restyle() {
    districts.setStyle(style);
    districts.eachLayer((layer) => { if (pilots.has(layer.feature.id)) layer.bringToFront(); });
    districts.eachLayer((layer) => { if (layer.feature.id === chosen) layer.bringToFront(); });
    legend();
  }

  function swatch(fill, stroke) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("width", "22");
    svg.setAttribute("height", "13");
    svg.setAttribute("aria-hidden", "true");
    const box = document.createElementNS("http://www.w3.org/2000/svg", stroke === "dot" ? "circle" : "rect");
    const sizes = stroke === "dot" ? { cx: 11, cy: 6.5, r: 3.6 } : { x: 1, y: 1, width: 20, height: 11 };
    Object.entries(sizes).forEach(([name, value]) => box.setAttribute(name, value));
    box.setAttribute("fill", fill);
    box.setAttribute("stroke", stroke === "dot" ? "#16243a" : stroke || "#c3cad5");
    box.setAttribute("stroke-width", stroke && stroke !== "dot" ? "2" : "1");
    svg.append(box);
    return svg;
  }

  function key(fill, words, stroke) {
    const line = element("div", undefined, "key");
    line.append(swatch(fill, stroke), element("span", words));
    return line;
  }

  function legend() {
    const box = document.getElementById("legend");
    const { name, unit, digits } = LAYERS[layerName];
    const breaks = figures.breaks[layerName];
    box.replaceChildren(element("strong", said(name)), element("span", `${said(unit)} · ${said(["ห้ากลุ่มเท่ากัน", "five equal groups"])}`, "unit"));
    for (let i = breaks.length; i >= 0; i -= 1) {
      const low = i === 0 ? null : breaks[i - 1];
      const high = i === breaks.length ? null : breaks[i];
      const words = low === null ? `≤ ${shown(high, digits)}` : high === null ? `> ${shown(low, digits)}` : `${shown(low, digits)} – ${shown(high, digits)}`;
      box.append(key(COLOURS[Math.round((i * (COLOURS.length - 1)) / Math.max(1, breaks.length))], words));
    }
    if (layerName === "score") box.append(key(BELOW, said(["ความยากจนไม่กระจุกตัว", "poverty does not concentrate"])));
    box.append(key(BARE, said(["ไม่มีข้อมูล", "no data"])));
    box.append(key("#ffffff", said(["อำเภอนำร่อง", "pilot district"]), ACCENT));
    box.append(key("#ffffff", said(["มหาวิทยาลัย", "university campus"]), "dot"));
  }

  function card(code) {
    const row = figures.rows[code];
    const province = figures.provinces[code.slice(0, 2)];
    const body = document.getElementById("card-body");
    const pick = english() ? 1 : 0;
    const list = element("dl");
    const add = (name, value) => list.append(element("dt", said(name)), element("dd", value));
    add(["สถานะ", "status"], said(STATUS[row[2]]));
    if (row[4] !== null) add(["คะแนน", "score"], `${shown(row[4], 1)}${row[3] === null ? "" : said([` อันดับ ${row[3]}`, `, rank ${row[3]}`])}`);
    add(["ความยากจน", "poverty"], shown(row[5], 2));
    add(["มหาวิทยาลัย", "university"], shown(row[6], 2));
    add(["ระบบข้อมูล", "data system"], shown(row[7], 2));
    if (row[8] !== null) {
      add(row[16] ? ["คนจนอย่างน้อย", "poor, at least"] : ["คนจน", "poor"], said([`${shown(row[9], 0)} คน (${shown(row[8], 1)}%)`, `${shown(row[9], 0)} persons (${shown(row[8], 1)}%)`])
        + (row[10] ? said([" · จุดร้อน", " · hot spot"]) : "") + (row[11] ? said([" · น่าสงสัย", " · suspect"]) : ""));
    }
    if (row[15] !== null) add(["ตัวเลขจาก", "figures from"], said(FIGURES[row[15]]));
    add(["มหาวิทยาลัยใกล้สุด", "nearest university"], `${figures.institutions[row[12]][pick]} ${said([`ราว ${row[13]} นาที`, `about ${row[13]} minutes`])}`);
    if (row[14] !== null) add(["สำรวจแล้ว", "surveyed"], said([`${row[14]}% ของทะเบียนราษฎร`, `${row[14]}% of the registered`]));
    body.replaceChildren(element("h3", row[pick]), element("p", province[pick], "where"), list);
    // Reason, certainty, outlook, comparison; each in Thai and in English.
    if (sentences) [0, 6, 4, 2].forEach((kind) => body.append(element("p", sentences[kind + pick][code])));
    document.getElementById("card").hidden = false;
  }

  function choose(code, fly) {
    chosen = code;
    restyle();
    card(code);
    if (fly) {
      districts.eachLayer((layer) => {
        if (layer.feature.id === code) show(layer.getBounds().pad(2));
      });
    }
  }

  /* Fits the map to a place, beside the card where there is room for both. */
  function show(bounds) {
    const frame = map.getContainer().getBoundingClientRect();
    const card = document.getElementById("card");
    const beside = !card.hidden && frame.width > 600 ? card.offsetWidth + 16 : 0;
    settled = true;
    map.fitBounds(bounds, { animate: false, paddingBottomRight: [beside, 0] });
  }

  function whole() {
    map.invalidateSize(false);
    if (!map.getSize().x || !map.getSize().y) return;
    const bounds = districts.getBounds();
    map.setMinZoom(0);
    map.fitBounds(bounds, { animate: false, padding: [8, 8] });
    map.setMinZoom(map.getZoom() - 0.5);
  }

  function provinceBounds(province) {
    let bounds = null;
    districts.eachLayer((layer) => {
      if (layer.feature.id.slice(0, 2) !== province) return;
      bounds = bounds ? bounds.extend(layer.getBounds()) : L.latLngBounds(layer.getBounds().getSouthWest(), layer.getBounds().getNorthEast());
    });
    return bounds;
  }

  function hint(event, code) {
    const box = document.getElementById("hint");
    const row = figures.rows[code];
    const { column, digits } = LAYERS[layerName];
    const value = layerName === "score" && row[2] !== 0 ? said(STATUS[row[2]]) : shown(row[column], digits);
    box.textContent = `${row[english() ? 1 : 0]} · ${figures.provinces[code.slice(0, 2)][english() ? 1 : 0]} · ${value}`;
    place(box, event);
  }

  function place(box, event) {
    const frame = document.querySelector(".map-frame").getBoundingClientRect();
    box.hidden = false;
    const x = event.originalEvent.clientX - frame.left + 14;
    const y = event.originalEvent.clientY - frame.top + 14;
    box.style.left = `${Math.min(x, frame.width - box.offsetWidth - 6)}px`;
    box.style.top = `${Math.min(y, frame.height - box.offsetHeight - 6)}px`;
  }

  const unhint = () => { document.getElementById("hint").hidden = true; };

  function dates() {
    document.querySelectorAll("time").forEach((time) => {
      const parts = time.dateTime.split("-").map(Number);
      if (parts.some(Number.isNaN)) return;
      const options = parts.length === 3 ? { day: "numeric", month: "long", year: "numeric" } : { year: "numeric" };
      const date = new Date(Date.UTC(parts[0], (parts[1] || 1) - 1, parts[2] || 1));
      const text = new Intl.DateTimeFormat(english() ? "en-GB" : "th-TH-u-ca-buddhist", { ...options, timeZone: "UTC" }).format(date);
      time.textContent = text.replace(/^พ\.ศ\.\s*/, "พ.ศ. ");
    });
  }

  function speak(language) {
    document.documentElement.lang = language;
    try { localStorage.setItem("language", language); } catch { /* a page on a stick may not keep anything */ }
    dates();
    if (districts) legend();
    if (chosen) card(chosen);
  }

  async function unpack() {
    if (typeof DecompressionStream === "undefined") return;
    const packed = Uint8Array.from(atob(document.getElementById("sentences").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    sentences = JSON.parse(await new Response(stream).text());
    if (chosen) card(chosen);
  }

  function draw(made) {
    map = made;
    const topology = read("topology");
    const shapes = topology.objects.districts;
    // Outlines stand in the order of district codes.
    Object.keys(figures.rows).sort().forEach((code, i) => { shapes.geometries[i].id = code; });
    const corner = window.matchMedia("(max-width: 60rem)").matches ? "topright" : "topleft";
    L.control.zoom({ position: corner, zoomInTitle: "ขยาย · zoom in", zoomOutTitle: "ย่อ · zoom out" }).addTo(map);
    districts = L.geoJSON(topojson.feature(topology, shapes), {
      style,
      onEachFeature: (feature, layer) => {
        layer.on("click", () => choose(feature.id, false));
        layer.on("mousemove", (event) => hint(event, feature.id));
        layer.on("mouseout", unhint);
      },
    }).addTo(map);
    const borders = topojson.mesh(topology, shapes, (a, b) => a.id.slice(0, 2) !== b.id.slice(0, 2));
    // Panes of their own keep borders and campuses above whichever district comes to the front.
    ["borders", "campuses"].forEach((name, i) => { map.createPane(name).style.zIndex = 450 + i; });
    map.getPane("borders").style.pointerEvents = "none";
    L.geoJSON(borders, { pane: "borders", interactive: false, style: { color: "#3d4a60", weight: 0.9, opacity: 0.85, fill: false } }).addTo(map);
    figures.campuses.forEach(([lon, lat, institution, exact]) => {
      const dot = L.circleMarker([lat, lon], { pane: "campuses", radius: 2.6, color: "#16243a", weight: 1, fillColor: "#fff", fillOpacity: 1, className: "campus" });
      const words = () => said(figures.institutions[institution]) + (exact ? "" : said([" (ทราบเพียงอำเภอ)", " (district known only)"]));
      dot.on("mousemove", (event) => {
        const box = document.getElementById("hint");
        box.textContent = words();
        place(box, event);
      });
      dot.on("mouseout", unhint);
      dot.addTo(map);
    });
    map.getContainer().querySelectorAll("path").forEach((path) => path.setAttribute("tabindex", "-1"));
    map.setMaxZoom(13);
    whole();
    new ResizeObserver(() => (settled ? map.invalidateSize(false) : whole())).observe(map.getContainer());
    map.getContainer().addEventListener("pointerdown", () => { settled = true; });
    map.getContainer().addEventListener("wheel", () => { settled = true; }, { passive: true });
    restyle();
    listen();
    document.documentElement.dataset.ready = "yes";
    unpack();
  }

  function listen() {
    document.querySelectorAll("input[name=layer]").forEach((input) => input.addEventListener("change", () => {
      layerName = input.value;
      restyle();
    }));
    document.querySelectorAll("button.district").forEach((button) => button.addEventListener("click", () => choose(button.dataset.district, true)));
    document.querySelectorAll("details[data-province]").forEach((details) => details.querySelector("summary").addEventListener("click", () => {
      if (!details.open) show(provinceBounds(details.dataset.province).pad(0.5));
    }));
    document.getElementById("close-card").addEventListener("click", () => {
      document.getElementById("card").hidden = true;
      chosen = null;
      restyle();
    });
    document.getElementById("open-all").addEventListener("click", (event) => {
      const button = event.currentTarget;
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      document.querySelectorAll("details[data-province]").forEach((details) => { details.open = open; });
    });
  }

  document.getElementById("language").addEventListener("click", () => speak(english() ? "th" : "en"));
  window.addEventListener("beforeprint", () => document.querySelectorAll("details[data-province]").forEach((details) => { details.open = true; }));
  let remembered = "th";
  try { remembered = localStorage.getItem("language") || "th"; } catch { /* not kept */ }
  speak(remembered === "en" ? "en" : "th");
  return { draw };
})();
