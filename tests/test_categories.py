"""Lists of values are declared once; where another file must repeat one, it is the same."""

import re

from pipeline import categories
from pipeline.contracts import CONTRACTS
from pipeline.dimensions import DIMENSION_COUNT, DIMENSIONS
from pipeline.households import database
from pipeline.pages import embedding
from pipeline.policy import Uncertainty


def test_the_browser_numbers_statuses_in_the_same_order() -> None:
    """`ranking.js` computes statuses itself: it must know them by name."""
    text = embedding.static_text("app/ranking.js")
    listed = re.search(r"const STATUS = \{([^}]*)\}", text)
    assert listed
    assert re.findall(r"(\w+): (\d+)", listed[1]) == [(s, str(i)) for i, s in enumerate(categories.STATUSES)]


def test_the_country_page_counts_every_status_in_declared_words() -> None:
    text = embedding.static_text("../templates/country.html")
    assert "in words.status.items()" in text
    own_words = re.search(r"set in_thai = \{([^}]*)\}", text)
    assert own_words
    assert set(re.findall(r'"(\w+)":', own_words[1])) <= set(categories.STATUSES)


def test_the_policy_has_a_limit_for_each_class_of_firmness_but_the_last() -> None:
    """The limits are fields of a class, so that type checkers know them."""
    *limits, last = categories.FIRMNESS
    assert [name for name in Uncertainty.model_fields if name in categories.FIRMNESS] == limits
    assert last not in Uncertainty.model_fields


def test_certain_enough_are_the_most_certain_classes() -> None:
    enough = categories.CERTAIN_ENOUGH
    assert tuple(categories.FIRMNESS)[: len(enough)] == enough


def test_a_refused_row_names_the_number_of_dimensions() -> None:
    """The reason is one text, which people compare between runs; it is not put together from parts."""
    assert f"none of the {DIMENSION_COUNT.en} dimensions known" in database.sql_of("stage")


def test_dimensions_are_columns_of_the_tables_that_count_them() -> None:
    for name in DIMENSIONS:
        for table, column in (("poverty", f"poor_{name}"), ("household_poverty", f"poor_{name}_persons")):
            assert column in CONTRACTS[table].column_names
