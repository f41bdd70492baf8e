-- Pairs of files with the same households in the same survey year: how many, and the rows of the smaller file.
WITH sizes AS (SELECT file, count(*) AS rows FROM staged GROUP BY file),
pairs AS (
    SELECT file, by_file, count(*) AS households
    FROM superseded
    WHERE same_survey AND file <> by_file
    GROUP BY file, by_file
)
SELECT pairs.file, pairs.by_file, pairs.households, least(one.rows, other.rows) AS smaller
FROM pairs
JOIN sizes AS one ON one.file = pairs.file
JOIN sizes AS other ON other.file = pairs.by_file
ORDER BY ALL
