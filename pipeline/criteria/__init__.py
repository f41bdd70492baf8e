"""The criteria, each from 0 to 1 with its parts, in one module each; ``FORMULAS`` lists them.

What a new criterion has to provide here, besides its declaration in ``pipeline.criterion``:

1. A module of its name with ``district_<name>``: a function of the stored tables it reads, named as they are stored,
   and last ``policy``. It returns the columns of the contract ``district_<name>``, one row per district that has a
   value; a district left out has none, and its weight goes to the other criteria.
2. Its entry in ``FORMULAS``. That is all where nothing about it is uncertain: it then keeps its stored value in every
   draw.
3. Where something is uncertain (declared as ``Uncertain``): a class in its module that extends ``draws.UnderDraws`` and
   is named in the entry. Its ``values(draw, districts)`` gives the criterion of k districts under m draws, (k, m), by
   the same bare functions as the table. ``draw.between(name, low, high, nominal)`` is a number drawn between two
   bounds, and ``nominal`` where nothing is drawn; ``country.column(name)`` is any column of ``district_criteria``.
   What is declared with ``versions=True`` also needs ``versions``.

Functions called ``bare_…`` do not validate and take one column or thousands of draws; those above them validate one
vector, name formula and source, and call them. Not here: weights between criteria, score, status (``scoring``), how
numbers are drawn (``uncertainty``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

import pandas as pd

from pipeline.criteria import data_system, poverty, poverty_draws, university, university_draws
from pipeline.criteria.draws import Country, UnderDraws
from pipeline.criterion import NAMES
from pipeline.policy import Policy


@dataclass(frozen=True)
class Formulas:
    """How one criterion is computed.

    Attributes:
        table: the function that computes ``district_<name>``; its arguments are stored tables and ``policy``.
        under_draws: the class of the criterion under draws.
    """

    table: Callable[..., pd.DataFrame]
    under_draws: Callable[[str, Country], UnderDraws] = UnderDraws

    @property
    def inputs(self) -> tuple[str, ...]:
        """The stored tables that ``table`` reads."""
        return tuple(name for name in signature(self.table).parameters if name != "policy")

    def compute(self, tables: Mapping[str, Any], policy: Policy) -> pd.DataFrame:
        """Compute ``district_<name>`` from stored tables.

        Args:
            tables: stored tables by name; tables that the criterion does not read are ignored.
            policy: the policy of the run.

        Returns:
            The columns of the contract ``district_<name>``, one row per district that has a value.

        Raises:
            KeyError: a table that the criterion reads is missing.
        """
        return self.table(**{name: tables[name] for name in self.inputs}, policy=policy)


FORMULAS: dict[str, Formulas] = {
    "poverty": Formulas(poverty.district_poverty, poverty_draws.PovertyUnderDraws),
    "university": Formulas(university.district_university, university_draws.UniversityUnderDraws),
    "data_system": Formulas(data_system.district_data_system, data_system.DataSystemUnderDraws),
}
if tuple(FORMULAS) != NAMES:
    raise ImportError(f"formulas of {', '.join(FORMULAS)}; expected those of {', '.join(NAMES)}, in this order")


def under_draws(country: Country) -> dict[str, UnderDraws]:
    """Prepare every criterion of a country for draws.

    Args:
        country: the districts whose concentration of poverty is known, with everything that criteria read.

    Returns:
        One object per criterion, by the criterion's name, in the order of ``criterion.NAMES``.
    """
    return {name: formulas.under_draws(name, country) for name, formulas in FORMULAS.items()}
