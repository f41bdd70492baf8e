/* The brief needs no more than its two languages (common.js). */
"use strict";

document.getElementById("print").addEventListener("click", () => window.print());
document.documentElement.dataset.ready = "yes";
document.documentElement.dataset.complete = "yes";
