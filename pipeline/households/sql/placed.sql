-- Rows that break no rule and have a place. `area` is the code of the subdistrict as a number, 00 at its end if only the
-- district is known.
CREATE TEMP VIEW located AS
SELECT
    staged.* EXCLUDE (place, "column", reason, found, word),
    coalesce(places.found_code, by_point.district_code) AS district_code,
    coalesce(places.area, by_point.district_code::UINTEGER * 100) AS area,
    files.persons AS is_person,
    files.ids_within
FROM staged
JOIN files ON files.file = staged.file
JOIN places ON places.place = staged.place
LEFT JOIN by_point ON by_point.file = staged.file AND by_point.row = staged.row
WHERE staged.reason IS NULL AND (places.found_code IS NOT NULL OR by_point.district_code IS NOT NULL);

-- Rows that belong to a household: where ids are unique within an area only, the area is a part of the id. In a file of
-- persons each is one member of a household.
CREATE TEMP VIEW placed AS
SELECT
    * EXCLUDE (pseudonym, ids_within),
    CASE WHEN ids_within = 0 THEN pseudonym ELSE hash(pseudonym, area // ids_within) END AS pseudonym
FROM located
WHERE ids_within <> 1 OR area % 100 <> 0
