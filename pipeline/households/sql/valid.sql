-- Rows that break no rule and have a district. `recency` orders the rows of one household: the later survey counts, and
-- within one survey the last row.
CREATE TEMP VIEW valid AS
SELECT
    staged.* EXCLUDE (place, "column", reason, found, word),
    coalesce(places.found_code, by_point.district_code) AS district_code,
    survey_year::UBIGINT * 281474976710656 + staged.file::UBIGINT * 4294967296 + staged.row::UBIGINT AS recency
FROM staged
JOIN places ON places.place = staged.place
LEFT JOIN by_point ON by_point.file = staged.file AND by_point.row = staged.row
WHERE staged.reason IS NULL AND (places.found_code IS NOT NULL OR by_point.district_code IS NOT NULL);

CREATE TEMP TABLE superseded AS
WITH latest AS (
    SELECT system, pseudonym, max(recency) AS latest
    FROM valid
    GROUP BY system, pseudonym
    HAVING count(*) > 1
)
SELECT
    valid.file,
    valid.row,
    latest.latest // 281474976710656 = valid.survey_year AS same_survey,
    (latest.latest // 4294967296 % 65536)::USMALLINT AS by_file
FROM valid
JOIN latest ON latest.system = valid.system AND latest.pseudonym = valid.pseudonym
WHERE valid.recency < latest.latest;

CREATE TEMP VIEW kept AS
FROM valid ANTI JOIN superseded ON superseded.file = valid.file AND superseded.row = valid.row;
