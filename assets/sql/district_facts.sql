-- One row per district of the DOPA list, whatever the other sources know of it: every join is a LEFT JOIN on
-- district_code, and each joined table holds a district at most once (its contract's key).
WITH
round AS (
    SELECT
        max(value::INTEGER) FILTER (parameter = 'poverty.survey_year') AS survey_year,
        max(value::INTEGER) FILTER (parameter = 'poverty.population_year') AS population_year
    FROM policy
    WHERE parameter IN ('poverty.survey_year', 'poverty.population_year')
),
registered AS (
    SELECT population.* FROM population JOIN round ON population.year = round.population_year
),
surveyed AS (
    SELECT poverty.* FROM poverty JOIN round ON poverty.year = round.survey_year
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
    surveyed.year AS survey_year,
    surveyed.* EXCLUDE (district_code, year),
    100.0 * surveyed.survey_population / nullif(registered.population_persons, 0) AS survey_coverage_pct,
    centre.centre_lon,
    centre.centre_lat
FROM districts
LEFT JOIN regions ON regions.province_code = districts.province_code
LEFT JOIN registered ON registered.district_code = districts.district_code
LEFT JOIN surveyed ON surveyed.district_code = districts.district_code
LEFT JOIN centre ON centre.district_code = districts.district_code
ORDER BY districts.district_code
