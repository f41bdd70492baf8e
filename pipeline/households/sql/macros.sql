-- How a cell is read. The variables (yes, no, words, unknown, survey_year, latest_year) are set by
-- database.set_variables.
-- Almost every cell is in its plain form: each macro tests for that first. The slow expression is written only once in a
-- macro: DuckDB computes an expression that occurs twice outside its CASE, for every row.

-- Without invisible characters, Thai digits as Western digits.
CREATE TEMP MACRO plain(cell) AS translate(
    regexp_replace(cell, '[\s\x{00a0}\x{061c}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{2066}-\x{2069}\x{feff}]+', '', 'g'), '๐๑๒๓๔๕๖๗๘๙', '0123456789'
);

-- The cell has a word for "not known" of a column, or nothing. `name` is a column of answers, or 'other' for any other. The
-- words are the keys of a map: DuckDB makes a join of a search in a list, and then computes plain(cell) for every row.
CREATE TEMP MACRO is_unknown(cell, name) AS
CASE WHEN cell IS NOT NULL THEN coalesce(getvariable('unknown')[name][lower(plain(cell))], false) END;

CREATE TEMP MACRO place_cell(cell) AS CASE WHEN NOT is_unknown(cell, 'other') THEN cell END;

-- Without the .0 with which software writes an id that it took for a number.
CREATE TEMP MACRO citizen_id_in(cell) AS CASE
    WHEN cell IS NULL THEN NULL
    WHEN regexp_full_match(cell, '[0-9]{13}') THEN cell
    WHEN is_unknown(cell, 'other') THEN NULL
    ELSE nullif(regexp_replace(replace(plain(cell), '-', ''), '\.0$', ''), '')
END;

CREATE TEMP MACRO household_id_in(cell) AS CASE
    WHEN cell IS NULL OR regexp_full_match(cell, '[0-9A-Z]*[0-9][0-9A-Z]*') THEN cell
    WHEN is_unknown(cell, 'other') THEN NULL
    ELSE nullif(regexp_replace(replace(plain(upper(cell)), '-', ''), '\.0$', ''), '')
END;

-- True for yes, false for no, NULL for anything else. `name` is the column.
CREATE TEMP MACRO flag_in(cell, name) AS CASE
    WHEN cell = getvariable('yes')[name] THEN true
    WHEN cell = getvariable('no')[name] THEN false
    ELSE getvariable('words')[name][lower(plain(cell))]
END;

-- Numbers in their usual forms; all others are read as in every table (pipeline.reading.numbers).
CREATE TEMP MACRO count_in(cell) AS CASE
    WHEN strlen(cell) = 1 THEN coalesce(TRY_CAST(cell AS DOUBLE), count_written(cell))
    WHEN cell IS NULL OR cell = '' THEN NULL
    WHEN regexp_full_match(cell, '[0-9]{1,9}(\.0{1,2})?') THEN cell::DOUBLE
    ELSE count_written(cell)
END;

CREATE TEMP MACRO baht_in(cell) AS CASE
    WHEN cell IS NULL OR cell = '' THEN NULL
    WHEN contains(cell, '_') THEN NULL
    ELSE coalesce(TRY_CAST(cell AS DOUBLE), baht_written(cell))
END;

CREATE TEMP MACRO degrees_in(cell) AS CASE
    WHEN cell IS NULL OR cell = '' THEN NULL
    WHEN contains(cell, '_') THEN NULL
    ELSE coalesce(TRY_CAST(cell AS DOUBLE), degrees_written(cell))
END;

-- Common Era; of any other cell than four digits as in every table.
CREATE TEMP MACRO year_in(cell) AS CASE
    WHEN cell IS NULL OR cell = '' THEN NULL
    WHEN strlen(cell) = 4 AND TRY_CAST(cell AS DOUBLE) BETWEEN 1900 AND 2399 THEN TRY_CAST(cell AS DOUBLE)
    WHEN strlen(cell) = 4 AND TRY_CAST(cell AS DOUBLE) BETWEEN 2400 AND 2699 THEN TRY_CAST(cell AS DOUBLE) - 543
    ELSE year_written(cell)
END;

-- The cell could not be read, and is neither empty nor a word for "not known".
CREATE TEMP MACRO unreadable(cell, understood, name) AS
CASE WHEN understood IS NOT NULL OR cell IS NULL THEN false ELSE NOT is_unknown(cell, name) END;

CREATE TEMP MACRO flag_repaired(cell, understood, name) AS CASE
    WHEN understood IS NULL OR cell = getvariable('yes')[name] OR cell = getvariable('no')[name] THEN false
    ELSE plain(cell) <> cell
END;

CREATE TEMP MACRO number_repaired(cell, understood) AS
CASE WHEN understood IS NULL OR cell IS NULL THEN false ELSE TRY_CAST(cell AS DOUBLE) IS NULL END;

-- A description of a cell that does not repeat its content.
CREATE TEMP MACRO described(cell) AS CASE
    WHEN cell IS NULL OR cell = '' THEN 'nothing'
    WHEN regexp_full_match(cell, '[0-9]+') THEN length(cell) || ' digits'
    WHEN regexp_full_match(cell, '-[0-9.,]+') THEN 'a negative number'
    WHEN regexp_full_match(cell, '[0-9]+,[0-9]+') AND NOT regexp_full_match(cell, '[1-9][0-9]{0,2},[0-9]{3}')
        THEN 'a number with a comma for a point, or without three digits after it'
    WHEN regexp_full_match(cell, '[0-9.,eE+-]+') THEN 'a number of ' || length(cell) || ' characters'
    ELSE 'text of ' || length(cell) || ' characters'
END;

-- A word that may be shown if many rows have it: too short for a name, without a number that could be an id.
CREATE TEMP MACRO short_word(cell) AS CASE
    WHEN length(cell) <= 16 AND NOT regexp_matches(cell, '[0-9]{3}') THEN cell
END;

-- A number for each distinct spelling of a place, so that rows need not carry the texts.
CREATE TEMP MACRO place_of(province, district, subdistrict, province_name, district_name) AS
hash(province, district, subdistrict, province_name, district_name);

-- One number for a row of a file, by which rows are ordered; and back.
CREATE TEMP MACRO position_of(file, row) AS file::UBIGINT * 4294967296 + row::UBIGINT;
CREATE TEMP MACRO file_at(position) AS (position // 4294967296)::USMALLINT;
CREATE TEMP MACRO row_at(position) AS (position % 4294967296)::BIGINT;

-- Of the rows of one household: whether they are in several districts, or in several subdistricts where these are known.
CREATE TEMP MACRO in_several_places(area) AS
min(area // 100) <> max(area // 100)
OR coalesce(min(nullif(area % 100, 0)) <> max(nullif(area % 100, 0)), false);

-- Why a row is refused: our column, the reason, and the cell at fault, of which only a description is kept.
CREATE TEMP MACRO refusal(column_name, why, cell) AS {'column': column_name, 'reason': why, 'cell': cell};

-- The bit of a kind of repair, from the table `repairs`.
CREATE TEMP MACRO repair_bit(kind) AS getvariable('repair_bits')[kind];
