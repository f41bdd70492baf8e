-- Rows that break no rule and have a district. In a file of persons each is one member of a household.
CREATE TEMP VIEW placed AS
SELECT
    staged.* EXCLUDE (place, "column", reason, found, word),
    coalesce(places.found_code, by_point.district_code) AS district_code,
    files.persons AS is_person
FROM staged
JOIN files ON files.file = staged.file
JOIN places ON places.place = staged.place
LEFT JOIN by_point ON by_point.file = staged.file AND by_point.row = staged.row
WHERE staged.reason IS NULL AND (places.found_code IS NOT NULL OR by_point.district_code IS NOT NULL)
