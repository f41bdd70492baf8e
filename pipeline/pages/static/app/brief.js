/* The brief needs no more than its two languages (common.js). */
"use strict";

document.getElementById("print").addEventListener("click", () => window.print());
["ready", "complete"].forEach(Page.mark);
