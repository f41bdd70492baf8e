-- The line number of each row in its file, with the empty and unreadable lines before it counted.
CREATE TEMP MACRO line_of(first_line, position, unreadable_before) AS
(first_line + position + coalesce(unreadable_before, 0))::BIGINT;

CREATE TEMP TABLE skipped AS
WITH numbered AS (
    SELECT file, line, row_number() OVER (PARTITION BY file ORDER BY line) AS number
    FROM (
        SELECT file, line FROM rejects
        UNION
        SELECT file, line FROM empty_lines
        UNION
        SELECT file, line FROM not_rows
    )
)
SELECT numbered.file, line - files.first_line - (number - 1) AS position, max(number) AS unreadable_before
FROM numbered
JOIN files ON files.file = numbered.file
GROUP BY numbered.file, position;

-- The rows of persons whose household is refused.
CREATE TEMP TABLE refused_members AS
SELECT placed.file, placed.row, joined."column", joined.reason, joined.rows
FROM placed
JOIN joined
    ON joined.system = placed.system
    AND joined.pseudonym = placed.pseudonym
    AND joined.survey_year = placed.survey_year
WHERE placed.is_person AND joined.reason IS NOT NULL;

CREATE TEMP VIEW not_used AS
SELECT file, row, "column", reason, found, 'refused' AS verdict
FROM staged
WHERE reason IS NOT NULL
UNION ALL
SELECT staged.file, staged.row, places."column", places.reason, places.found, 'refused'
FROM staged
JOIN places ON places.place = staged.place AND places.found_code IS NULL
ANTI JOIN by_point ON by_point.file = staged.file AND by_point.row = staged.row
WHERE staged.reason IS NULL
UNION ALL
SELECT file, row, 'subdistrict_code', getvariable('no_subdistrict'), NULL, 'refused'
FROM located
WHERE ids_within = 1 AND area % 100 = 0
UNION ALL
SELECT file, row, "column", reason, rows || ' rows', 'refused'
FROM refused_members
UNION ALL
SELECT
    file, row, 'household_id',
    CASE
        WHEN several_places THEN getvariable('several_places')
        WHEN contradicting THEN 'rows of one household in one survey that contradict each other'
        WHEN same_survey THEN 'the same household again in this survey, with the same answers'
        ELSE 'the same household in a later survey'
    END,
    CASE WHEN by_file = file THEN 'a row of this file' ELSE 'a row of another file' END,
    CASE WHEN contradicting THEN 'refused' ELSE 'superseded' END
FROM not_kept;

CREATE TEMP VIEW cells_repaired AS
SELECT staged.file, staged.row, repairs."column", repairs.what
FROM staged JOIN repairs ON staged.repairs & repairs.bit <> 0
WHERE staged.repairs <> 0
UNION ALL
SELECT staged.file, staged.row, 'place', places.repaired
FROM staged JOIN places ON places.place = staged.place
WHERE staged.reason IS NULL AND places.repaired IS NOT NULL
UNION ALL
SELECT file, row, 'coordinate', 'district by coordinate' FROM by_point;
