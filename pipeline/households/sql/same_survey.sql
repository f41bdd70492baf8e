-- Pairs of files with the same households in the same survey year: how many, and the households of the smaller file.
WITH pairs AS (
    SELECT surveys.file, repeated.file AS by_file, count(DISTINCT repeated.pseudonym) AS households
    FROM repeated
    JOIN surveys
        ON surveys.system = repeated.system
        AND surveys.pseudonym = repeated.pseudonym
        AND surveys.survey_year = repeated.survey_year
    WHERE repeated.file <> surveys.file
    GROUP BY ALL
),
sizes AS (
    SELECT file, count(*) AS households
    FROM valid
    WHERE file IN (SELECT file FROM pairs UNION SELECT by_file FROM pairs)
    GROUP BY file
)
SELECT pairs.file, pairs.by_file, pairs.households, least(one.households, other.households) AS smaller
FROM pairs
JOIN sizes AS one ON one.file = pairs.file
JOIN sizes AS other ON other.file = pairs.by_file
ORDER BY ALL
