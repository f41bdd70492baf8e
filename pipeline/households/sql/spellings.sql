-- The distinct spellings of places in one file, whose rows are the view `cells`.
INSERT INTO spelled
SELECT
    $file AS file,
    place_of(province_code, district_code, subdistrict_code, province_name, district_name) AS place,
    any_value(province_code),
    any_value(district_code),
    any_value(subdistrict_code),
    any_value(province_name),
    any_value(district_name)
FROM cells
GROUP BY place
LIMIT $most
