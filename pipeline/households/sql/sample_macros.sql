-- A number from 0 to 1 that depends on the district, the household and what it is for.
CREATE TEMP MACRO chance(district, k, salt) AS hash(district, k, salt) % 1000003 / 1000003.0;

-- The answer of a member of a household: yes of one at least if the household's answer is yes.
CREATE TEMP MACRO member_answer(answer, district, k, member, persons, salt) AS CASE
    WHEN answer = '0' THEN '0'
    WHEN member = floor(persons * chance(district, k, salt || ' who')) THEN '1'
    ELSE (chance(district, 5 * k + member, salt || ' too') < 0.5)::INTEGER::VARCHAR
END;
