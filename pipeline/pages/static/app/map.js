/* Districts on a map: one layer of outlines, restyled; a legend; the same drawn for paper. */
"use strict";

const PlaceMap = (() => {
  const { local, formatted, element } = Page;
  const BELOW = "#dfe3ea";
  const ELSEWHERE = "#ccd3dd";
  const HALO = "#ffffff";
  const ACCENT = "#b3261e";
  const CHOSEN = "#ffa600";
  const SVG = "http://www.w3.org/2000/svg";

  function shape(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }

  function swatch(fill, stroke) {
    const svg = shape("svg", { width: 22, height: 13, "aria-hidden": "true" });
    const dot = stroke === "dot";
    svg.append(shape(dot ? "circle" : "rect", {
      ...(dot ? { cx: 11, cy: 6.5, r: 3.6 } : { x: 1, y: 1, width: 20, height: 11 }),
      fill, stroke: dot ? "#16243a" : stroke || "#c3cad5", "stroke-width": stroke && !dot ? 2 : 1,
    }));
    return svg;
  }

  function key(fill, words, stroke) {
    const line = element("div", undefined, "key");
    line.append(swatch(fill, stroke), element("span", words));
    return line;
  }

  /* The class of a value: the number of bounds below it. */
  function place(of, value) {
    let i = 0;
    while (i < of.bounds.length && value > of.bounds[i]) i += 1;
    return i;
  }

  /* Draws districts on Leaflet's `map`. Of the page's figures: `criteria` and `score` are the layers, each with name,
     title, unit and digits; `classes` the bounds and colours of each by name; `maps` further words of the legend.
     `about` answers questions about a district by its number: code(i), value(layer, i), eligible(i), marked(i),
     elsewhere(i), hint(i, layer), and where names are on the map named(i) and label(i), a point or nothing.
     `choose(i)` is called on a click; `campuses` are [lon, lat, words()]. */
  function make(map, topology, { criteria, score, classes, maps }, about, choose, campuses) {
    const layers = [...criteria, score];
    const layerNamed = (name) => layers.find((other) => other.name === name);
    const objects = topology.objects.districts;
    objects.geometries.forEach((geometry, i) => { geometry.id = i; });
    const features = topojson.feature(topology, objects);
    let shown = score;
    let chosen = null;
    let settled = false; // the reader has moved the map: a new window size keeps the place

    function fill(layer, i) {
      if (about.elsewhere(i)) return ELSEWHERE;
      const value = about.value(layer, i);
      if (value === null) return "url(#no-data)";
      if (layer === score && !about.eligible(i)) return BELOW;
      const of = classes[layer.name];
      return of.colours[place(of, value)];
    }

    const style = (feature) => {
      const i = feature.id;
      const marked = about.marked(i);
      return {
        fillColor: fill(shown, i), fillOpacity: 1, opacity: 1,
        color: i === chosen ? CHOSEN : marked ? ACCENT : "#ffffff",
        weight: i === chosen ? 3.2 : marked ? 2 : 0.35,
      };
    };

    /* The words of a class, from the highest to the lowest. */
    function rangeWords({ bounds }, i, bound) {
      if (!bounds.length) return local(["ทุกอำเภอ", "every district"]);
      if (i === 0) return `≤ ${bound(bounds[0])}`;
      if (i === bounds.length) return `> ${bound(bounds[i - 1])}`;
      return `${bound(bounds[i - 1])} – ${bound(bounds[i])}`;
    }

    function legendOf(layer, box) {
      const of = classes[layer.name];
      const bound = (value) => formatted(value, layer.digits);
      const groups = local(["ห้ากลุ่ม จำนวนอำเภอเท่ากัน", "five groups of equally many districts"]);
      box.replaceChildren(element("strong", local(layer.title)));
      box.append(element("span", `${local(layer.unit)} · ${groups}`, "unit"));
      for (let i = of ? of.bounds.length : -1; i >= 0; i -= 1) box.append(key(of.colours[i], rangeWords(of, i, bound)));
      if (layer === score) box.append(key(BELOW, local(maps.below_gate)));
      box.append(key("url(#no-data)", local(maps.no_data)));
      box.append(key("#ffffff", local(maps.pilot), ACCENT));
      return box;
    }

    function legend() {
      const box = legendOf(shown, document.getElementById("legend"));
      box.append(key("#ffffff", local(["มหาวิทยาลัย", "university campus"]), "dot"));
      if (about.others) box.append(key(ELSEWHERE, local(["จังหวัดข้างเคียง", "neighbouring province"])));
    }

    const hint = document.getElementById("hint");
    function showHint(event, words) {
      const frame = map.getContainer().getBoundingClientRect();
      const { clientX, clientY } = event.originalEvent;
      hint.textContent = words;
      hint.hidden = false;
      const x = clientX - frame.left;
      hint.style.left = `${Math.max(4, Math.min(x + 14, frame.width - hint.offsetWidth - 4))}px`;
      hint.style.top = `${Math.max(4, clientY - frame.top - 30)}px`;
    }
    const hideHint = () => { hint.hidden = true; };

    const layer = L.geoJSON(features, {
      style,
      onEachFeature: (feature, outline) => {
        outline.on("click", () => choose(feature.id));
        outline.on("mousemove", (event) => showHint(event, about.hint(feature.id, shown)));
        outline.on("mouseout", hideHint);
      },
    }).addTo(map);
    const outlines = [];
    layer.eachLayer((outline) => { outlines[outline.feature.id] = outline; });

    const corner = window.matchMedia("(max-width: 60rem)").matches ? "topright" : "topleft";
    L.control.zoom({ position: corner, zoomInTitle: "ขยาย · zoom in", zoomOutTitle: "ย่อ · zoom out" }).addTo(map);
    const provinceOf = (i) => about.code(i).slice(0, 2);
    const borders = topojson.mesh(topology, objects, (a, b) => provinceOf(a.id) !== provinceOf(b.id));
    // The panes "borders" and "campuses" (embedding.folium_map) stay above the district in front.
    const borderStyle = { color: "#3d4a60", weight: 0.9, opacity: 0.85, fill: false };
    L.geoJSON(borders, { pane: "borders", interactive: false, style: borderStyle }).addTo(map);
    campuses.forEach(([lon, lat, words]) => {
      const dot = L.circleMarker([lat, lon], {
        pane: "campuses", className: "campus",
        radius: 2.6, color: "#16243a", weight: 1, fillColor: "#fff", fillOpacity: 1,
      });
      dot.on("mousemove", (event) => showHint(event, words()));
      dot.on("mouseout", hideHint);
      dot.addTo(map);
    });
    const labels = [];
    outlines.forEach((_, i) => {
      const point = about.label && about.label(i);
      if (!point) return;
      const words = element("span", about.named(i));
      labels.push([i, words]);
      const icon = L.divIcon({ html: words, className: "label", iconSize: [0, 0] });
      L.marker([point[1], point[0]], { interactive: false, keyboard: false, icon }).addTo(map);
    });
    const container = map.getContainer();
    container.setAttribute("role", "application");
    const help = [
      "แผนที่อำเภอ เลื่อนด้วยปุ่มลูกศร ตารางอยู่ข้างแผนที่",
      "map of districts; move it with the arrow keys; the table has the same figures",
    ];
    container.setAttribute("aria-label", help.join(" · "));
    container.querySelectorAll("path").forEach((path) => path.setAttribute("tabindex", "-1"));

    function bring() {
      outlines.forEach((outline, i) => { if (about.marked(i)) outline.bringToFront(); });
      if (chosen !== null) outlines[chosen].bringToFront();
    }

    function restyle() {
      layer.setStyle(style);
      bring();
      legend();
    }

    function whole() {
      map.invalidateSize(false);
      if (!map.getSize().x || !map.getSize().y) return;
      map.setMinZoom(0);
      // On a wide screen the legend is at the left: the map is fitted to the space next to it.
      const left = corner === "topleft" ? document.getElementById("legend").offsetWidth + 16 : 8;
      map.fitBounds(ownBounds(), { animate: false, paddingTopLeft: [left, 8], paddingBottomRight: [8, 8] });
      map.setMinZoom(map.getZoom() - 1.5);
    }

    function boundsOf(numbers) {
      const bounds = L.latLngBounds([]);
      numbers.forEach((i) => bounds.extend(outlines[i].getBounds()));
      return bounds;
    }

    const ownBounds = () => boundsOf(outlines.map((_, i) => i).filter((i) => !about.elsewhere(i)));

    /* Fits the map to some districts, next to the card if there is room for both. */
    function show(numbers, pad) {
      const frame = container.getBoundingClientRect();
      const card = document.getElementById("card");
      const cardWidth = card && !card.hidden && frame.width > 600 ? card.offsetWidth + 16 : 0;
      settled = true;
      map.fitBounds(boundsOf(numbers).pad(pad), { animate: false, paddingBottomRight: [cardWidth, 0] });
    }

    /* One layer as a drawing of a given width, with its title and legend: for paper. */
    function drawing(layer, width) {
      const bounds = ownBounds();
      const [left, bottom, right, top] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
      const across = Math.cos(((top + bottom) / 2) * Math.PI / 180);
      const scale = width / ((right - left) * across || 1);
      const height = (top - bottom) * scale;
      const xy = ([lon, lat]) => `${((lon - left) * across * scale).toFixed(1)},${((top - lat) * scale).toFixed(1)}`;
      const line = (ring, end) => `M${ring.map(xy).join("L")}${end}`;
      const polygons = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);
      const path = (geometry) => polygons(geometry).flatMap((rings) => rings.map((ring) => line(ring, "Z"))).join("");
      const svg = shape("svg", { viewBox: `0 0 ${width} ${height.toFixed(1)}`, class: "drawing" });
      const order = features.features.map((_, i) => i).sort((a, b) => about.marked(a) - about.marked(b));
      order.forEach((i) => {
        if (!features.features[i].geometry) return;
        const [stroke, strokeWidth] = about.marked(i) ? [ACCENT, 0.9] : ["#ffffff", 0.15];
        const d = path(features.features[i].geometry);
        const fillRule = { fill: fill(layer, i), "fill-rule": "evenodd" };
        svg.append(shape("path", { d, ...fillRule, stroke, "stroke-width": strokeWidth }));
      });
      const mesh = borders.coordinates.map((part) => line(part, "")).join("");
      svg.append(shape("path", { d: mesh, fill: "none", stroke: "#3d4a60", "stroke-width": 0.35 }));
      labels.forEach(([i]) => {
        const [x, y] = xy(about.label(i)).split(",");
        const halo = { stroke: HALO, "stroke-width": 1.6, "paint-order": "stroke" };
        const text = shape("text", { x, y, "text-anchor": "middle", "font-size": 7, fill: "#16243a", ...halo });
        text.textContent = about.named(i);
        svg.append(text);
      });
      const figure = element("figure");
      figure.append(legendOf(layer, element("figcaption")), svg);
      return figure;
    }

    map.setMaxZoom(13);
    whole();
    new ResizeObserver(() => (settled ? map.invalidateSize(false) : whole())).observe(container);
    container.addEventListener("pointerdown", () => { settled = true; });
    container.addEventListener("wheel", () => { settled = true; }, { passive: true });
    const radios = [...document.querySelectorAll("input[name=layer]")];
    function showLayer(name) {
      const radio = radios.find((input) => input.value === name);
      if (!radio) return;
      radio.checked = true;
      shown = layerNamed(name);
      restyle();
    }
    radios.forEach((radio) => radio.addEventListener("change", () => showLayer(radio.value)));
    Page.onLanguage(() => {
      legend();
      labels.forEach(([i, words]) => { words.textContent = about.named(i); });
    });
    window.addEventListener("beforeprint", () => {
      document.getElementById("printed").replaceChildren(...layers.map((layer) => drawing(layer, 300)));
    });
    window.addEventListener("afterprint", () => document.getElementById("printed").replaceChildren());
    const checked = radios.find((radio) => radio.checked);
    if (checked) shown = layerNamed(checked.value);
    restyle();
    return {
      restyle, show, showLayer,
      pick: (i) => { chosen = i; restyle(); },
      shown: () => shown.name,
    };
  }

  return { make };
})();
