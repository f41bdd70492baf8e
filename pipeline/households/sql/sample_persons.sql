-- A row for each person of the invented households. Of a household that lacks something at least one member lacks it, and
-- of one with a welfare card at least one member has it; of the other members half, by chance. A person's id begins with
-- 9, as no citizen id does.
SELECT
    household.* EXCLUDE (
        {dimension},
        citizen_id,
        name,
        welfare_card
    ),
    household.citizen_id AS household_id,
    member,
    (900000000000 + district::BIGINT * 10000000 + 5 * k + member) AS person,
    person::VARCHAR || check_digit(person) AS citizen_id,
    name || '/' || (1 + member) AS name,
    member_answer({dimension}, district, k, member, persons, $seed || '{dimension}') AS {dimension},
    member_answer(welfare_card, district, k, member, persons, 'card') AS welfare_card
FROM household, range(persons) AS counted(member)
