-- For each file that was read: how many rows came in, and how many are kept, joined, superseded and refused.
WITH used AS (
    SELECT
        file,
        count(*) AS rows_read,
        count_if(check_digit_wrong) AS check_digits_wrong,
        count_if(invented) AS invented
    FROM staged
    GROUP BY file
),
unreadable AS (SELECT file, count(DISTINCT line) AS rows FROM rejects GROUP BY file),
unused AS (
    SELECT file, count_if(verdict = 'refused') AS refused, count_if(verdict = 'superseded') AS superseded
    FROM not_used
    GROUP BY file
),
-- Of the rows of persons one stands for each household; those that are not refused are joined to it.
persons AS (SELECT file, count(*) AS rows FROM placed WHERE is_person GROUP BY file),
not_joined AS (
    SELECT file, sum(rows)::BIGINT AS rows
    FROM (
        SELECT file, count(*) AS rows FROM joined WHERE reason IS NULL GROUP BY file
        UNION ALL
        SELECT file, count(*) AS rows FROM refused_members GROUP BY file
    )
    GROUP BY file
),
members AS (
    SELECT persons.file, persons.rows - coalesce(not_joined.rows, 0) AS joined
    FROM persons
    LEFT JOIN not_joined ON not_joined.file = persons.file
),
other AS (SELECT file, count(*) AS lines FROM not_rows GROUP BY file),
repaired AS (SELECT file, count(*) AS cells FROM cells_repaired GROUP BY file)
SELECT
    files.file,
    coalesce(used.rows_read, 0) + coalesce(unreadable.rows, 0) AS rows_in,
    coalesce(used.rows_read, 0) - coalesce(members.joined, 0) - coalesce(unused.superseded, 0)
    - coalesce(unused.refused, 0) AS rows_kept,
    coalesce(members.joined, 0) AS rows_joined,
    coalesce(unused.superseded, 0) AS rows_superseded,
    coalesce(unused.refused, 0) + coalesce(unreadable.rows, 0) AS rows_refused,
    coalesce(other.lines, 0) AS lines_not_rows,
    coalesce(repaired.cells, 0) AS cells_repaired,
    coalesce(used.check_digits_wrong, 0) AS check_digits_wrong,
    coalesce(used.invented, 0) AS invented
FROM files
LEFT JOIN used ON used.file = files.file
LEFT JOIN unreadable ON unreadable.file = files.file
LEFT JOIN unused ON unused.file = files.file
LEFT JOIN members ON members.file = files.file
LEFT JOIN other ON other.file = files.file
LEFT JOIN repaired ON repaired.file = files.file
ORDER BY files.file
