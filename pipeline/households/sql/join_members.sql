-- Households from rows of persons, a part of them at a time: poor in a dimension if a member is, with a card if a member
-- has one. A household whose rows contradict each other has a reason why all of them are refused.
WITH household AS (
    SELECT
        file,
        any_value(system) AS system,
        pseudonym,
        min(row) AS row,
        count(*) AS rows,
        min(district_code) AS district_code,
        min(survey_year) AS survey_year,
        min(district_code) <> max(district_code) AS in_several_districts,
        min(survey_year) <> max(survey_year) AS in_several_years,
        max(members) AS stated,
        coalesce(min(members) <> max(members), false) AS sizes_differ,
        CASE WHEN count(person) = count(*) THEN count(DISTINCT person) ELSE count(*) END AS persons,
        bit_or(deprived) AS deprived,
        bit_or(known) AS known,
        bool_or(welfare_card) AS welfare_card
    FROM placed
    WHERE is_person AND pseudonym % $parts = $part
    GROUP BY file, pseudonym
),
judged AS (
    SELECT
        *,
        CASE
            WHEN in_several_districts
                THEN refusal('place', 'rows of one household in different districts', NULL)
            WHEN in_several_years
                THEN refusal('survey_year', 'rows of one household with different survey years', NULL)
            WHEN sizes_differ
                THEN refusal('members', 'rows of one household with different numbers of members', NULL)
            WHEN persons > stated
                THEN refusal('members', 'more persons in a household than its number of members', NULL)
            WHEN persons > 99
                THEN refusal('household_id', 'more than 99 persons in one household', NULL)
            WHEN known = 0
                THEN refusal('health', 'none of the five dimensions known of any member', NULL)
        END AS refused
    FROM household
)
SELECT
    file,
    system,
    pseudonym,
    row,
    rows,
    district_code,
    survey_year,
    coalesce(stated, least(persons, 99))::UTINYINT AS members,
    deprived,
    known,
    welfare_card,
    refused."column" AS "column",
    refused.reason AS reason
FROM judged
