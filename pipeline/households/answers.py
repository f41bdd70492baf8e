"""The words of answers: what means yes, no and *not known* in the dimensions and in the welfare card.

``[values]`` in ``mapping.toml`` states them for all these columns, ``[values.<our column>]`` for one. Here: the words
that need no statement, and the words of each column. Not here: how a cell is compared with them (``sql/macros.sql``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pipeline.characters import INVISIBLE, THAI_DIGITS
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError, Problem, shown_value
from pipeline.reading.layout import UNKNOWN

TABLE = "values"
KINDS = ("yes", "no", "unknown")
ANSWERS = (*DIMENSIONS, "welfare_card")
# In every other column only words for *not known* have a meaning.
OTHER = "other"
# Words whose meaning depends on the column are in no list of another: ไม่มี is "no card", but in a dimension it may be
# "no problem" or "does not apply", so that a dimension written with it must state what it means.
YES = {
    **dict.fromkeys(DIMENSIONS, ("1", "true", "t", "yes", "y", "ใช่", "จน", "ตกเกณฑ์", "ไม่ผ่าน", "ไม่ผ่านเกณฑ์")),
    "welfare_card": ("1", "true", "t", "yes", "y", "ใช่", "มี", "มีบัตร"),
}
NO = {
    **dict.fromkeys(DIMENSIONS, ("0", "false", "f", "no", "n", "ไม่ใช่", "ไม่จน", "ไม่ตกเกณฑ์", "ผ่าน", "ผ่านเกณฑ์")),
    "welfare_card": ("0", "false", "f", "no", "n", "ไม่ใช่", "ไม่มี", "ไม่มีบัตร"),
}


@dataclass(frozen=True)
class Words:
    """The words of one column, in small letters; the commonest yes and no first."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def meanings(self) -> dict[str, bool]:
        """Whether each word means yes; numbers also as decimals (1.0), as software writes a column with gaps."""
        return dict.fromkeys(_with_decimals(self.yes), True) | dict.fromkeys(_with_decimals(self.no), False)

    @property
    def not_known(self) -> list[str]:
        """The words for *not known*, with decimals as in ``meanings``, and the empty cell."""
        return ["", *_with_decimals(self.unknown)]


def _with_decimals(words: Sequence[str]) -> list[str]:
    return [*words, *(f"{word}.0" for word in words if word.isdigit())]


@dataclass(frozen=True)
class Answers:
    """What a mapping states on the words of answers.

    Attributes:
        stated: the words of each kind, by our column; those of all columns are under ``""``.
        file: the mapping file, as messages show it.
    """

    stated: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    file: str = field(default="", compare=False)

    def of(self, column: str, unknown: Sequence[str] = ()) -> Words:
        """Return the words of one column.

        What is stated for the column replaces what is stated for all, and that replaces our own words. Words for *not
        known* are added up; one of our own is left out where it is stated as yes or no.

        Args:
            column: one of ``ANSWERS``, or ``OTHER``.
            unknown: words for *not known* in every column of the file, by its layout.

        Returns:
            The words.

        Raises:
            InputError: a word has two meanings, or there is no word for yes or no.

        >>> Answers({"health": {"yes": ("0",), "no": ("1",)}}).of("health").meanings
        {'0': True, '0.0': True, '1': False, '1.0': False}
        """
        own, common = self.stated.get(column, {}), self.stated.get("", {})
        said = [*own.get("unknown", ()), *common.get("unknown", ()), *map(plain_word, unknown)]
        words: dict[str, tuple[str, ...]] = {}
        for kind, built_in in (("yes", YES), ("no", NO)):
            stated = own.get(kind) or common.get(kind)
            if stated and (both := set(stated) & set(said)):
                raise self._twice(column, min(both), kind, "not known")
            words[kind] = stated or tuple(word for word in built_in.get(column, ()) if word not in said)
            if column != OTHER and not words[kind]:
                raise InputError(Problem(self.file, f"no word for {kind}", "one or more", "add one", column=column))
        if both := set(words["yes"]) & set(words["no"]):
            raise self._twice(column, min(both), "yes", "no")
        ours = (word for word in UNKNOWN if word not in (*words["yes"], *words["no"]))
        return Words(words["yes"], words["no"], tuple(dict.fromkeys([*said, *ours])))

    def _twice(self, column: str, word: str, one: str, other: str) -> InputError:
        expected, fix = "one meaning of each word in a column", f"correct [{TABLE}] or [{TABLE}.{column}]"
        return InputError(
            Problem(self.file, f"{shown_value(word)} for {one} and for {other}", expected, fix, column=column)
        )


def plain_word(word: str) -> str:
    """Write a word as cells are compared with it: without spaces and invisible characters, in small letters.

    Args:
        word: a word of the mapping.

    Returns:
        The word, its Thai digits as Western.

    >>> plain_word(" N / A"), plain_word("๑")
    ('n/a', '1')
    """
    return "".join(word.translate(INVISIBLE).split()).translate(THAI_DIGITS).lower()


def read_answers(entries: Any, file: str) -> Answers:
    """Check the table ``[values]`` as it is read from TOML.

    Args:
        entries: words by kind, and tables of such words by our column.
        file: the mapping file, as messages show it.

    Returns:
        The words stated.

    Raises:
        InputError: an unknown column or kind, or a list that is not one of texts.

    >>> read_answers({"unknown": ["?"], "health": {"no": ["ผ่าน"]}}, "mapping.toml").stated
    {'': {'unknown': ('?',)}, 'health': {'no': ('ผ่าน',)}}
    """
    if not isinstance(entries, Mapping):
        raise InputError(Problem(file, f"{TABLE} = {shown_value(entries)}", f"a table [{TABLE}]", f"write [{TABLE}]"))
    tables = {"": {name: value for name, value in entries.items() if not isinstance(value, Mapping)}}
    tables |= {name: value for name, value in entries.items() if isinstance(value, Mapping)}
    for column, lines in tables.items():
        table = f"[{TABLE}.{column}]" if column else f"[{TABLE}]"
        if column and column not in ANSWERS:
            near = get_close_matches(column, ANSWERS, n=1)
            fix = f"write [{TABLE}.{near[0]}]" if near else "use our name of the column"
            raise InputError(Problem(file, table, f"one of {', '.join(ANSWERS)}", fix))
        for kind, words in lines.items():
            if kind not in KINDS:
                fix = f"write it above the first table of the file, or one of {', '.join(KINDS)}"
                raise InputError(Problem(file, f"{shown_value(kind)} in {table}", f"one of {', '.join(KINDS)}", fix))
            if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
                expected = f'a list of texts such as {kind} = ["1"]'
                raise InputError(Problem(file, shown_value(words), expected, "quote each", column=kind))
    return Answers(
        {
            column: {kind: tuple(map(plain_word, words)) for kind, words in lines.items()}
            for column, lines in tables.items()
            if lines
        },
        file,
    )
