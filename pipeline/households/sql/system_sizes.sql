-- Households of each system.
SELECT system, count(*) AS households FROM kept GROUP BY system
