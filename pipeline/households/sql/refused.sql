-- Every row of one system that is not used: file, line, the file's own column, reason, and a description of the cell
-- without its content.
SELECT
    files.name AS file,
    line_of(files.first_line, not_used.row, skipped.unreadable_before) AS line,
    coalesce(labels.label, not_used."column") AS "column",
    reason,
    found,
    verdict
FROM not_used
JOIN files ON files.file = not_used.file AND files.system = $system
LEFT JOIN labels ON labels.file = not_used.file AND labels."column" = not_used."column"
ASOF LEFT JOIN skipped ON skipped.file = not_used.file AND not_used.row >= skipped.position
UNION ALL
SELECT files.name, rejects.line::BIGINT, 'row', 'cannot be read as a row', rejects.found, 'refused'
FROM rejects JOIN files ON files.file = rejects.file AND files.system = $system
UNION ALL
SELECT files.name, not_rows.line::BIGINT, 'row', 'no row, as the layout states: begins with ' || not_rows.found, 'text', 'no row'
FROM not_rows JOIN files ON files.file = not_rows.file AND files.system = $system
ORDER BY ALL
