/* Unpacks the libraries, then lets folium's script set up the map. A script runs only if its text is
   the one that the page's security policy knows. */
"use strict";

(async () => {
  for (const packed of document.querySelectorAll("script.later")) {
    const code = await Page.unpacked(packed.textContent);
    if (code === null) {
      document.getElementById("legend").textContent = "แผนที่ต้องใช้เบราว์เซอร์รุ่นใหม่กว่านี้ · the map needs a newer browser";
      document.documentElement.dataset.ready = "yes";
      document.documentElement.dataset.complete = "yes";
      return;
    }
    const script = document.createElement("script");
    script.textContent = code;
    document.body.append(script);
  }
})();
