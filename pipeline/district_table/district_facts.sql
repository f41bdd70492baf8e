-- One row per district of the DOPA list, whatever the other sources know of it: every join is a LEFT JOIN on
-- district_code, and each joined table holds a district at most once (its contract's key). Poverty is that of household
-- rows, of the systems that the policy uses for rates, if they are of enough households and not older than the published
-- figures that the policy names; else these figures.
WITH
registered AS (
    SELECT * FROM population WHERE year = $population_year
),
-- The measure of the policy: target poor are counted in place of all who are poor by the survey. Dimensions are known
-- of the latter only.
by_rows AS (
    SELECT
        * REPLACE (
            if($target_poor, NULL, poor_{dimension}_persons) AS poor_{dimension}_persons,
            if($target_poor, target_poor_persons, poor_persons) AS poor_persons,
            if($target_poor, target_poor_households, poor_households) AS poor_households
        ),
        list_position($survey_systems, system) AS preference
    FROM household_poverty
    WHERE list_contains($survey_systems, system)
),
-- Districts whose count is too small to publish share the rate of all such districts of their province, which anyone can
-- work out from what is published; so nothing computed from the rate reveals more.
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
by_households AS (
    SELECT
        area_code AS district_code,
        survey_year,
        CASE WHEN pooled THEN $pooled_rows ELSE $household_rows END AS figures_from,
        system AS figures_system,
        households AS survey_households,
        100 * poor_households_share AS poor_households_pct,
        persons AS survey_population,
        persons AS labelled_population,
        answers_known_share AS labelled_share,
        -- One line per dimension (queries.sql_text).
        poor_{dimension}_persons AS poor_{dimension}, 100 * poor_{dimension}_persons / persons AS rate_{dimension},
        100 * poor_share AS rate_any_min,
        -- Who has not answered may be poor: at most as many households as answers are missing, and each household is
        -- asked once per dimension.
        least(100, 100 * poor_share + 100 * $dimensions * (1 - answers_known_share)) AS rate_any_max,
        100 * sqrt(poor_share * (1 - poor_share) / households) AS rate_any_min_se
    FROM counted
),
replacing AS (
    SELECT by_households.*
    FROM by_households
    LEFT JOIN published_poverty ON published_poverty.district_code = by_households.district_code
    WHERE by_households.survey_households >= $least_households
        AND (published_poverty.district_code IS NULL OR by_households.survey_year >= published_poverty.survey_year)
),
surveyed AS (
    SELECT * FROM replacing
    UNION ALL BY NAME
    SELECT *
    FROM published_poverty
    ANTI JOIN replacing ON replacing.district_code = published_poverty.district_code
),
residents AS (
    SELECT subdistrict_population.*
    FROM subdistrict_population
    WHERE year = $population_year
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
