-- How many rows of each file are superseded by a later survey, repeat another row of the same survey, or contradict one; how
-- many of them repeat or contradict a row of the same file; and all its rows.
WITH found AS (
    SELECT
        file,
        count_if(NOT contradicting AND NOT same_survey) AS earlier,
        count_if(NOT contradicting AND same_survey) AS again,
        count_if(contradicting) AS contradicting,
        count_if(NOT contradicting AND same_survey AND by_file = file) AS again_here
    FROM not_kept
    GROUP BY file
)
SELECT found.*, count(*) AS all_rows
FROM found
JOIN staged ON staged.file = found.file
GROUP BY ALL
ORDER BY found.file
