-- Rows that break no rule, have no district by code or name, and have a coordinate.
SELECT staged.file, staged.row, lon, lat
FROM staged
JOIN places ON places.place = staged.place
WHERE staged.reason IS NULL AND places.found_code IS NULL AND isfinite(lon) AND isfinite(lat)
