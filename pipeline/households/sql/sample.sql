-- Invented rows. Household k of a district is the same in every sample: its id, members and whether it is poor depend on the
-- district's code, its rate and k only, so that samples of two systems contain the same households. Ids begin with 9, as no
-- citizen id does. The table `quota` has one row per district: number of households, published rates, names and codes.
WITH household AS (
    SELECT
        quota.*,
        k,
        floor((k + 1) * rate) > floor(k * rate) AS poor,
        900000000000 + district_code::BIGINT * 10000000 + k AS number
    FROM quota, range(CASE WHEN $looks_for_poor THEN candidates ELSE households END) AS counted(k)
),
chosen AS (
    SELECT *
    FROM household
    WHERE NOT $looks_for_poor
        OR poor
        OR chance(district_code, k, 'asked') < 0.15
    QUALIFY NOT $looks_for_poor OR row_number() OVER (PARTITION BY district_code ORDER BY k) <= households
),
known AS (
    SELECT
        *,
        number::VARCHAR || check_digit(number) AS id,
        1 + floor(5 * chance(district_code, k, 'members'))::INTEGER AS persons,
        -- The second system surveys on another day and disagrees in one case of seven.
        CASE WHEN $looks_for_poor AND chance(district_code, k, $seed || 'again') < 0.15 THEN NOT poor ELSE poor END AS is_poor,
        CASE
            WHEN chance(district_code, k, $seed || 'defect') >= $defects THEN 'none'
            ELSE $faults[1 + floor(len($faults) * chance(district_code, k, $seed || 'kind'))::INTEGER]
        END AS defect,
        parts[1 + floor(len(parts) * chance(district_code, k, 'place'))::INTEGER] AS part
    FROM chosen
),
deprived AS (
    SELECT
        is_poor AND (chance(district_code, k, $seed || '{dimension}') < p_{dimension} OR most = '{dimension}') AS lacks_{dimension},
        *
    FROM known
),
surveyed AS (
    SELECT *, 0 AS years_ago FROM deprived
    UNION ALL
    SELECT *, 1 + floor(2 * chance(district_code, k, 'ago'))::INTEGER FROM deprived WHERE defect = 'earlier survey'
)
SELECT
    number,
    k,
    persons,
    years_ago,
    surveyed.district_code AS district,
    id AS citizen_id,
    'ตัวอย่าง ' || k AS name,
    '0000000000' AS telephone,
    CASE
        WHEN defect IN ('misspelt name', 'name only') THEN NULL
        WHEN defect = 'abolished code' AND abolished IS NOT NULL THEN left(abolished, 2)
        ELSE province_code
    END AS province_code,
    CASE
        WHEN defect IN ('misspelt name', 'name only') THEN NULL
        WHEN defect = 'abolished code' AND abolished IS NOT NULL THEN abolished[3:4]
        WHEN defect = 'lost zero' THEN ltrim(district_code[3:4], '0')
        ELSE district_code[3:4]
    END AS district_code,
    CASE
        WHEN defect IN ('misspelt name', 'name only') THEN NULL
        WHEN defect = 'abolished code' AND abolished IS NOT NULL THEN abolished[5:6]
        WHEN defect = 'lost zero' THEN ltrim(part, '0')
        WHEN defect = 'thai digits' THEN translate(part, '0123456789', '๐๑๒๓๔๕๖๗๘๙')
        ELSE part
    END AS subdistrict_code,
    province_name,
    CASE defect
        WHEN 'misspelt name' THEN misspelt_name
        WHEN 'name only' THEN CASE WHEN k % 2 = 0 THEN prefix ELSE ' ' END || district_name
        ELSE district_name
    END AS district_name,
    CASE
        WHEN defect = 'impossible' AND k % 2 = 0 THEN '-3'
        WHEN defect = 'thai digits' THEN translate(persons::VARCHAR, '0123456789', '๐๑๒๓๔๕๖๗๘๙')
        ELSE persons::VARCHAR
    END AS members,
    lacks_{dimension}::INTEGER::VARCHAR AS {dimension},
    (CASE WHEN lacks_income THEN 10000 ELSE 40000 END + floor(28000 * chance(district_code, k, $seed || 'baht')))::INTEGER::VARCHAR
        AS income_per_person,
    (chance(district_code, k, 'card') < CASE WHEN poor THEN 0.6 ELSE 0.25 END)::INTEGER::VARCHAR AS welfare_card,
    CASE
        WHEN defect = 'impossible' AND k % 2 = 1 THEN '3021'
        WHEN defect = 'buddhist year' THEN ($year + 543 - years_ago)::VARCHAR
        ELSE ($year - years_ago)::VARCHAR
    END AS survey_year
FROM surveyed
WHERE ($tenth IS NULL OR (k % 10 = 9) = $tenth)
    AND ($earlier IS NULL OR (years_ago > 0) = $earlier)
