-- Each distinct spelling of all files once.
SELECT DISTINCT ON (place) * EXCLUDE (file) FROM spelled ORDER BY ALL
