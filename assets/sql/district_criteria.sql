-- The facts of each district with its three criteria and their parts beside them. A district that a criterion
-- does not know keeps its row, with nothing in that criterion's columns.
SELECT
    district_facts.*,
    district_poverty.* EXCLUDE (district_code),
    district_university.* EXCLUDE (district_code),
    district_data_system.* EXCLUDE (district_code)
FROM district_facts
LEFT JOIN district_poverty ON district_poverty.district_code = district_facts.district_code
LEFT JOIN district_university ON district_university.district_code = district_facts.district_code
LEFT JOIN district_data_system ON district_data_system.district_code = district_facts.district_code
ORDER BY district_facts.district_code
