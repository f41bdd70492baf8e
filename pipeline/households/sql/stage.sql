-- One file, whose text cells are the view `cells`, to typed rows: the household as a pseudonym only, repairs as bits, and
-- the first rule that the row breaks with a description of the cell at fault. Every row of the file is a row here.
-- The pseudonym is HMAC-SHA-256 (RFC 2104), of which 64 bits are kept: the chance that any two of 13 million ids coincide
-- is 1 in 200,000, and 64 bits need a quarter of the memory of 256.
WITH parsed AS (
    SELECT
        *,
        household_id_in(household_id) AS household,
        citizen_id_in(citizen_id) AS citizen,
        count_in(members) AS persons,
        CASE WHEN survey_year IS NULL THEN getvariable('survey_year')::DOUBLE ELSE year_in(survey_year) END AS year,
        baht_in(income_per_person) AS baht,
        flag_in({dimension}, '{dimension}') AS is_{dimension},
        flag_in(welfare_card, 'welfare_card') AS has_card
    FROM cells
),
numbered AS (
    SELECT
        *,
        CASE WHEN regexp_full_match(citizen, '[0-9]{13}') THEN TRY_CAST(citizen AS BIGINT) END AS citizen_number
    FROM parsed
),
judged AS (
    SELECT
        *,
        coalesce(household, citizen) AS id,
        -- The rules, in the order in which they are checked.
        CASE
            WHEN household IS NULL AND citizen IS NULL
                THEN refusal('household_id', 'no household id and no citizen id', NULL)
            WHEN regexp_full_match(household, '[0-9]+(\.[0-9]+)?E\+[0-9]+|[0-9]+\.[0-9]+E[0-9]+')
                THEN refusal('household_id', 'a household id as a rounded number, whose last digits are lost', household_id)
            WHEN household IS NULL AND $persons
                THEN refusal('household_id', 'no household id in a row of a person', NULL)
            WHEN household IS NULL AND citizen_number IS NULL
                THEN refusal('citizen_id', 'a citizen id that is not 13 digits', citizen_id)
            WHEN coalesce(persons NOT BETWEEN 1 AND 99, NOT ($persons AND is_unknown(coalesce(members, ''), 'other')))
                THEN refusal('members', 'not a number of members from 1 to 99', members)
            WHEN coalesce(year NOT BETWEEN 1990 AND getvariable('latest_year'), true)
                THEN refusal(
                    'survey_year',
                    'not a year from 1990 to the policy''s as_of (Buddhist years are understood)',
                    survey_year
                )
            WHEN unreadable({dimension}, is_{dimension}, '{dimension}') THEN refusal('{dimension}', getvariable('not_an_answer'), {dimension})
            WHEN coalesce(
                is_{dimension},
                NULL
            ) IS NULL AND NOT $persons
                THEN refusal('health', 'none of the five dimensions known', NULL)
            WHEN unreadable(welfare_card, has_card, 'welfare_card')
                THEN refusal('welfare_card', getvariable('not_an_answer'), welfare_card)
            WHEN (baht NOT BETWEEN 0 AND 1e9 AND NOT isnan(baht)) OR unreadable(income_per_person, baht, 'other')
                THEN refusal('income_per_person', 'not an income of 0 to 1,000,000,000', income_per_person)
        END AS refused
    FROM numbered
)
SELECT
    $file::USMALLINT AS file,
    $system::UTINYINT AS system,
    ('0x' || left(sha256($outer || unhex(sha256($inner || encode(id)))), 16))::UBIGINT AS pseudonym,
    place_of(province_code, district_code, subdistrict_code, province_name, district_name) AS place,
    degrees_in(lon) AS lon,
    degrees_in(lat) AS lat,
    CASE WHEN refused IS NULL THEN persons END::UTINYINT AS members,
    CASE WHEN refused IS NULL THEN year END::USMALLINT AS survey_year,
    (
        {bit} * coalesce(is_{dimension}, false)::UTINYINT +
        0
    )::UTINYINT AS deprived,
    (
        {bit} * (is_{dimension} IS NOT NULL)::UTINYINT +
        0
    )::UTINYINT AS known,
    has_card AS welfare_card,
    refused."column" AS "column",
    refused.reason AS reason,
    CASE WHEN refused IS NOT NULL THEN described(plain(refused.cell)) END AS found,
    CASE WHEN refused.reason = getvariable('not_an_answer') THEN short_word(plain(refused.cell)) END AS word,
    CASE
        WHEN refused IS NOT NULL THEN 0
        ELSE repair_bit('id') * coalesce(household <> household_id, citizen <> citizen_id, false)::UTINYINT
            + repair_bit('members') * number_repaired(members, persons)::UTINYINT
            + repair_bit('flag') * (
                flag_repaired({dimension}, is_{dimension}, '{dimension}') OR
                flag_repaired(welfare_card, has_card, 'welfare_card')
            )::UTINYINT
            + repair_bit('income') * number_repaired(income_per_person, baht)::UTINYINT
            + repair_bit('buddhist year') * coalesce(TRY_CAST(survey_year AS DOUBLE) = year + 543, false)::UTINYINT
            + repair_bit('year') * number_repaired(survey_year, year)::UTINYINT
    END::UTINYINT AS repairs,
    citizen_number IS NOT NULL AND check_digit(citizen_number // 10) <> citizen_number % 10 AS check_digit_wrong,
    -- Tells the members of a household apart where both ids are given; without the key it says nothing.
    CASE WHEN household IS NOT NULL AND citizen IS NOT NULL THEN hash($inner, citizen) END AS person,
    -- No citizen id begins with 9; invented ids do.
    coalesce(citizen_number // 1000000000000 = 9, false) AS invented
FROM judged
