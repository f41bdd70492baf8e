/* Districts on a map: one layer of outlines, restyled; a legend; the same drawn for paper. */
"use strict";

const PlaceMap = (() => {
  const { said, shown, element } = Page;
  const BELOW = "#dfe3ea";
  const ELSEWHERE = "#e1e5ec";
  const HALO = "#ffffff";
  const ACCENT = "#b3261e";
  const CHOSEN = "#ffa600";
  const SVG = "http://www.w3.org/2000/svg";
  const LAYERS = ["poverty", "university", "data_system", "score"];
  const digits = (layer) => (layer === "score" ? 1 : 2);

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

  /* The class of a value: as many bounds as it lies above. */
  function place(of, value) {
    let i = 0;
    while (i < of.bounds.length && value > of.bounds[i]) i += 1;
    return i;
  }

  /* `classes` and `maps` are the bounds, colours and words of each layer. `about` tells of each district by its number: code, name, value(layer, i), eligible(i), marked(i), elsewhere(i);
     named(i) and label(i), a point or nothing, where names stand on the map. `choose` hears which one is clicked; `campuses` are [lon, lat, words()]. */
  function make(map, topology, { classes, maps }, about, choose, campuses) {
    const objects = topology.objects.districts;
    objects.geometries.forEach((geometry, i) => { geometry.id = i; });
    const features = topojson.feature(topology, objects);
    let layerName = "score";
    let chosen = null;
    let settled = false; // the reader has moved the map: a new window size keeps the place

    function fill(layer, i) {
      if (about.elsewhere(i)) return ELSEWHERE;
      const value = about.value(layer, i);
      if (value === null) return "url(#no-data)";
      if (layer === "score" && !about.eligible(i)) return BELOW;
      return classes[layer].colours[place(classes[layer], value)];
    }

    const style = (feature) => {
      const i = feature.id;
      const marked = about.marked(i);
      return {
        fillColor: fill(layerName, i), fillOpacity: 1, opacity: 1,
        color: i === chosen ? CHOSEN : marked ? ACCENT : "#ffffff",
        weight: i === chosen ? 3.2 : marked ? 2 : 0.35,
      };
    };

    function legendOf(layer, box) {
      const of = classes[layer];
      const bound = (value) => shown(value, digits(layer));
      box.replaceChildren(element("strong", said(maps[layer])), element("span", `${said(maps.unit[layer])} · ${said(["ห้ากลุ่ม จำนวนอำเภอเท่ากัน", "five groups of equally many districts"])}`, "unit"));
      for (let i = of ? of.bounds.length : -1; i >= 0; i -= 1) {
        const low = i === 0 ? null : of.bounds[i - 1];
        const high = i === of.bounds.length ? null : of.bounds[i];
        const words = low === null && high === null ? said(["ทุกอำเภอ", "every district"])
          : low === null ? `≤ ${bound(high)}` : high === null ? `> ${bound(low)}` : `${bound(low)} – ${bound(high)}`;
        box.append(key(of.colours[i], words));
      }
      if (layer === "score") box.append(key(BELOW, said(maps.below_gate)));
      box.append(key("url(#no-data)", said(maps.no_data)));
      box.append(key("#ffffff", said(maps.pilot), ACCENT));
      return box;
    }

    function legend() {
      const box = legendOf(layerName, document.getElementById("legend"));
      box.append(key("#ffffff", said(["มหาวิทยาลัย", "university campus"]), "dot"));
      if (about.others) box.append(key(ELSEWHERE, said(["จังหวัดข้างเคียง", "neighbouring province"])));
    }

    const hint = document.getElementById("hint");
    function say(event, words) {
      const frame = map.getContainer().getBoundingClientRect();
      const { clientX, clientY } = event.originalEvent;
      hint.textContent = words;
      hint.hidden = false;
      const x = clientX - frame.left;
      hint.style.left = `${Math.max(4, Math.min(x + 14, frame.width - hint.offsetWidth - 4))}px`;
      hint.style.top = `${Math.max(4, clientY - frame.top - 30)}px`;
    }
    const hush = () => { hint.hidden = true; };

    const layer = L.geoJSON(features, {
      style,
      onEachFeature: (feature, outline) => {
        outline.on("click", () => choose(feature.id));
        outline.on("mousemove", (event) => say(event, about.hint(feature.id, layerName)));
        outline.on("mouseout", hush);
      },
    }).addTo(map);
    const outlines = [];
    layer.eachLayer((outline) => { outlines[outline.feature.id] = outline; });

    const corner = window.matchMedia("(max-width: 60rem)").matches ? "topright" : "topleft";
    L.control.zoom({ position: corner, zoomInTitle: "ขยาย · zoom in", zoomOutTitle: "ย่อ · zoom out" }).addTo(map);
    // Panes of their own keep borders and campuses above whichever district comes to the front.
    ["borders", "campuses"].forEach((name, i) => { map.createPane(name).style.zIndex = 450 + i; });
    map.getPane("borders").style.pointerEvents = "none";
    const provinceOf = (i) => about.code(i).slice(0, 2);
    const borders = topojson.mesh(topology, objects, (a, b) => provinceOf(a.id) !== provinceOf(b.id));
    L.geoJSON(borders, { pane: "borders", interactive: false, style: { color: "#3d4a60", weight: 0.9, opacity: 0.85, fill: false } }).addTo(map);
    campuses.forEach(([lon, lat, words]) => {
      const dot = L.circleMarker([lat, lon], { pane: "campuses", radius: 2.6, color: "#16243a", weight: 1, fillColor: "#fff", fillOpacity: 1, className: "campus" });
      dot.on("mousemove", (event) => say(event, words()));
      dot.on("mouseout", hush);
      dot.addTo(map);
    });
    const labels = [];
    outlines.forEach((_, i) => {
      const point = about.label && about.label(i);
      if (!point) return;
      const words = element("span", about.named(i));
      labels.push([i, words]);
      L.marker([point[1], point[0]], { interactive: false, keyboard: false, icon: L.divIcon({ html: words, className: "label", iconSize: [0, 0] }) }).addTo(map);
    });
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", "แผนที่อำเภอ เลื่อนด้วยปุ่มลูกศร ตารางอยู่ข้างแผนที่ · map of districts; move it by the arrow keys; the table stands beside");
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
      map.fitBounds(boundsOf(outlines.map((_, i) => i).filter((i) => !about.elsewhere(i))), { animate: false, padding: [8, 8] });
      map.setMinZoom(map.getZoom() - 1.5);
    }

    function boundsOf(numbers) {
      const bounds = L.latLngBounds([]);
      numbers.forEach((i) => bounds.extend(outlines[i].getBounds()));
      return bounds;
    }

    /* Fits the map to some districts, beside the card where there is room for both. */
    function show(numbers, pad) {
      const frame = container.getBoundingClientRect();
      const card = document.getElementById("card");
      const beside = card && !card.hidden && frame.width > 600 ? card.offsetWidth + 16 : 0;
      settled = true;
      map.fitBounds(boundsOf(numbers).pad(pad), { animate: false, paddingBottomRight: [beside, 0] });
    }

    /* One layer as a drawing of a given width, with its title and legend: for paper. */
    function drawing(name, width) {
      const west = boundsOf(outlines.map((_, i) => i).filter((i) => !about.elsewhere(i)));
      const [left, bottom, right, top] = [west.getWest(), west.getSouth(), west.getEast(), west.getNorth()];
      const across = Math.cos(((top + bottom) / 2) * Math.PI / 180);
      const scale = width / ((right - left) * across || 1);
      const height = (top - bottom) * scale;
      const xy = ([lon, lat]) => `${((lon - left) * across * scale).toFixed(1)},${((top - lat) * scale).toFixed(1)}`;
      const line = (ring, end) => `M${ring.map(xy).join("L")}${end}`;
      const path = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates).flatMap((rings) => rings.map((ring) => line(ring, "Z"))).join("");
      const svg = shape("svg", { viewBox: `0 0 ${width} ${height.toFixed(1)}`, class: "drawing" });
      const order = features.features.map((_, i) => i).sort((a, b) => about.marked(a) - about.marked(b));
      order.forEach((i) => {
        if (!features.features[i].geometry) return;
        const marked = about.marked(i);
        svg.append(shape("path", { d: path(features.features[i].geometry), fill: fill(name, i), stroke: marked ? ACCENT : "#ffffff", "stroke-width": marked ? 0.9 : 0.15 }));
      });
      svg.append(shape("path", { d: borders.coordinates.map((part) => line(part, "")).join(""), fill: "none", stroke: "#3d4a60", "stroke-width": 0.35 }));
      labels.forEach(([i]) => {
        const [x, y] = xy(about.label(i)).split(",");
        const text = shape("text", { x, y, "text-anchor": "middle", "font-size": 7, fill: "#16243a", stroke: HALO, "stroke-width": 1.6, "paint-order": "stroke" });
        text.textContent = about.named(i);
        svg.append(text);
      });
      const figure = element("figure");
      figure.append(legendOf(name, element("figcaption")), svg);
      return figure;
    }

    map.setMaxZoom(13);
    whole();
    new ResizeObserver(() => (settled ? map.invalidateSize(false) : whole())).observe(container);
    container.addEventListener("pointerdown", () => { settled = true; });
    container.addEventListener("wheel", () => { settled = true; }, { passive: true });
    document.querySelectorAll("input[name=layer]").forEach((input) => input.addEventListener("change", () => {
      layerName = input.value;
      restyle();
    }));
    Page.onLanguage(() => {
      legend();
      labels.forEach(([i, words]) => { words.textContent = about.named(i); });
    });
    window.addEventListener("beforeprint", () => {
      document.getElementById("printed").replaceChildren(...LAYERS.map((name) => drawing(name, 300)));
    });
    window.addEventListener("afterprint", () => document.getElementById("printed").replaceChildren());
    layerName = (document.querySelector("input[name=layer]:checked") || { value: "score" }).value;
    restyle();
    return {
      restyle, show,
      pick: (i) => { chosen = i; restyle(); },
      layer: () => layerName,
      setLayer: (name) => {
        const input = document.querySelector(`input[name=layer][value="${name}"]`);
        if (!input) return;
        input.checked = true;
        layerName = name;
        restyle();
      },
    };
  }

  return { make, digits };
})();
