-- Households from rows of persons, a part of them at a time: poor in a dimension if a member is, with a card if a member
-- has one. Its members may be in several files. A household whose rows contradict each other has a reason why all of them
-- are refused.
WITH household AS (
    SELECT
        system,
        pseudonym,
        survey_year,
        min(position_of(file, row)) AS position,
        count(*) AS rows,
        count(DISTINCT file) AS files,
        min(district_code) AS district_code,
        max(area) AS area,
        in_several_places(area) AS in_several_places,
        max(members) AS stated,
        coalesce(min(members) <> max(members), false) AS sizes_differ,
        count(person) = count(*) AS are_told_apart,
        CASE WHEN count(person) = count(*) THEN count(DISTINCT person) ELSE count(*) END AS persons,
        bit_or(deprived) AS deprived,
        bit_or(known) AS known,
        bool_or(welfare_card) AS welfare_card
    FROM placed
    WHERE is_person AND pseudonym % $parts = $part
    GROUP BY system, pseudonym, survey_year
),
years AS (
    SELECT *, count(*) OVER (PARTITION BY system, pseudonym, file_at(position)) > 1 AS in_several_years
    FROM household
),
judged AS (
    SELECT
        *,
        CASE
            WHEN in_several_places
                THEN refusal('place', getvariable('several_places'), NULL)
            WHEN in_several_years
                THEN refusal('survey_year', 'rows of one household with different survey years in one file', NULL)
            WHEN sizes_differ
                THEN refusal('members', 'rows of one household with different numbers of members', NULL)
            WHEN persons > stated
                THEN refusal('members', 'more persons in a household than its number of members', NULL)
            WHEN stated IS NULL AND files > 1 AND NOT are_told_apart
                THEN refusal(
                    'citizen_id',
                    'members in several files, whom neither citizen ids nor a number of members tells apart',
                    NULL
                )
            WHEN persons > 99
                THEN refusal('household_id', 'more than 99 persons in one household', NULL)
            WHEN known = 0
                THEN refusal('health', 'none of the five dimensions known of any member', NULL)
        END AS refused
    FROM years
)
SELECT
    file_at(position) AS file,
    system,
    pseudonym,
    row_at(position) AS row,
    rows,
    district_code,
    area,
    survey_year,
    coalesce(stated, least(persons, 99))::UTINYINT AS members,
    deprived,
    known,
    welfare_card,
    refused."column" AS "column",
    refused.reason AS reason
FROM judged
