"""The check digit of citizen ids, and ids in the names of files.

The 13th digit checks the first twelve (Department of Provincial Administration): weights 13 to 2, modulo 11. In SQL the
same rule is ``sql/citizen_id.sql``; a test compares the two. Not here: ids in rows (``sql/stage.sql``).
"""

import re

WEIGHTS = range(13, 1, -1)


def check_digit(first_twelve: str) -> int:
    """The 13th digit of the citizen id that begins with these twelve digits.

    ``(11 - sum(weight * digit) % 11) % 10``, with weights 13 for the first digit down to 2 for the twelfth.

    Args:
        first_twelve: twelve decimal digits, Western or Thai.

    >>> check_digit("110170020345")  # 13 + 12 + 10 + 9*7 + 6*2 + 4*3 + 3*4 + 2*5 = 144 = 13 * 11 + 1
    0
    """
    weighted = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_twelve, strict=True))
    return (11 - weighted % 11) % 10


def without_ids(name: str) -> str:
    """The name with each citizen id replaced by ``#``: 13 digits, Western or Thai, in one piece or separated.

    Numbers of 13 digits whose check digit is wrong are not citizen ids and stay.

    >>> without_ids("house 1-1017-00203-45-0.csv"), without_ids("๑๑๐๑๗๐๐๒๐๓๔๕๐.csv")
    ('house #.csv', '#.csv')
    >>> without_ids("1101700203451 2565-11-24 10.30.csv")  # the check digit would be 0
    '1101700203451 2565-11-24 10.30.csv'
    """

    def hidden(found: re.Match[str]) -> str:
        digits = "".join(c for c in found[0] if c.isdecimal())
        return "#" if check_digit(digits[:12]) == int(digits[12]) else found[0]

    return re.sub(r"(?<!\d)\d(?:[-–. _]?\d){12}(?!\d)", hidden, name)
