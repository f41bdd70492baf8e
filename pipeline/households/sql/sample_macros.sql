-- A number from 0 to 1 that depends on the district, the household and what it is for.
CREATE TEMP MACRO chance(district, k, salt) AS hash(district, k, salt) % 1000003 / 1000003.0;
