-- What stage.sql repairs in a cell. The bits of a row's repairs are added up in its column `repairs`.
CREATE TEMP TABLE repairs AS
FROM (VALUES
    (1, 'id', 'household_id or citizen_id', 'spaces, dashes or Thai digits'),
    (2, 'members', 'members', 'spaces or Thai digits'),
    (4, 'flag', 'a dimension or welfare_card', 'spaces or Thai digits'),
    (8, 'income', 'income_per_person', 'spaces, thousands separators or Thai digits'),
    (16, 'buddhist year', 'survey_year', 'Buddhist year'),
    (32, 'year', 'survey_year', 'words, spaces or Thai digits')
) AS fix(bit, kind, "column", what);

-- As a variable, so that the macro repair_bit is a constant in the plan.
SET VARIABLE repair_bits = (SELECT map(list(kind), list(bit::UTINYINT)) FROM repairs);

-- Lines that cannot be read as rows, empty lines, and lines that the layout makes no rows.
CREATE TEMP TABLE rejects (file USMALLINT, line UBIGINT, found VARCHAR);
CREATE TEMP TABLE empty_lines (file USMALLINT, line UBIGINT, found VARCHAR);
CREATE TEMP TABLE not_rows (file USMALLINT, line UBIGINT, found VARCHAR);

-- The distinct spellings of places in each file.
CREATE TEMP TABLE spelled (
    file USMALLINT,
    place UBIGINT,
    province_code VARCHAR,
    district_code VARCHAR,
    subdistrict_code VARCHAR,
    province_name VARCHAR,
    district_name VARCHAR
);

-- Rows whose district is known by their coordinate only.
CREATE TEMP TABLE by_point (file USMALLINT, row BIGINT, district_code VARCHAR);
