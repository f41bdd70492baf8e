/* Unpacks the scripts of the page and runs them in order: libraries, folium's map, the page's own. A script runs only
   if its text is the one that the page's security policy knows. */
"use strict";

(async () => {
  for (const packed of document.querySelectorAll("script.packed")) {
    const code = await Page.unpacked(packed.textContent);
    if (code === null) {
      const words = "แผนที่ต้องใช้เบราว์เซอร์รุ่นใหม่กว่านี้ · the map needs a newer browser";
      document.getElementById("legend").textContent = words;
      ["ready", "complete"].forEach(Page.mark);
      return;
    }
    const script = document.createElement("script");
    script.textContent = code;
    document.body.append(script);
  }
})();
