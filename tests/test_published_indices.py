"""Goalposts and power means against published indices: Human Development and Technology Achievement."""

import numpy as np
import pytest

from pipeline.scoring import goalpost, power_mean, rank

# UNDP, Human Development Report 2015, table 1 (figures of 2014): life expectancy, expected and mean years of schooling,
# gross national income per person (2011 PPP $), and the index as printed.
HDI = {
    "Norway": (81.6, 17.5, 12.6, 64_992, 0.944),
    "Australia": (82.4, 20.2, 13.0, 42_261, 0.935),
    "Switzerland": (83.0, 15.8, 12.8, 56_431, 0.930),
    "Denmark": (80.2, 18.7, 12.7, 44_025, 0.923),
    "Netherlands": (81.6, 17.9, 11.9, 45_435, 0.922),
    "United States": (79.1, 16.5, 12.9, 52_947, 0.915),
    "Singapore": (83.0, 15.4, 10.6, 76_628, 0.912),
    "Hong Kong": (84.0, 15.6, 11.2, 53_959, 0.910),
    "Liechtenstein": (80.0, 15.0, 11.8, 79_851, 0.908),
    "Korea": (81.9, 16.9, 11.9, 33_890, 0.898),
    "Luxembourg": (81.7, 13.9, 11.7, 58_711, 0.892),
    "Japan": (83.5, 15.3, 11.5, 36_927, 0.891),
    "France": (82.2, 16.0, 11.1, 38_056, 0.888),
}


def test_human_development_index() -> None:
    """Technical note 1 of the report: goalposts 20-85 years, 0-18 and 0-15 years of schooling, the logarithm of income
    from $100 to $75,000; schooling by the arithmetic mean, the index by the geometric. Australia's and Denmark's
    schooling and Singapore's and Liechtenstein's income lie beyond their goalposts."""
    printed = np.array(list(HDI.values()))
    health = goalpost(printed[:, 0], 20, 85)
    schooling = power_mean(np.column_stack([goalpost(printed[:, 1], 0, 18), goalpost(printed[:, 2], 0, 15)]), [1, 1], 1)
    income = goalpost(np.log(printed[:, 3]), np.log(100), np.log(75_000))
    index = power_mean(np.column_stack([health, schooling, income]), [1, 1, 1], 0)
    # The components are printed to one decimal: half a unit in schooling moves the index by 0.001.
    assert index == pytest.approx(printed[:, 4], abs=0.0015)
    assert np.abs(index - printed[:, 4]).mean() < 0.0006
    # The arithmetic mean, by which the index was made before 2010, is not what is printed.
    plain = power_mean(np.column_stack([health, schooling, income]), [1, 1, 1], 1)
    assert np.abs(plain - printed[:, 4]).max() > 0.004


# OECD/JRC, Handbook on Constructing Composite Indicators (2008), table A.2, the 23 countries of its case study.
COUNTRIES = (
    "Finland", "United States", "Sweden", "Japan", "Korea", "Netherlands", "United Kingdom", "Canada", "Australia",
    "Singapore", "Germany", "Norway", "Ireland", "Belgium", "New Zealand", "Austria", "France", "Israel", "Spain",
    "Italy", "Czech Republic", "Hungary", "Slovenia",
)  # fmt: skip
INDICATORS = {
    "patents": "187 289 271 994 779 189 82 31 75 8 235 103 106 72 103 165 205 74 42 13 28 26 105",
    "royalties": "125.6 130 156.6 64.6 9.8 151.2 134 38.6 18.2 25.5 36.8 20.2 110.3 73.9 13 14.8 33.6 43.6 8.6 9.8 4.2"
    " 6.2 4",
    "internet": "200.2 179.1 125.8 49 4.8 136 57.4 108 125.9 72.3 41.2 193.6 48.6 58.9 146.7 84.2 36.4 43.2 21 30.4 25"
    " 21.6 20.3",
    "exports": "50.7 66.2 59.7 80.8 66.7 50.9 61.9 48.7 16.2 74.9 64.2 19 53.6 47.6 15.4 50.3 58.9 45 53.4 51 51.7 63.5"
    " 49.5",
    "telephones, log": "3.08 3.00 3.10 3.00 2.97 3.02 3.02 2.94 2.94 2.95 2.94 3.12 2.97 2.91 2.86 2.99 2.97 2.96 2.86"
    " 3.00 2.75 2.73 2.84",
    "electricity, log": "4.15 4.07 4.14 3.86 3.65 3.77 3.73 4.18 3.94 3.83 3.75 4.39 3.68 3.86 3.91 3.79 3.80 3.74 3.62"
    " 3.65 3.68 3.46 3.71",
    "schooling": "10 12 11.4 9.5 10.8 9.4 9.4 11.6 10.9 7.1 10.2 11.9 9.4 9.3 11.7 8.4 7.9 9.6 7.3 7.2 9.5 9.1 7.1",
    "university": "27.4 13.9 15.3 10 23.2 9.5 14.9 14.2 25.3 24.2 14.4 11.2 12.3 13.6 13.1 13.6 12.6 11 15.6 13 8.2 7.7"
    " 10.6",
}
# UNDP, Human Development Report 2001, technical note 2: observed extremes of all countries. Telephones and electricity
# count no further than the average of the OECD.
GOALPOSTS = (
    (0, 994), (0, 272.6), (0, 232.4), (0, 80.8), (0, np.log10(901)), (np.log10(22), np.log10(6969)), (0.8, 12.0),
    (0.1, 27.4),
)  # fmt: skip
# The same report, table A2.1, the index of the first countries. Goalposts, figures and index reproduce each other.
INDEX = {
    "Finland": 0.744, "United States": 0.733, "Sweden": 0.703, "Japan": 0.698, "Korea": 0.666, "Netherlands": 0.630,
    "United Kingdom": 0.606,
}  # fmt: skip
# Handbook, tables 22, 23 and 38: weights, and the rank of each country in the order of equal weights, by which
# Singapore is 8th, before Canada and Australia.
ORDER = (*COUNTRIES[:7], "Singapore", "Canada", "Australia", *COUNTRIES[10:])
WEIGHTS = {
    "equal": [1] * 8,
    "factor analysis": [0.17, 0.15, 0.11, 0.06, 0.08, 0.13, 0.13, 0.17],
    "budget allocation": [0.11, 0.11, 0.11, 0.18, 0.10, 0.06, 0.15, 0.18],
    "analytic hierarchy": [0.09, 0.10, 0.07, 0.21, 0.05, 0.06, 0.18, 0.25],
}
RANKS = {
    "equal": list(range(1, 24)),
    "factor analysis": [1, 2, 3, 4, 5, 6, 8, 11, 10, 7, 12, 9, 14, 15, 13, 16, 17, 18, 19, 20, 21, 23, 22],
    "budget allocation": [1, 2, 3, 5, 4, 8, 7, 6, 10, 11, 9, 13, 12, 14, 17, 15, 16, 18, 19, 21, 22, 20, 23],
    "analytic hierarchy": [1, 3, 4, 5, 2, 11, 7, 6, 10, 9, 8, 16, 12, 13, 18, 15, 14, 17, 19, 21, 22, 20, 23],
}
GEOMETRIC = [2, 1, 3, 4, 16, 5, 6, 18, 13, 14, 8, 11, 7, 9, 17, 12, 10, 15, 19, 21, 23, 22, 20]


def normalised() -> np.ndarray:
    """The indicators of table A.2 between their goalposts, countries by indicators."""
    columns = [[float(x) for x in text.split()] for text in INDICATORS.values()]
    return np.column_stack([goalpost(x, low, high) for x, (low, high) in zip(columns, GOALPOSTS, strict=True)])


def places(scores: np.ndarray) -> list[int]:
    by_country = dict(zip(COUNTRIES, rank(scores).tolist(), strict=True))
    return [by_country[name] for name in ORDER]


def test_technology_achievement_index() -> None:
    index = dict(zip(COUNTRIES, power_mean(normalised(), [1] * 8, 1), strict=True))
    # Logarithms are printed to two decimals.
    assert [index[name] for name in INDEX] == pytest.approx(list(INDEX.values()), abs=0.0015)


@pytest.mark.parametrize(
    ("weights", "apart"),
    # Weights are printed to two decimals: where countries lie close, that turns some round.
    [("equal", 0), ("budget allocation", 0), ("factor analysis", 1), ("analytic hierarchy", 2)],
)
def test_ranks_of_the_handbook_under_other_weights(weights: str, apart: int) -> None:
    found = places(power_mean(normalised(), WEIGHTS[weights], 1))
    moves = np.abs(np.array(found) - RANKS[weights])
    assert moves.max() <= apart
    assert (moves == 0).sum() >= 19


def test_ranks_of_the_handbook_by_geometric_aggregation() -> None:
    """Table 38: Korea falls from 5th to 16th, Belgium rises from 14th to 9th."""
    found = places(power_mean(normalised(), [1] * 8, 0))
    moves = np.abs(np.array(found) - GEOMETRIC)
    assert moves.max() <= 2
    assert (moves == 0).sum() >= 20
    assert found[ORDER.index("Korea")] == 16
    assert found[ORDER.index("Belgium")] == 9
    assert found[0:2] == [2, 1]


def test_what_a_unit_more_is_worth_by_the_handbook() -> None:
    """Section 6.11: (21, 1, 1, 1) rises from 2.14 to 2.54 by one unit in the second, (6, 6, 6, 6) from 6 to 6.23."""
    found = power_mean([[21, 1, 1, 1], [21, 2, 1, 1], [6, 6, 6, 6], [6, 7, 6, 6]], [1] * 4, 0)
    assert found.round(2).tolist() == [2.14, 2.55, 6.0, 6.24]  # printed 2.54 and 6.23: cut, not rounded
