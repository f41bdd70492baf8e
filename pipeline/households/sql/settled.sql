-- What becomes of the rows of households with more than one: the latest survey counts. Rows of one survey that contradict
-- each other are refused, all of them, since their order says nothing.
CREATE TEMP TABLE not_kept AS
WITH latest AS (
    SELECT
        system,
        pseudonym,
        max(survey_year) FILTER (WHERE NOT contradicting) AS survey_year,
        arg_max(file, survey_year) FILTER (WHERE NOT contradicting) AS file
    FROM surveys
    GROUP BY system, pseudonym
)
SELECT
    repeated.file,
    repeated.row,
    surveys.contradicting,
    surveys.several_places,
    repeated.survey_year = latest.survey_year AS same_survey,
    coalesce(CASE WHEN surveys.contradicting THEN surveys.file ELSE latest.file END, repeated.file) AS by_file
FROM repeated
JOIN surveys
    ON surveys.system = repeated.system
    AND surveys.pseudonym = repeated.pseudonym
    AND surveys.survey_year = repeated.survey_year
JOIN latest ON latest.system = repeated.system AND latest.pseudonym = repeated.pseudonym
WHERE surveys.contradicting
    OR repeated.survey_year < latest.survey_year
    OR repeated.position <> surveys.position;

CREATE TEMP VIEW kept AS
FROM valid ANTI JOIN not_kept ON not_kept.file = valid.file AND not_kept.row = valid.row
