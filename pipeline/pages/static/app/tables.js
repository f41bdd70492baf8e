/* Tables that can be sorted by any column, in the order of Thai where it is Thai, and downloaded as CSV. */
"use strict";

const Tables = (() => {
  const { english, local, element } = Page;
  const collators = { th: new Intl.Collator("th"), en: new Intl.Collator("en") };

  /* Numbers by size, text by the order of the language; what is missing comes last either way. */
  function compare(a, b, down) {
    const missing = (v) => v === null || v === undefined || v === "";
    if (missing(a) || missing(b)) return missing(a) - missing(b);
    const numbers = typeof a === "number" && typeof b === "number";
    const order = numbers ? a - b : collators[english() ? "en" : "th"].compare(String(a), String(b));
    return down ? -order : order;
  }

  /* A table of `columns` over `rows`. A column is {name: [th, en], of: row => value to sort by and to download,
     show: row => text or element, number, heads, download: columns of the CSV instead of this one}. */
  function make(box, caption, columns, rows, sorted = { by: 0, down: false }) {
    let { by, down } = sorted.by < columns.length ? sorted : { by: 0, down: false };
    const cellOf = (column, row) => {
      const content = (column.show || column.of)(row);
      const cell = element(column.heads ? "th" : "td", undefined, column.number ? "number" : undefined);
      if (column.heads) cell.scope = "row";
      cell.append(content === null || content === undefined ? "–" : content);
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

    function heading(column, i) {
      const cell = element("th", undefined, column.number ? "number" : undefined);
      cell.scope = "col";
      if (i === by) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      const button = element("button", local(column.name));
      button.type = "button";
      button.addEventListener("click", () => {
        down = i === by ? !down : false;
        by = i;
        draw();
        head.children[i].firstChild.focus();
      });
      cell.append(button);
      return cell;
    }

    function draw() {
      title.textContent = local(caption());
      head.replaceChildren(...columns.map(heading));
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
    const written = columns.flatMap((column) => column.download || [column]);
    const lines = [
      written.map((column) => local(column.name)),
      ...rows.map((row) => written.map((column) => column.of(row))),
    ];
    return "\ufeff" + lines.map((cells) => cells.map(quoted).join(",") + "\r\n").join("");
  }

  /* A button inside a table that names a place. */
  function placeButton(words, onClick) {
    const button = element("button", words, "district");
    button.type = "button";
    button.addEventListener("click", onClick);
    return button;
  }

  /* The range of ranks of each place, as one column, and as two in a CSV with the Thai names `low` and `high`. */
  const rankRange = (places, [low, high]) => ({
    name: ["ช่วงอันดับ", "rank range"],
    number: true,
    of: (i) => places.rank_low[i],
    show: (i) => (places.rank_low[i] === null ? null : `${places.rank_low[i]}–${places.rank_high[i]}`),
    download: [
      { name: [low, "rank, 5th percentile"], of: (i) => places.rank_low[i] },
      { name: [high, "rank, 95th percentile"], of: (i) => places.rank_high[i] },
    ],
  });

  /* What a CSV has instead of a name: code, Thai and English name. `kind` is what the place is. */
  const codeAndNames = (places, [th, en]) => [
    { name: ["รหัส", "code"], of: (i) => places.code[i] },
    { name: [`${th} (ไทย)`, `${en} (Thai)`], of: (i) => places.name[i][0] },
    { name: [`${th} (อังกฤษ)`, `${en} (English)`], of: (i) => places.name[i][1] },
  ];

  return { make, quoted, placeButton, rankRange, codeAndNames };
})();
