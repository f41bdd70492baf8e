-- The commonest reason for which rows of one file are refused.
SELECT reason, coalesce(labels.label, refused."column") AS "column", count(*) AS rows
FROM (
    SELECT file, reason, "column" FROM not_used WHERE verdict = 'refused'
    UNION ALL
    SELECT file, 'cannot be read as a row', 'row' FROM rejects
) AS refused
LEFT JOIN labels ON labels.file = refused.file AND labels."column" = refused."column"
WHERE refused.file = $file
GROUP BY ALL
ORDER BY rows DESC, reason, "column"
LIMIT 1
