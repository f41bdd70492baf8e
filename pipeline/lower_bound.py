"""Which poverty rates are lower bounds, so that pages, sentences and commands show "at least".

Not here: where the figures of a district come from (``district_table/district_facts.sql``).
"""

from pipeline.categories import PUBLISHED_RATES


def is_lower_bound(figures_from: str | None, labelled_share: float | None) -> bool:
    """Decide whether the poverty rate of a district is a lower bound.

    Published rates always are, since they count each dimension separately. Rates of household rows are lower bounds
    where some answers are missing.

    Args:
        figures_from: the source of the figures, as in ``district_facts``.
        labelled_share: the share of persons of whom all answers are known, 0 to 1; None if not known.

    Returns:
        True where "at least" must be shown.

    >>> is_lower_bound("published rates", 1), is_lower_bound("household rows", 0.9), is_lower_bound("household rows", 1)
    (True, True, False)
    """
    return figures_from == PUBLISHED_RATES or labelled_share is None or not labelled_share >= 1
