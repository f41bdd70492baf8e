"""The check digit of citizen ids, and ids in the names of files.

The 13th digit checks the first twelve (Department of Provincial Administration): weights 13 to 2, modulo 11. In SQL the
same rule is ``sql/citizen_id.sql``; a test compares the two. Not here: ids in rows (``sql/stage.sql``).
"""

import re

WEIGHTS = range(13, 1, -1)


def check_digit(first_twelve: str) -> int:
    """Compute the 13th digit of the citizen id that begins with twelve given digits.

    ``(11 - sum(weight * digit) % 11) % 10``, with weights 13 for the first digit down to 2 for the twelfth.

    Args:
        first_twelve: twelve decimal digits, Western or Thai.

    Returns:
        A digit, from 0 to 9.

    Source: Department of Provincial Administration.

    >>> check_digit("110170020345")  # 13 + 12 + 10 + 9*7 + 6*2 + 4*3 + 3*4 + 2*5 = 144 = 13 * 11 + 1
    0
    """
    weighted = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_twelve, strict=True))
    return (11 - weighted % 11) % 10


def without_ids(name: str) -> str:
    """Replace each citizen id in the name of a file by ``#``.

    A citizen id has 13 digits, Western or Thai, with or without separators. A number of 13 digits whose check digit is
    wrong is not a citizen id and is not replaced.

    Args:
        name: the name of a file.

    Returns:
        The name without citizen ids.

    >>> without_ids("house 1-1017-00203-45-0.csv"), without_ids("๑๑๐๑๗๐๐๒๐๓๔๕๐.csv")
    ('house #.csv', '#.csv')
    >>> without_ids("1101700203451 2565-11-24 10.30.csv")  # the check digit would be 0
    '1101700203451 2565-11-24 10.30.csv'
    """

    def hidden(found: re.Match[str]) -> str:
        digits = "".join(c for c in found[0] if c.isdecimal())
        return "#" if check_digit(digits[:12]) == int(digits[12]) else found[0]

    return re.sub(r"(?<!\d)\d(?:[-–. _]?\d){12}(?!\d)", hidden, name)
