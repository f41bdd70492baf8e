/* Unpacks the scripts of the page and runs them in order: libraries, folium's map, the page's own. A script runs only
   if its text is the one that the page's security policy knows. */
"use strict";

(async () => {
  /* In place of maps and tables, for a browser that cannot unpack them (Chrome before 80, Safari before 16.4, Firefox
     before 113). */
  function note() {
    const banner = Page.element("p", undefined, "banner old-browser");
    const words = { th: "แผนที่และตารางต้องใช้เบราว์เซอร์รุ่นใหม่กว่านี้", en: "Maps and tables need a newer browser" };
    Object.entries(words).forEach(([language, text]) => {
      const part = Page.element("span", text);
      part.lang = language;
      banner.append(part);
    });
    document.querySelector("main").before(banner);
  }

  for (const packed of document.querySelectorAll("script.packed")) {
    const code = await Page.unpacked(packed.textContent);
    if (code === null) {
      note();
      ["ready", "complete"].forEach(Page.mark);
      return;
    }
    const script = document.createElement("script");
    script.textContent = code;
    document.body.append(script);
  }
})();
