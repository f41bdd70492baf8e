-- The households of one system, kept in memory while those of another system are looked up in them.
CREATE OR REPLACE TEMP TABLE other_kept AS
SELECT pseudonym, district_code, deprived <> 0 AS poor
FROM kept
WHERE system = $system
