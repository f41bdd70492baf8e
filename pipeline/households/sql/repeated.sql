-- Households, one row for each survey of each: `row` is the row of the file, or the first of its members.
CREATE TEMP VIEW valid AS
SELECT file, system, pseudonym, row, district_code, area, survey_year, members, deprived, known, welfare_card, person
FROM placed
WHERE NOT is_person
UNION ALL
SELECT file, system, pseudonym, row, district_code, area, survey_year, members, deprived, known, welfare_card, NULL
FROM joined
WHERE reason IS NULL;

-- The rows of households with more than one row.
CREATE TEMP TABLE repeated AS
WITH several AS (SELECT system, pseudonym FROM valid GROUP BY system, pseudonym HAVING count(*) > 1)
SELECT
    valid.file,
    valid.row,
    valid.system,
    valid.pseudonym,
    survey_year,
    area,
    person,
    hash(district_code, members, deprived, known, welfare_card) AS content,
    position_of(valid.file, valid.row) AS position
FROM valid
JOIN several ON several.system = valid.system AND several.pseudonym = valid.pseudonym;

-- Their surveys. Rows of one survey that are equal are one row several times; which of them is kept changes nothing.
CREATE TEMP TABLE surveys AS
SELECT
    system,
    pseudonym,
    survey_year,
    in_several_places(area) AS several_places,
    several_places OR min(content) <> max(content) AS contradicting,
    min(position) AS position,
    file_at(min(position)) AS file,
    max(area) AS area
FROM repeated
GROUP BY system, pseudonym, survey_year
