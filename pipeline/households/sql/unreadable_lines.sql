-- The lines of a text file that could not be read as rows, by number: what is wrong with each, and whether it runs over
-- several lines (a quotation mark that is not closed).
SELECT
    line,
    min(lower(error_type::VARCHAR)) AS problem,
    max(contains(trim(csv_line, chr(10) || chr(13)), chr(10))) AS several_lines
FROM csv_rejects
GROUP BY line
ORDER BY line
