"""The country of the real figures, and one of a few invented districts."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.criteria.draws import Country
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.stored_tables import Tables
from pipeline.uncertainty.arrays import country
from pipeline.uncertainty.choices import SOURCES, Choices
from pipeline.uncertainty.model import Model


@pytest.fixture(scope="session")
def tables(real_run: Paths) -> Tables:
    return Tables(real_run.processed)


@pytest.fixture(scope="session")
def make_country(tables: Tables) -> Callable[[Policy], Country]:
    def make(policy: Policy) -> Country:
        return country(
            tables("district_criteria"),
            tables("district_scores"),
            tables.shapes("district_shapes"),
            tables("universities"),
            tables("partnerships"),
            tables("regions"),
            policy,
        )

    return make


@pytest.fixture(scope="session")
def few(policy: Policy) -> Policy:
    """The real policy with few draws."""
    return policy.overridden({"uncertainty.draws": 400})


@pytest.fixture(scope="session")
def real(make_country: Callable[[Policy], Country], few: Policy) -> Country:
    return make_country(few)


@pytest.fixture(scope="session")
def model(real: Country) -> Model:
    return Model(real)


@pytest.fixture(scope="session")
def choices(model: Model) -> Choices:
    return Choices(model.criteria, model.policy, threads=1)


def nothing_moves(draws: int = 1) -> np.ndarray:
    return np.full((len(SOURCES), draws), np.nan)
