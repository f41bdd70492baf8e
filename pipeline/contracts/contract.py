"""``Column`` and ``Contract``, and how a table is checked against its contract.

Not here: any particular table (``raw_tables`` and the others in this folder).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa


class Kind(StrEnum):
    """What a column holds; the pandas type follows from it.

    ``LIST`` is a list of text: in pandas a tuple of ``str`` in each row, in Parquet and DuckDB a list of strings. Where
    there is nothing to list, also after a left join, the list is empty and never null. Items are joined only for
    people: in workbooks, CSV files and sentences.
    """

    CODE = "code"
    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"
    GEOMETRY = "geometry"
    BYTES = "bytes"


PANDAS_TYPES = {
    Kind.CODE: "str",
    Kind.TEXT: "str",
    Kind.COUNT: "Int64",
    Kind.NUMBER: "float64",
    Kind.FLAG: "boolean",
}


# Codes of areas: so many digits, or two more.
DIGITS = re.compile(r"\[1-9\]\[0-9\](?:\{(?P<more>[0-9])\})?(?P<longer>\(\[0-9\]\{2\}\)\?)?")
IN_WORDS = {2: "two", 4: "four", 6: "six", 8: "eight"}
# Joins the items of a list for people.
SEPARATOR = ", "


class ContractError(Exception):
    """A computed table does not meet its contract: an error in the program, not in an input."""


@dataclass(frozen=True)
class Column:
    """One column: its kind, what it means, its unit, and the values it may hold.

    ``pattern`` is matched against the whole text; ``minimum`` and ``maximum`` are inclusive. ``form`` says in words
    what the pattern asks for; a code of digits and a date need no words.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    form: str = ""

    def __post_init__(self) -> None:
        if self.pattern and not (self.form or self.unit == "date" or DIGITS.fullmatch(self.pattern)):
            raise ValueError(f"{self.name}: a pattern without words for it; add form")

    @property
    def expected(self) -> str:
        """The values this column may hold, in words.

        >>> Column("rate_pct", Kind.NUMBER, "rate", minimum=0, maximum=100).expected
        'a number from 0 to 100'
        >>> Column("code", Kind.CODE, "", pattern="[1-9][0-9]{3}([0-9]{2})?").expected
        'a code of four or six digits'
        """
        words = {
            Kind.CODE: "a code",
            Kind.TEXT: "text",
            Kind.COUNT: "a whole number",
            Kind.NUMBER: "a number",
            Kind.FLAG: "true or false",
            Kind.LIST: "a list of text",
            Kind.GEOMETRY: "a shape",
            Kind.BYTES: "bytes",
        }[self.kind]
        if self.allowed:
            words = "one of " + ", ".join(self.allowed)
        elif self.unit == "date":
            words = "a day of the calendar as year-month-day"
        elif self.form:
            words = self.form
        elif found := DIGITS.fullmatch(self.pattern):
            digits = 1 + int(found["more"] or 1)
            words = f"a code of {IN_WORDS[digits]}{f' or {IN_WORDS[digits + 2]}' if found['longer'] else ''} digits"
        if self.minimum is not None and self.maximum is not None:
            words += f" from {self.minimum:g} to {self.maximum:g}"
        elif self.minimum is not None:
            words += f" of {self.minimum:g} or more"
        return words + (" or nothing" if self.nullable else "")

    def checks(self) -> "list[pa.Check]":
        """The column's rules as pandera checks.

        Returns:
            One check per rule that the column has; none for a column without rules.
        """
        import pandera.pandas as pa

        rules = []
        if self.minimum is not None:
            rules.append(pa.Check.ge(self.minimum))
        if self.maximum is not None:
            rules.append(pa.Check.le(self.maximum))
        if self.allowed:
            rules.append(pa.Check.isin(self.allowed))
        if self.pattern:
            rules.append(pa.Check.str_matches(rf"\A{self.pattern}\Z"))
        if self.kind is Kind.NUMBER:
            rules.append(pa.Check(_finite, element_wise=False, name="finite"))
        if self.kind is Kind.LIST:
            rules.append(pa.Check(_list_of_text, element_wise=True, name="a list of text"))
        return rules


def _finite(values: "pd.Series[Any]") -> "pd.Series[Any]":
    return values.abs() != float("inf")


def list_column(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column of lists: each list or array as a tuple, a missing value as an empty one, anything else as it is.

    Args:
        values: what a computation or a file gives for a column of lists.

    Returns:
        The same rows in the same order, as objects.

    >>> import pandas as pd
    >>> list_column(pd.Series([["9501", "9502"], None])).tolist()
    [('9501', '9502'), ()]
    """
    import numpy as np
    import pandas as pd

    listed = [
        tuple(value) if isinstance(value, list | tuple | np.ndarray) else () if pd.isna(value) else value
        for value in values
    ]
    return pd.Series(listed, index=values.index, dtype=object)


def _list_of_text(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def by_name(contracts: "Iterable[Contract]") -> "dict[str, Contract]":
    """Index contracts by the name of their table.

    Args:
        contracts: in the order in which they are to be listed.

    Returns:
        The contracts, in the same order.

    Raises:
        ValueError: two have the same name.
    """
    found: dict[str, Contract] = {}
    for contract in contracts:
        if contract.name in found:
            raise ValueError(f"{contract.name}: two tables have this name; rename one")
        found[contract.name] = contract
    return found


@dataclass(frozen=True)
class Contract:
    """One stored table. ``name`` is also its asset, its Parquet file and its word in the UI.

    ``rows`` is set where the number of rows is a promise (928 districts, 77 provinces). Tables with
    ``files_in`` hold files (pages, workbooks) for the published folder of that name, not figures, and are not in the
    DuckDB catalogue. Tables that are not ``published`` stay in the workspace, for the analyst: small counts could be
    worked out from them.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    source: str
    rows: int | None = None
    files_in: Literal["", "processed", "maps"] = ""
    published: bool = True

    def __post_init__(self) -> None:
        if repeated := sorted({name for name in self.column_names if self.column_names.count(name) > 1}):
            raise ValueError(f"{self.name}: more than one column {', '.join(repeated)}; rename one")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def lists(self) -> list[str]:
        """Names of the columns that hold lists."""
        return [column.name for column in self.columns if column.kind is Kind.LIST]

    @cached_property
    def schema(self) -> "pa.DataFrameSchema":
        """The contract as a pandera schema, geometry and bytes left to their own checks."""
        import pandera.pandas as pa

        return pa.DataFrameSchema(
            {
                column.name: pa.Column(PANDAS_TYPES.get(column.kind), column.checks(), nullable=column.nullable)
                for column in self.columns
            },
            unique=list(self.key) or None,
            strict=True,
        )

    def conform(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """Bring a table into the contract's column order and types, sort it by key, and check it.

        Args:
            frame: all columns of the contract and no others, in any order.

        Returns:
            A new table; ``frame`` stays as it is.

        Raises:
            ContractError: the first failures, if the table does not fit the contract.
        """
        import pandera.pandas as pa

        missing = [name for name in self.column_names if name not in frame.columns]
        extra = [name for name in frame.columns if name not in self.column_names]
        if missing or extra:
            raise ContractError(f"{self.name}: missing columns {missing}, unknown columns {extra}")
        table = frame[self.column_names].astype(
            {c.name: PANDAS_TYPES[c.kind] for c in self.columns if c.kind in PANDAS_TYPES}
        )
        table = table.assign(**{name: list_column(table[name]) for name in self.lists})
        table = table.sort_values(list(self.key), ignore_index=True) if self.key else table
        if self.rows is not None and len(table) != self.rows:
            raise ContractError(f"{self.name}: {len(table)} rows, promised {self.rows}")
        try:
            self.schema.validate(table, lazy=True)
        except pa.errors.SchemaErrors as error:
            first = error.failure_cases.head(3).to_dict("records")
            raise ContractError(f"{self.name} does not meet its contract: {first}") from error
        return table
