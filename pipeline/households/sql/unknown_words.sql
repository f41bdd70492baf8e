-- The commonest short words of one file that are in no list of words of their column, each in many rows.
SELECT "column", word, count(*) AS rows
FROM staged
WHERE file = $file AND word IS NOT NULL
GROUP BY ALL
HAVING count(*) >= $fewest
ORDER BY rows DESC, "column", word
LIMIT $most
