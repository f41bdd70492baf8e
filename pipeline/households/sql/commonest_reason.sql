-- The commonest reason for which rows of one file are refused.
SELECT reason, "column", count(*) AS rows
FROM (
    SELECT file, reason, "column" FROM not_used WHERE verdict = 'refused'
    UNION ALL
    SELECT file, 'cannot be read as a row', 'row' FROM rejects
)
WHERE file = $file
GROUP BY ALL
ORDER BY rows DESC, reason, "column"
LIMIT 1
