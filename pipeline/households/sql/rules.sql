-- The rules of stage.sql: a row that breaks one is refused, by the first it breaks. Their numbers are those of its CASE.
CREATE TEMP TABLE rules AS
FROM (VALUES
    (1, 'household_id', 'no household id and no citizen id'),
    (2, 'citizen_id', 'a citizen id that is not 13 digits'),
    (3, 'members', 'not a number of members from 1 to 99'),
    (4, 'survey_year', 'not a year from 1990 to the policy''s as_of (Buddhist years are understood)'),
    (5, 'health', 'neither yes nor no'),
    (6, 'living', 'neither yes nor no'),
    (7, 'education', 'neither yes nor no'),
    (8, 'income', 'neither yes nor no'),
    (9, 'accessibility', 'neither yes nor no'),
    (10, 'health', 'none of the five dimensions known'),
    (11, 'welfare_card', 'neither yes nor no'),
    (12, 'income_per_person', 'not an income of 0 to 1,000,000,000')
) AS rule(rule, "column", reason);

-- What stage.sql repairs in a cell, by the bit it sets.
CREATE TEMP TABLE repairs AS
FROM (VALUES
    (1, 'household_id or citizen_id', 'spaces, dashes or Thai digits'),
    (2, 'members', 'spaces or Thai digits'),
    (4, 'a dimension or welfare_card', 'spaces or Thai digits'),
    (8, 'income_per_person', 'spaces, thousands separators or Thai digits'),
    (16, 'survey_year', 'Buddhist year'),
    (32, 'survey_year', 'spaces or Thai digits')
) AS fix(bit, "column", what);

-- Lines that are no rows.
CREATE TEMP TABLE rejects (file USMALLINT, line UBIGINT, found VARCHAR);
CREATE TEMP TABLE empty_lines (file USMALLINT, line UBIGINT, found VARCHAR);

CREATE TEMP TABLE spelled (
    place UBIGINT,
    province_code VARCHAR,
    district_code VARCHAR,
    subdistrict_code VARCHAR,
    province_name VARCHAR,
    district_name VARCHAR
);
