-- Places that lose more than a share ($share) of at least $fewest rows: a district with all its rows of one system, or a
-- spelling for which no district is found, if it has more than a share ($least) of the rows of the system's average
-- district: fewer are slips of a large file, not a lost place. Of each: its rows, those refused, the commonest reason with
-- its column and rows, and the first of these rows.
WITH refused AS (
    SELECT staged.system, staged.place, not_used."column", not_used.reason, not_used.file, not_used.row
    FROM not_used
    JOIN staged ON staged.file = not_used.file AND staged.row = not_used.row
    WHERE not_used.verdict = 'refused'
),
named AS (
    SELECT place, coalesce('district ' || found_code, 'a place that is not found') AS name, found_code
    FROM places
),
sizes AS (
    SELECT staged.system, named.name, if(found_code IS NULL, staged.place, 0) AS spelling, sum(staged.rows)::BIGINT AS rows
    FROM (SELECT system, place, count(*) AS rows FROM staged GROUP BY ALL) AS staged
    JOIN named ON named.place = staged.place
    GROUP BY ALL
),
average AS (SELECT system, avg(rows) AS rows FROM sizes WHERE spelling = 0 GROUP BY system),
reasons AS (
    SELECT
        refused.system,
        named.name,
        if(found_code IS NULL, refused.place, 0) AS spelling,
        reason,
        "column",
        count(*) AS rows,
        min(position_of(file, row)) AS position
    FROM refused
    JOIN named ON named.place = refused.place
    GROUP BY ALL
),
lost AS (
    SELECT
        system,
        name,
        spelling,
        sum(rows)::BIGINT AS refused,
        max_by({'reason': reason, 'column': "column", 'rows': rows, 'position': position}, (rows, reason)) AS commonest
    FROM reasons
    GROUP BY ALL
),
worst AS (
    SELECT lost.*, sizes.rows, file_at(commonest.position) AS file, row_at(commonest.position) AS row
    FROM lost
    JOIN sizes ON sizes.system = lost.system AND sizes.name = lost.name AND sizes.spelling = lost.spelling
    LEFT JOIN average ON average.system = lost.system
    WHERE sizes.rows >= $fewest
        AND lost.refused > $share * sizes.rows
        AND (sizes.spelling = 0 OR sizes.rows > $least * coalesce(average.rows, 0))
)
SELECT
    worst.name,
    worst.rows,
    worst.refused,
    worst.commonest.reason,
    coalesce(labels.label, worst.commonest."column") AS "column",
    worst.commonest.rows AS commonest_rows,
    worst.file,
    line_of(files.first_line, worst.row, skipped.unreadable_before) AS line
FROM worst
JOIN files ON files.file = worst.file
LEFT JOIN labels ON labels.file = worst.file AND labels."column" = worst.commonest."column"
ASOF LEFT JOIN skipped ON skipped.file = worst.file AND worst.row >= skipped.position
ORDER BY worst.refused DESC, worst.name, line
LIMIT 5
