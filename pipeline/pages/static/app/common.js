/* What every page needs: two languages, Buddhist years, elements made of text. No markup is ever made from data. */
"use strict";

const Page = (() => {
  const heard = []; // who wants to know when the language changes

  const english = () => document.documentElement.lang === "en";
  const said = (pair) => pair[english() ? 1 : 0];
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  const shown = (value, digits) =>
    value === null || value === undefined ? said(["ไม่มีข้อมูล", "no data"])
      : value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  /* Years are of the Buddhist era in Thai: 2022 is 2565. */
  function dates() {
    document.querySelectorAll("time").forEach((time) => {
      const parts = time.dateTime.split("-").map(Number);
      if (parts.some(Number.isNaN)) return;
      const options = { year: "numeric", ...(parts.length > 1 && { month: "long" }), ...(parts.length > 2 && { day: "numeric" }) };
      const date = new Date(Date.UTC(parts[0], (parts[1] || 1) - 1, parts[2] || 1));
      const text = new Intl.DateTimeFormat(english() ? "en-GB" : "th-TH-u-ca-buddhist", { ...options, timeZone: "UTC" }).format(date);
      time.textContent = text.replace(/^พ\.ศ\.\s*/, "พ.ศ. ");
    });
  }

  function speak(language) {
    document.documentElement.lang = language;
    dates();
    heard.forEach((tell) => tell());
  }

  /* The text that was deflated and written in base64; nothing where the browser is too old to unpack it. */
  async function unpacked(packed) {
    if (typeof DecompressionStream === "undefined") return null;
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  }

  const unpackedJson = async (id) => {
    const text = await unpacked(document.getElementById(id).textContent);
    return text === null ? null : JSON.parse(text);
  };

  /* Offers a text as a file to keep. */
  function keep(name, type, text) {
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.getElementById("language").addEventListener("click", () => {
    const language = english() ? "th" : "en";
    speak(language);
    try { localStorage.setItem("language", language); } catch { /* a page on a stick may not keep anything */ }
  });
  let remembered = "th";
  try { remembered = localStorage.getItem("language") || "th"; } catch { /* not kept */ }
  speak(remembered === "en" ? "en" : "th");
  return { english, said, read, element, shown, unpacked, unpackedJson, keep, onLanguage: (tell) => heard.push(tell) };
})();
