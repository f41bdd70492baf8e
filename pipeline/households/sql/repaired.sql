-- Every cell of one system that was repaired: file, line, the file's own column, and how; never the original content.
SELECT
    files.name AS file,
    line_of(files.first_line, cells_repaired.row, skipped.unreadable_before) AS line,
    coalesce(labels.label, cells_repaired."column") AS "column",
    what
FROM cells_repaired
JOIN files ON files.file = cells_repaired.file AND files.system = $system
LEFT JOIN labels ON labels.file = cells_repaired.file AND labels."column" = cells_repaired."column"
ASOF LEFT JOIN skipped ON skipped.file = cells_repaired.file AND cells_repaired.row >= skipped.position
ORDER BY ALL
