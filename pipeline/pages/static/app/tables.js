/* Tables that can be sorted by any column, in the order of Thai where it is Thai, and kept as CSV. */
"use strict";

const Tables = (() => {
  const { english, said, element } = Page;
  const collators = { th: new Intl.Collator("th"), en: new Intl.Collator("en") };

  /* Numbers by size, text by the order of the language; what is missing comes last either way. */
  function compare(a, b, down) {
    const missing = (v) => v === null || v === undefined || v === "";
    if (missing(a) || missing(b)) return missing(a) - missing(b);
    const by = typeof a === "number" && typeof b === "number" ? a - b : collators[english() ? "en" : "th"].compare(String(a), String(b));
    return down ? -by : by;
  }

  /* A table of `columns` ({name: [th, en], of: row => value, show: row => text or element, number}) over `rows`. */
  function make(box, caption, columns, rows, sorted = { by: 0, down: false }) {
    let { by, down } = sorted.by < columns.length ? sorted : { by: 0, down: false };
    const cellOf = (column, row) => {
      const shown = (column.show || column.of)(row);
      const cell = element(column.heads ? "th" : "td", undefined, column.number ? "number" : undefined);
      if (column.heads) cell.scope = "row";
      cell.append(shown === null || shown === undefined ? "–" : shown);
      return cell;
    };
    const body = element("tbody");
    const head = element("tr");
    const table = element("table");
    const title = element("caption");
    table.append(title, element("thead"), body);
    table.tHead.append(head);
    const order = () => rows().sort((a, b) => compare(columns[by].of(a), columns[by].of(b), down));

    function fill() {
      const lines = order().map((row) => {
        const line = element("tr");
        line.append(...columns.map((column) => cellOf(column, row)));
        return line;
      });
      body.replaceChildren(...lines);
    }

    function draw() {
      title.textContent = said(caption());
      head.replaceChildren(...columns.map((column, i) => {
        const cell = element("th", undefined, column.number ? "number" : undefined);
        cell.scope = "col";
        if (i === by) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const button = element("button", said(column.name));
        button.type = "button";
        button.addEventListener("click", () => {
          down = i === by ? !down : false;
          by = i;
          draw();
          head.children[i].firstChild.focus();
        });
        cell.append(button);
        return cell;
      }));
      fill();
    }

    box.replaceChildren(table);
    draw();
    return { sorted: () => ({ by, down }), csv: () => csv(columns, order()) };
  }

  /* Text that a spreadsheet would take for a formula gets an apostrophe; quotes are doubled. */
  function quoted(value) {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r＝＋－＠]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  /* UTF-8 with byte order mark and CRLF, as Excel reads Thai. */
  function csv(columns, rows) {
    const kept = columns.flatMap((column) => column.keep || [{ name: said(column.name), of: column.of }]);
    const lines = [kept.map((column) => column.name), ...rows.map((row) => kept.map((column) => column.of(row)))];
    return "\ufeff" + lines.map((cells) => cells.map(quoted).join(",") + "\r\n").join("");
  }

  return { make, quoted };
})();
