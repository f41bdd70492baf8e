-- The 13th digit of the citizen id whose first twelve digits are the number n: weights 13 to 2, modulo 11. The same rule
-- in Python is citizen_ids.check_digit.
CREATE TEMP MACRO check_digit(n) AS (
    11 - (
        13 * (n // 100000000000) + 12 * (n // 10000000000 % 10) + 11 * (n // 1000000000 % 10)
        + 10 * (n // 100000000 % 10) + 9 * (n // 10000000 % 10) + 8 * (n // 1000000 % 10)
        + 7 * (n // 100000 % 10) + 6 * (n // 10000 % 10) + 5 * (n // 1000 % 10)
        + 4 * (n // 100 % 10) + 3 * (n // 10 % 10) + 2 * (n % 10)
    ) % 11
) % 10;
