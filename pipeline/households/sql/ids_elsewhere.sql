-- Of each system: rows whose household is in several places in one survey, and all rows that have a place; households
-- with several surveys, and those that are in another place in a later one.
WITH elsewhere AS (
    SELECT system, sum(rows)::BIGINT AS rows
    FROM (
        SELECT surveys.system, count(*) AS rows
        FROM repeated
        JOIN surveys
            ON surveys.system = repeated.system
            AND surveys.pseudonym = repeated.pseudonym
            AND surveys.survey_year = repeated.survey_year
        WHERE surveys.several_places
        GROUP BY surveys.system
        UNION ALL
        SELECT system, sum(rows) AS rows FROM joined WHERE reason = getvariable('several_places') GROUP BY system
    )
    GROUP BY system
),
followed AS (
    SELECT system, in_several_places(area) AS has_moved
    FROM surveys
    WHERE NOT contradicting
    GROUP BY system, pseudonym
    HAVING count(*) > 1
),
moved AS (
    SELECT system, count_if(has_moved) AS moved, count(*) AS households FROM followed GROUP BY system
)
SELECT
    systems.system,
    coalesce(elsewhere.rows, 0) AS rows,
    systems.rows AS all_rows,
    coalesce(moved.moved, 0) AS moved,
    coalesce(moved.households, 0) AS followed
FROM (SELECT system, count(*) AS rows FROM placed GROUP BY system) AS systems
LEFT JOIN elsewhere ON elsewhere.system = systems.system
LEFT JOIN moved ON moved.system = systems.system
WHERE elsewhere.rows > 0 OR moved.moved > 0
ORDER BY systems.system
