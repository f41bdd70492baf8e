-- Of each file: rows of households that have several citizen ids in one survey, and all its rows.
WITH several AS (
    SELECT file, count(*) AS rows
    FROM repeated
    GROUP BY file, system, pseudonym, survey_year
    HAVING count(DISTINCT person) > 1
),
found AS (SELECT file, sum(rows)::BIGINT AS rows FROM several GROUP BY file)
SELECT found.file, found.rows, count(*) AS all_rows
FROM found
JOIN staged ON staged.file = found.file
GROUP BY found.file, found.rows
ORDER BY found.file
