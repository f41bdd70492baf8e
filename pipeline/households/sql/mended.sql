-- Every cell of one system that was mended: file, line, column, in what way; never what stood there.
SELECT
    files.name AS file,
    line_of(files.first_line, cells_mended.row, skipped.unreadable_before) AS line,
    "column",
    what
FROM cells_mended
JOIN files ON files.file = cells_mended.file AND files.system = $system
ASOF LEFT JOIN skipped ON skipped.file = cells_mended.file AND cells_mended.row >= skipped.position
ORDER BY ALL
