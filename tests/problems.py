"""What a refusal must say: where, what was found, what was expected and how to fix it, in one line."""

import re

from pipeline.errors import InputError, Problem

LONGEST_LINE = 1500


def refusal(error: InputError, *parts: str) -> Problem:
    """The first problem of a refusal, after checking that it is complete and about ``parts``.

    Args:
        error: the refusal.
        parts: ``line 2`` is the problem's line or, where it has none, named in what was found; a quoted text (``'x'``)
            is in what was found; anything else is somewhere in the message.
    """
    problem, message = error.problems[0], str(error)
    assert "\n" not in message
    assert len(message) < LONGEST_LINE
    assert all((problem.file, problem.found, problem.expected, problem.fix)), problem
    for part in parts:
        if number := re.fullmatch("line ([0-9]+)", part):
            where = problem.line
            assert where == int(number[1]) or (where is None and f"{part} " in problem.found), message
        elif re.fullmatch("'.*'", part):
            assert part in problem.found, message
        else:
            assert part in message, message
    return problem
