-- How many distinct spellings a file has, and in how many of them each column has a number of 13 digits.
SELECT
    count(*) AS spellings,
    count_if(regexp_full_match(plain(province_code), '[0-9]{13}')) AS province_code,
    count_if(regexp_full_match(plain(district_code), '[0-9]{13}')) AS district_code,
    count_if(regexp_full_match(plain(subdistrict_code), '[0-9]{13}')) AS subdistrict_code,
    count_if(regexp_full_match(plain(province_name), '[0-9]{13}')) AS province_name,
    count_if(regexp_full_match(plain(district_name), '[0-9]{13}')) AS district_name
FROM spelled
WHERE file = $file
