"""Kinds of sections and of parameters, from which the sections of a policy are built.

Not here: any section (``sections``, ``criterion_sections``).
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from pipeline.contracts.contract import IN_WORDS

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
# Years of the common era: 2565 would be one of the Buddhist era.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 12, 31))]
Text = Annotated[str, StringConstraints(min_length=1)]


def _code_of(digits: int, example: str) -> AfterValidator:
    """Let a text be a code of so many digits only."""

    def checked(value: str) -> str:
        if re.fullmatch(f"[1-9][0-9]{{{digits - 1}}}", value) is None:
            raise ValueError(f"a code of {IN_WORDS[digits]} digits in quotation marks, such as {example!r}")
        return value

    return AfterValidator(checked)


DistrictCode = Annotated[str, _code_of(4, "5001")]
ProvinceCode = Annotated[str, _code_of(2, "50")]


class Part(BaseModel):
    """A section of a policy, frozen, in which every parameter is known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    @field_validator("*", mode="before")
    @classmethod
    def _reject_booleans(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("a number or text, not true or false")
        return value


class SharesOfOne(Part):
    """Numbers that sum to 1."""

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(value for _, value in self)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"sum to {total:g}; must sum to 1")
        return self


class PointsOf100(Part):
    """Numbers that sum to 100."""

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(value for _, value in self)
        if abs(total - 100) > 1e-6:
            raise ValueError(f"sum to {total:g}; must sum to 100")
        return self


def one_of(values: Collection[str]) -> AfterValidator:
    """Let a parameter hold one of some texts only, which are declared elsewhere.

    Args:
        values: the texts.

    Returns:
        A validator, for the annotation of the parameter.

    Raises:
        ValueError: raised by the validator for another text.
    """

    def check(value: str) -> str:
        if value not in values:
            raise ValueError(f"one of {', '.join(values)}")
        return value

    return AfterValidator(check)


def year_or(word: str) -> BeforeValidator:
    """Let a parameter hold a year or one word; digits are a year, as a form of text fields gives them.

    Args:
        word: the word.

    Returns:
        A validator, for the annotation of the parameter.

    Raises:
        ValueError: raised by the validator for anything else.
    """

    def check(value: Any) -> int | str:
        if value == word:
            return word
        digits = str(value)
        if isinstance(value, bool) or not (digits.isascii() and digits.isdigit() and len(digits) == 4):
            raise ValueError(f"a year of four digits, such as 2018, or '{word}'")
        return int(digits)

    return BeforeValidator(check)


def one_number_each(name: str, base: type[Part], meaning: str, numbers: Mapping[str, Any]) -> Any:
    """A section with one number for each entry of a list that is declared elsewhere.

    Args:
        name: the name of the class.
        base: the class it extends, with the rule that all numbers must meet together.
        meaning: its docstring.
        numbers: the annotated type of each number, by the name of the parameter, in the order of the section.

    Returns:
        The class, a subclass of ``base``.

    >>> Halves = one_number_each("Halves", SharesOfOne, "Two shares.", {"left": Share, "right": Share})
    >>> Halves(left=0.25, right=0.75).model_dump()
    {'left': 0.25, 'right': 0.75}
    """
    fields: dict[str, Any] = {key: (kind, ...) for key, kind in numbers.items()}
    return create_model(name, __base__=base, __doc__=meaning, **fields)
