-- How many rows of each file are superseded.
SELECT file, count(*) AS rows FROM superseded GROUP BY file ORDER BY file
