/* What every page needs: two languages, Buddhist years, elements made of text. No markup is ever made from data. */
"use strict";

const Page = (() => {
  const listeners = []; // called when the language changes

  const english = () => document.documentElement.lang === "en";
  /* Of a pair [Thai, English] the text in the reader's language. */
  const local = (pair) => pair[english() ? 1 : 0];
  const readJson = (id) => JSON.parse(document.getElementById(id).textContent);

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  /* A number with a given number of decimals; "no data" if it is missing. */
  function formatted(value, digits) {
    if (value === null || value === undefined) return local(["ไม่มีข้อมูล", "no data"]);
    return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  /* Dates in words. Years are of the Buddhist era in Thai: 2022 is 2565. */
  function writeDates() {
    document.querySelectorAll("time").forEach((time) => {
      const parts = time.dateTime.split("-").map(Number);
      if (parts.some(Number.isNaN)) return;
      const options = { year: "numeric", timeZone: "UTC" };
      if (parts.length > 1) options.month = "long";
      if (parts.length > 2) options.day = "numeric";
      const date = new Date(Date.UTC(parts[0], (parts[1] || 1) - 1, parts[2] || 1));
      const calendar = english() ? "en-GB" : "th-TH-u-ca-buddhist";
      const text = new Intl.DateTimeFormat(calendar, options).format(date);
      time.textContent = text.replace(/^พ\.ศ\.\s*/, "พ.ศ. ");
    });
  }

  function setLanguage(language) {
    document.documentElement.lang = language;
    writeDates();
    listeners.forEach((listener) => listener());
  }

  /* The text that was deflated and written in base64; null if the browser is too old to unpack it. */
  async function unpacked(packed) {
    if (typeof DecompressionStream === "undefined") return null;
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  }

  const unpackedJson = async (id) => JSON.parse(await unpacked(document.getElementById(id).textContent));

  /* The Leaflet map that folium has set up: its variable has the name of the element's id. */
  const map = () => window[document.querySelector(".folium-map").id];

  /* The state of the page: "ready" when it can be used, "complete" when every sentence is there too. */
  const mark = (state) => { document.documentElement.dataset[state] = "yes"; };

  /* Offers a text as a file to download. */
  function download(name, type, text) {
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.getElementById("language").addEventListener("click", () => {
    const language = english() ? "th" : "en";
    setLanguage(language);
    try { localStorage.setItem("language", language); } catch { /* a page opened from a disk may have no storage */ }
  });
  let remembered = "th";
  try { remembered = localStorage.getItem("language") || "th"; } catch { /* no storage */ }
  setLanguage(remembered === "en" ? "en" : "th");
  return {
    english, local, readJson, element, formatted, unpacked, unpackedJson, map, mark, download,
    onLanguage: (listener) => listeners.push(listener),
  };
})();
