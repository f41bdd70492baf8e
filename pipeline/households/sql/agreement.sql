-- Households of one system ($of) that the other, smaller system (`other_kept`) also has, by the district in each: how many,
-- and which of the two systems counts them as poor.
SELECT
    grouping(kept.district_code) AS by_other,
    coalesce(kept.district_code, other_kept.district_code) AS district_code,
    count(*) AS found,
    count_if(kept.deprived <> 0 AND other_kept.poor) AS poor_in_both,
    count_if(kept.deprived <> 0 AND NOT other_kept.poor) AS poor_here_only,
    count_if(kept.deprived = 0 AND other_kept.poor) AS poor_there_only,
    count_if(kept.deprived = 0 AND NOT other_kept.poor) AS poor_in_neither
FROM kept
JOIN other_kept ON other_kept.pseudonym = kept.pseudonym
WHERE kept.system = $of
GROUP BY GROUPING SETS ((kept.district_code), (other_kept.district_code))
ORDER BY ALL
