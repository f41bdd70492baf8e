-- One file, as text in the view `received`, to typed rows: who it is as a pseudonym only, what was repaired as bits, which
-- rule is broken as its number, with a description that tells nothing. Every row received is a row here.
-- Pseudonym: HMAC-SHA-256 (RFC 2104), of which 64 bits are kept: that any two of 13 million ids meet by chance is as likely
-- as 1 in 200,000, and half the bits are half the memory.
WITH understood AS (
    SELECT
        *,
        household_id_in(household_id) AS household,
        citizen_id_in(citizen_id) AS citizen,
        number_in(members) AS persons,
        CASE
            WHEN survey_year IS NULL THEN getvariable('survey_year')::DOUBLE ELSE number_in(survey_year)
        END AS year_written,
        number_in(income_per_person) AS baht,
        flag_in(health) AS is_health,
        flag_in(living) AS is_living,
        flag_in(education) AS is_education,
        flag_in(income) AS is_income,
        flag_in(accessibility) AS is_accessibility,
        flag_in(welfare_card) AS has_card
    FROM received
),
numbered AS (
    SELECT
        *,
        CASE WHEN regexp_full_match(citizen, '[0-9]{13}') THEN TRY_CAST(citizen AS BIGINT) END AS citizen_number
    FROM understood
),
judged AS (
    SELECT
        *,
        coalesce(household, citizen) AS id,
        CASE WHEN year_written BETWEEN 2400 AND 2700 THEN year_written - 543 ELSE year_written END AS year,
        CASE
            WHEN household IS NULL AND citizen IS NULL THEN 1
            WHEN household IS NULL AND citizen_number IS NULL THEN 2
            WHEN coalesce(persons NOT BETWEEN 1 AND 99 OR persons <> floor(persons), true) THEN 3
            WHEN coalesce(
                year_written <> floor(year_written)
                OR year_written NOT BETWEEN 1990 AND getvariable('latest_year')
                AND year_written NOT BETWEEN 1990 + 543 AND getvariable('latest_year') + 543,
                true
            ) THEN 4
            WHEN unreadable(health, is_health) THEN 5
            WHEN unreadable(living, is_living) THEN 6
            WHEN unreadable(education, is_education) THEN 7
            WHEN unreadable(income, is_income) THEN 8
            WHEN unreadable(accessibility, is_accessibility) THEN 9
            WHEN coalesce(is_health, is_living, is_education, is_income, is_accessibility) IS NULL THEN 10
            WHEN unreadable(welfare_card, has_card) THEN 11
            WHEN baht NOT BETWEEN 0 AND 1e9 OR unreadable(income_per_person, baht) THEN 12
            ELSE 0
        END AS rule
    FROM numbered
)
SELECT
    $file::USMALLINT AS file,
    $system::UTINYINT AS system,
    ('0x' || left(sha256($outer || unhex(sha256($inner || encode(id)))), 16))::UBIGINT AS pseudonym,
    place_of(province_code, district_code, subdistrict_code, province_name, district_name) AS place,
    TRY_CAST(lon AS DOUBLE) AS lon,
    TRY_CAST(lat AS DOUBLE) AS lat,
    CASE WHEN rule = 0 THEN persons END::UTINYINT AS members,
    CASE WHEN rule = 0 THEN year END::USMALLINT AS survey_year,
    (
        coalesce(is_health, false)::UTINYINT + 2 * coalesce(is_living, false)::UTINYINT
        + 4 * coalesce(is_education, false)::UTINYINT + 8 * coalesce(is_income, false)::UTINYINT
        + 16 * coalesce(is_accessibility, false)::UTINYINT
    )::UTINYINT AS deprived,
    (
        (is_health IS NOT NULL)::UTINYINT + (is_living IS NOT NULL)::UTINYINT + (is_education IS NOT NULL)::UTINYINT
        + (is_income IS NOT NULL)::UTINYINT + (is_accessibility IS NOT NULL)::UTINYINT
    )::UTINYINT AS answers,
    has_card AS welfare_card,
    rule::UTINYINT AS rule,
    CASE WHEN rule <> 0 THEN described(plain(
        CASE rule
            WHEN 2 THEN citizen_id
            WHEN 3 THEN members
            WHEN 4 THEN survey_year
            WHEN 5 THEN health
            WHEN 6 THEN living
            WHEN 7 THEN education
            WHEN 8 THEN income
            WHEN 9 THEN accessibility
            WHEN 11 THEN welfare_card
            WHEN 12 THEN income_per_person
        END
    )) END AS found,
    CASE
        WHEN rule <> 0 THEN 0
        ELSE coalesce(household <> household_id, citizen <> citizen_id, false)::UTINYINT
            + 2 * number_repaired(members, persons)::UTINYINT
            + 4 * (
                flag_repaired(health, is_health) OR flag_repaired(living, is_living)
                OR flag_repaired(education, is_education) OR flag_repaired(income, is_income)
                OR flag_repaired(accessibility, is_accessibility) OR flag_repaired(welfare_card, has_card)
            )::UTINYINT
            + 8 * number_repaired(income_per_person, baht)::UTINYINT
            + 16 * (survey_year IS NOT NULL AND year <> year_written)::UTINYINT
            + 32 * number_repaired(survey_year, year)::UTINYINT
    END::UTINYINT AS repairs,
    citizen_number IS NOT NULL AND NOT checks(citizen_number) AS check_digit_wrong,
    -- No citizen id is issued with 9 in front; those that are invented here have it.
    coalesce(citizen_number // 1000000000000 = 9, false) AS invented
FROM judged
