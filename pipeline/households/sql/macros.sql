-- How a cell is understood. The variables yes, no, words, survey_year and latest_year are set before, from mapping and
-- policy. Almost every cell is written plainly: each macro has a short way for it, and the long one stands there once only,
-- since DuckDB takes what stands in two places out of its CASE and works it out for every row.

-- Without what cannot be seen; Thai digits as digits.
CREATE TEMP MACRO plain(cell) AS translate(
    regexp_replace(cell, '[\s\x{00a0}\x{061c}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{2066}-\x{2069}\x{feff}]+', '', 'g'), '๐๑๒๓๔๕๖๗๘๙', '0123456789'
);

CREATE TEMP MACRO citizen_id_in(cell) AS CASE
    WHEN cell IS NULL THEN NULL
    WHEN regexp_full_match(cell, '[0-9]{13}') THEN cell
    ELSE nullif(replace(plain(cell), '-', ''), '')
END;

CREATE TEMP MACRO household_id_in(cell) AS CASE
    WHEN cell IS NULL OR regexp_full_match(cell, '[0-9A-Z]+') THEN cell
    ELSE nullif(replace(plain(upper(cell)), '-', ''), '')
END;

-- Yes, no, or nothing where it is neither.
CREATE TEMP MACRO flag_in(cell) AS CASE
    WHEN cell = getvariable('yes') THEN true
    WHEN cell = getvariable('no') THEN false
    ELSE getvariable('words')[lower(plain(cell))]
END;

CREATE TEMP MACRO number_in(cell) AS CASE
    WHEN TRY_CAST(cell AS DOUBLE) IS NOT NULL THEN TRY_CAST(cell AS DOUBLE)
    ELSE TRY_CAST(replace(plain(cell), ',', '') AS DOUBLE)
END;

-- Something stands there, and nothing was understood.
CREATE TEMP MACRO unreadable(cell, understood) AS
CASE WHEN understood IS NOT NULL OR cell IS NULL THEN false ELSE plain(cell) <> '' END;

CREATE TEMP MACRO flag_repaired(cell, understood) AS CASE
    WHEN understood IS NULL OR cell = getvariable('yes') OR cell = getvariable('no') THEN false
    ELSE plain(cell) <> cell
END;

CREATE TEMP MACRO number_repaired(cell, understood) AS
CASE WHEN understood IS NULL OR cell IS NULL THEN false ELSE TRY_CAST(cell AS DOUBLE) IS NULL END;

-- A plain cell described so that it tells nothing of a household.
CREATE TEMP MACRO described(cell) AS CASE
    WHEN cell IS NULL OR cell = '' THEN 'nothing'
    WHEN regexp_full_match(cell, '[0-9]+') THEN length(cell) || ' digits'
    WHEN regexp_full_match(cell, '-[0-9.,]+') THEN 'a negative number'
    WHEN regexp_full_match(cell, '[0-9.,eE+-]+') THEN 'a number of ' || length(cell) || ' characters'
    ELSE 'text of ' || length(cell) || ' characters'
END;

-- Thirteen digits the last of which checks the others: 11 less the weighted sum's remainder by 11, its last digit.
CREATE TEMP MACRO checks(id) AS (
    11 - (
        13 * (id // 1000000000000) + 12 * (id // 100000000000 % 10) + 11 * (id // 10000000000 % 10)
        + 10 * (id // 1000000000 % 10) + 9 * (id // 100000000 % 10) + 8 * (id // 10000000 % 10)
        + 7 * (id // 1000000 % 10) + 6 * (id // 100000 % 10) + 5 * (id // 10000 % 10)
        + 4 * (id // 1000 % 10) + 3 * (id // 100 % 10) + 2 * (id // 10 % 10)
    ) % 11
) % 10 = id % 10;

-- One number for each spelling of a place, so that the texts need not be kept with every row.
CREATE TEMP MACRO place_of(province, district, subdistrict, province_name, district_name) AS
hash(province, district, subdistrict, province_name, district_name);
