-- One row per district of the DOPA list, whatever the other sources know of it: every join is a LEFT JOIN on
-- district_code, and each joined table holds a district at most once (its contract's key). Poverty is that of household
-- rows wherever there are some, by the systems that the policy trusts with a rate; else what is published.
WITH
round AS (
    SELECT
        max(value::INTEGER) FILTER (parameter = 'poverty.survey_year') AS survey_year,
        max(value::INTEGER) FILTER (parameter = 'poverty.population_year') AS population_year
    FROM policy
    WHERE parameter IN ('poverty.survey_year', 'poverty.population_year')
),
trusted AS (
    SELECT json_extract_string(value, '$[*]') AS systems FROM policy WHERE parameter = 'households.survey_systems'
),
registered AS (
    SELECT population.* FROM population JOIN round ON population.year = round.population_year
),
published AS (
    SELECT poverty.* FROM poverty JOIN round ON poverty.year = round.survey_year
),
by_rows AS (
    SELECT household_poverty.*, list_position(trusted.systems, household_poverty.system) AS preference
    FROM household_poverty
    JOIN trusted ON list_contains(trusted.systems, household_poverty.system)
),
-- Districts whose count is too small to publish share the rate of all such districts of their province, which anyone can
-- work out from what is published; so nothing that rests on the rate tells more.
rest AS (
    SELECT
        province.system,
        province.area_code AS province_code,
        (province.poor_persons - coalesce(sum(district.poor_persons), 0))
        / nullif(province.persons - coalesce(sum(district.persons) FILTER (district.poor_persons IS NOT NULL), 0), 0)
            AS poor_share,
        (province.poor_households - coalesce(sum(district.poor_households), 0))
        / nullif(
            province.households - coalesce(sum(district.households) FILTER (district.poor_persons IS NOT NULL), 0), 0
        ) AS poor_households_share
    FROM by_rows AS province
    JOIN by_rows AS district
        ON district.system = province.system
        AND district.level = 'district'
        AND left(district.area_code, 2) = province.area_code
    WHERE province.level = 'province'
    GROUP BY
        province.system, province.area_code, province.poor_persons, province.persons, province.poor_households,
        province.households
),
counted AS (
    SELECT
        by_rows.*,
        by_rows.poor_persons IS NULL AS pooled,
        coalesce(by_rows.poor_persons / by_rows.persons, rest.poor_share) AS poor_share,
        coalesce(by_rows.poor_households / by_rows.households, rest.poor_households_share) AS poor_households_share
    FROM by_rows
    LEFT JOIN rest ON rest.system = by_rows.system AND rest.province_code = left(by_rows.area_code, 2)
    WHERE by_rows.level = 'district'
        AND by_rows.persons IS NOT NULL
        AND coalesce(by_rows.poor_persons / by_rows.persons, rest.poor_share) IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY by_rows.area_code ORDER BY by_rows.preference) = 1
),
surveyed AS (
    SELECT
        coalesce(counted.area_code, published.district_code) AS district_code,
        coalesce(counted.survey_year, published.year) AS survey_year,
        CASE
            WHEN counted.area_code IS NULL THEN 'published rates'
            WHEN counted.pooled THEN 'household rows, with other districts'
            ELSE 'household rows'
        END AS figures_from,
        counted.system AS figures_system,
        counted.households AS survey_households,
        100 * counted.poor_households_share AS poor_households_pct,
        CASE WHEN counted.area_code IS NULL THEN published.n_units END AS n_units,
        CASE WHEN counted.area_code IS NULL THEN published.n_labelled END AS n_labelled,
        coalesce(counted.persons, published.survey_population) AS survey_population,
        coalesce(counted.persons, published.labelled_population) AS labelled_population,
        CASE WHEN counted.area_code IS NULL THEN published.labelled_share ELSE counted.answers_known_share END
            AS labelled_share,
        CASE WHEN counted.area_code IS NULL THEN published.poor_income ELSE counted.poor_income_persons END AS poor_income,
        CASE
            WHEN counted.area_code IS NULL THEN published.rate_income ELSE 100 * counted.poor_income_persons / counted.persons
        END AS rate_income,
        CASE WHEN counted.area_code IS NULL THEN published.poor_health ELSE counted.poor_health_persons END AS poor_health,
        CASE
            WHEN counted.area_code IS NULL THEN published.rate_health ELSE 100 * counted.poor_health_persons / counted.persons
        END AS rate_health,
        CASE WHEN counted.area_code IS NULL THEN published.poor_education ELSE counted.poor_education_persons END AS poor_education,
        CASE
            WHEN counted.area_code IS NULL THEN published.rate_education ELSE 100 * counted.poor_education_persons / counted.persons
        END AS rate_education,
        CASE WHEN counted.area_code IS NULL THEN published.poor_living ELSE counted.poor_living_persons END AS poor_living,
        CASE
            WHEN counted.area_code IS NULL THEN published.rate_living ELSE 100 * counted.poor_living_persons / counted.persons
        END AS rate_living,
        CASE WHEN counted.area_code IS NULL THEN published.poor_accessibility ELSE counted.poor_accessibility_persons END AS poor_accessibility,
        CASE
            WHEN counted.area_code IS NULL THEN published.rate_accessibility ELSE 100 * counted.poor_accessibility_persons / counted.persons
        END AS rate_accessibility,
        coalesce(100 * counted.poor_share, published.rate_any_min) AS rate_any_min,
        -- Who has not answered may be poor: at most as many households as answers are missing.
        coalesce(
            least(100, 100 * counted.poor_share + 500 * (1 - counted.answers_known_share)), published.rate_any_max
        ) AS rate_any_max,
        CASE
            WHEN counted.area_code IS NULL THEN published.rate_any_min_se
            ELSE 100 * sqrt(counted.poor_share * (1 - counted.poor_share) / counted.households)
        END AS rate_any_min_se
    FROM published
    FULL JOIN counted ON counted.area_code = published.district_code
),
residents AS (
    SELECT subdistrict_population.*
    FROM subdistrict_population
    JOIN round ON subdistrict_population.year = round.population_year
),
-- Where people live: subdistrict points weighted by registered persons. A place without registered persons (an
-- office, a subdistrict not in the register) counts as one person, so that each district has a centre.
weighted AS (
    SELECT
        place.district_code,
        place.lon,
        place.lat,
        greatest(coalesce(residents.population_persons, 0), 1) AS persons
    FROM subdistrict_points AS place
    LEFT JOIN residents ON residents.subdistrict_code = place.place_code
),
centre AS (
    SELECT
        district_code,
        sum(lon * persons ORDER BY lon, lat) / sum(persons) AS centre_lon,
        sum(lat * persons ORDER BY lon, lat) / sum(persons) AS centre_lat
    FROM weighted
    GROUP BY district_code
)
SELECT
    districts.*,
    regions.region,
    regions.region_th,
    registered.population_persons,
    registered.houses,
    surveyed.* EXCLUDE (district_code),
    100.0 * surveyed.survey_population / nullif(registered.population_persons, 0) AS survey_coverage_pct,
    centre.centre_lon,
    centre.centre_lat
FROM districts
LEFT JOIN regions ON regions.province_code = districts.province_code
LEFT JOIN registered ON registered.district_code = districts.district_code
LEFT JOIN surveyed ON surveyed.district_code = districts.district_code
LEFT JOIN centre ON centre.district_code = districts.district_code
ORDER BY districts.district_code
