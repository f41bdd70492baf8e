-- Households counted by district and by what they are deprived of: at most 928 × 32 × 3 rows, from which all measures are
-- computed. `deprived` has one bit per dimension (database.BIT).
SELECT
    system,
    district_code,
    deprived,
    welfare_card,
    count(*) AS households,
    sum(members)::BIGINT AS persons,
    sum(bit_count(known))::BIGINT AS answers,
    max(survey_year) AS survey_year
FROM kept
GROUP BY ALL
ORDER BY ALL
