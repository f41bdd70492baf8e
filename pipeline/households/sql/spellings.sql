-- The distinct spellings of places in one file, whose rows are the view `cells`; a word for "not known" is no spelling.
INSERT INTO spelled
SELECT
    $file AS file,
    place_of(province_code, district_code, subdistrict_code, province_name, district_name) AS place,
    place_cell(any_value(province_code)),
    place_cell(any_value(district_code)),
    place_cell(any_value(subdistrict_code)),
    place_cell(any_value(province_name)),
    place_cell(any_value(district_name))
FROM cells
GROUP BY place
LIMIT $most
