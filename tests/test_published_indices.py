"""Goalposts, power means and ranks against published indices: human development, gender, technology."""

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
    schooling and Singapore's and Liechtenstein's income are beyond their goalposts."""
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


# UNDP, Human Development Report 2021/2022, the complete time series of its composite indices (file
# HDR21-22_Composite_indices_complete_time_series.csv), year 2021, components as unrounded as the file gives them: life
# expectancy, expected and mean years of schooling, national income per person (2017 PPP $), and the index.
HDI_2021 = {
    "Afghanistan": (61.9824, 10.26384398, 2.98506999, 1824.190915, 0.478),
    "Australia": (84.5265, 21.05459023, 12.72681999, 49238.43335, 0.951),
    "Austria": (81.5797, 16.00795937, 12.25669003, 53618.67138, 0.916),
    "Switzerland": (83.9872, 16.50029945, 13.85966015, 66933.00454, 0.962),
    "Saudi Arabia": (76.936, 16.13549042, 11.31052971, 46111.55135, 0.875),
    "Sudan": (65.2667, 7.945187858, 3.82, 3575.19084, 0.508),
    "Togo": (61.6194, 12.95049378, 5.016807367, 2166.619062, 0.539),
    "Thailand": (78.7154, 15.88221913, 8.697119713, 17030.15352, 0.800),
    "Tajikistan": (71.5942, 11.65303618, 11.3333938, 4547.742427, 0.685),
    "Tunisia": (73.7719, 15.42538224, 7.431598614, 10257.54477, 0.731),
}
# The same file and year, women and men separately; their indices have nine decimals.
HDI_2021_WOMEN = {
    "Afghanistan": (65.2791, 7.736391273, 2.311079979, 532.9553682, 0.36484023),
    "Australia": (85.8396, 21.81757927, 12.81058979, 37485.5883, 0.93167223),
    "Austria": (84.084, 16.39508057, 11.97801018, 43413.88736, 0.905682295),
    "Switzerland": (85.8959, 16.40518951, 13.48301029, 54596.87394, 0.943709307),
    "Saudi Arabia": (78.7714, 16.20259094, 10.73622036, 20677.9756, 0.825883187),
    "Sudan": (67.8786, 7.74519446, 3.422, 1832.770327, 0.465659505),
    "Togo": (62.3913, 12.19214922, 3.400858516, 1884.54823, 0.497381322),
    "Thailand": (83.0408, 16.24098024, 8.56564045, 15457.0841, 0.80539431),
    "Tajikistan": (73.7339, 11.17689865, 10.88014417, 2980.088091, 0.647971594),
    "Tunisia": (77.1448, 16.45976207, 6.855294122, 4869.597753, 0.69683006),
}
HDI_2021_MEN = {
    "Australia": (83.1718, 20.30187988, 12.63971043, 61160.79011, 0.962956483),
    "Austria": (79.0433, 15.64367962, 12.55373955, 64148.48737, 0.923877356),
    "Switzerland": (81.9952, 16.5934391, 14.24829006, 79450.51016, 0.975611273),
    "Saudi Arabia": (75.5902, 16.10305977, 11.67045021, 64708.42385, 0.900720984),
    "Sudan": (62.7408, 8.144053506, 4.21, 5319.731725, 0.535025904),
    "Togo": (60.8495, 14.30900219, 6.828586144, 2445.721556, 0.586086092),
    "Thailand": (74.518, 15.56719155, 8.838259697, 18694.23633, 0.795766338),
    "Tajikistan": (69.5682, 12.10252231, 11.76179455, 6095.515037, 0.712813626),
    "Tunisia": (70.7428, 14.45251965, 8.034592614, 15777.90515, 0.748367539),
}


@pytest.mark.parametrize(
    ("table", "low", "high", "within"),
    # Half a unit of the last decimal printed: a larger difference is an error, not rounding.
    [(HDI_2021, 20, 85, 0.0005), (HDI_2021_WOMEN, 22.5, 87.5, 1e-9), (HDI_2021_MEN, 17.5, 82.5, 1e-9)],
    ids=["all", "women", "men"],
)
def test_human_development_index_from_unrounded_components(table: dict, low: float, high: float, within: float) -> None:
    """Technical notes 1 and 3: women and men have their own goalposts of life expectancy, 22.5-87.5 and 17.5-82.5.

    Cut off, so that nine decimals prove the cut: Australia's schooling, Australian men's life, Swiss men's income.
    """
    printed = np.array(list(table.values()))
    health = goalpost(printed[:, 0], low, high)
    schooling = power_mean(np.column_stack([goalpost(printed[:, 1], 0, 18), goalpost(printed[:, 2], 0, 15)]), [1, 1], 1)
    income = goalpost(np.log(printed[:, 3]), np.log(100), np.log(75_000))
    index = power_mean(np.column_stack([health, schooling, income]), [1, 1, 1], 0)
    assert index == pytest.approx(printed[:, 4], rel=0, abs=within)


# The same file and year: deaths of mothers per 100,000 births, births per 1,000 women of 15 to 19, at least some
# secondary education of women and men (%), seats in parliament (%), labour force (%), and the index as printed.
GII = {
    "Australia": (6, 8.096, 94.58006287, 94.43006897, 37.88546256, 62.11453744, 61.057, 70.547, 0.073),
    "Canada": (10, 6.978, 100, 100, 34.41860465, 65.58139535, 60.801, 69.741, 0.069),
    "Saudi Arabia": (17, 11.937, 71.27487946, 80.92530823, 19.86754967, 80.13245033, 30.937, 80.146, 0.247),
    "Thailand": (37, 32.744, 47.62686157, 51.66852951, 13.93775372, 86.06224628, 58.992, 75.027, 0.333),
    "Tajikistan": (17, 45.427, 93.50186807, 94.58824356, 23.40425532, 76.59574468, 30.21, 50.534, 0.285),
    "Togo": (396, 77.88, 13.93464167, 42.29159483, 18.68131868, 81.31868132, 55.488, 59.369, 0.580),
    "Tunisia": (43, 6.685, 42.92002694, 51.79512793, 26.26728111, 73.73271889, 25.493, 67.15, 0.259),
}


def test_gender_inequality_index() -> None:
    """Technical note 4: geometric means over indicators and dimensions, the harmonic mean of women and men, and what it
    loses against the geometric mean of the two together. Fewer than 10 deaths count as 10."""

    def geometric(*columns: np.ndarray | float) -> np.ndarray:
        return power_mean(np.column_stack(np.broadcast_arrays(*columns)), [1] * len(columns), 0)

    table = np.array(list(GII.values()))
    deaths, births = np.maximum(table[:, 0], 10), table[:, 1]
    taught_f, taught_m, seats_f, seats_m, work_f, work_m = table[:, 2:8].T / 100
    health = geometric(10 / deaths, 1 / births)
    power_f, power_m = geometric(seats_f, taught_f), geometric(seats_m, taught_m)
    women, men = geometric(health, power_f, work_f), geometric(1.0, power_m, work_m)
    separate = power_mean(np.column_stack([women, men]), [1, 1], -1)
    together = geometric((health + 1) / 2, (power_f + power_m) / 2, (work_f + work_m) / 2)
    assert 1 - separate / together == pytest.approx(table[:, 8], rel=0, abs=0.0005)


# UNDP, Human Development Report 2015, table 1: the index and the rank of the first 55 countries, as printed. Six
# pairs and one three share a place, and the next is as far down as if they had not.
VALUES_2015 = (
    "944 935 930 923 922 916 916 915 913 913 912 910 908 907 907 899 898 894 892 891 890 888 885 883 880 876 873 870"
    " 865 861 856 850 850 845 844 843 839 839 837 836 835 832 830 828 824 819 818 816 802 798 798 793 793 793 790"
)
RANKS_2015 = (
    "1 2 3 4 5 6 6 8 9 9 11 12 13 14 14 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 32 34 35 36 37 37 39 40 41"
    " 42 43 44 45 46 47 48 49 50 50 52 52 52 55"
)


def test_ranks_of_the_human_development_report() -> None:
    values = np.array([int(x) / 1000 for x in VALUES_2015.split()])
    ranks = np.array([int(x) for x in RANKS_2015.split()])
    assert rank(values).tolist() == ranks.tolist()
    mixed = np.random.default_rng(2015).permutation(len(values))
    assert rank(values[mixed]).tolist() == ranks[mixed].tolist()


# OECD/JRC, Handbook on Constructing Composite Indicators (2008), table A.2, the 23 countries of its case study.
COUNTRIES = (
    "Finland",
    "United States",
    "Sweden",
    "Japan",
    "Korea",
    "Netherlands",
    "United Kingdom",
    "Canada",
    "Australia",
    "Singapore",
    "Germany",
    "Norway",
    "Ireland",
    "Belgium",
    "New Zealand",
    "Austria",
    "France",
    "Israel",
    "Spain",
    "Italy",
    "Czech Republic",
    "Hungary",
    "Slovenia",
)
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
# The goalposts of the UNDP's index, as Saisana, Saltelli & Tarantola (2005), Journal of the Royal Statistical Society A
# 168, 307-323, table 1, give them.
GOALPOSTS = (
    (0, 994),
    (0, 272.6),
    (0, 232.4),
    (0, 80.8),
    (0, np.log10(901)),
    (np.log10(22), np.log10(6969)),
    (0.8, 12.0),
    (0.1, 27.4),
)
# UNDP, Human Development Report 2001: the index of the first countries. Finland and the United States as in the paper
# above (74.4 and 73.3 of 100); for the third decimal of the others no source was read, but figures and goalposts
# reproduce all seven, and their first two decimals are published.
INDEX = {
    "Finland": 0.744,
    "United States": 0.733,
    "Sweden": 0.703,
    "Japan": 0.698,
    "Korea": 0.666,
    "Netherlands": 0.630,
    "United Kingdom": 0.606,
}
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
    ("weights", "most"),
    # Weights are printed to two decimals: this reverses the order of countries with close values.
    [("equal", 0), ("budget allocation", 0), ("factor analysis", 1), ("analytic hierarchy", 2)],
)
def test_ranks_of_the_handbook_under_other_weights(weights: str, most: int) -> None:
    found = places(power_mean(normalised(), WEIGHTS[weights], 1))
    moves = np.abs(np.array(found) - RANKS[weights])
    assert moves.max() <= most
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


# Handbook, table 15, mean years of schooling of the 23 countries by several normalisations, in the order of COUNTRIES:
# rank (high value: top of the list, so 1 is the lowest; equal values share a number) and min-max.
SCHOOLING_RANK = "15 23 19 12 17 9 9 20 18 1 16 22 9 8 21 6 5 14 4 3 12 7 1"
SCHOOLING_MIN_MAX = (
    "0.59 1.00 0.88 0.49 0.76 0.47 0.47 0.92 0.78 0.00 0.63 0.98 0.47 0.45 0.94 0.27 0.16 0.51 0.04 0.02 0.49 0.41 0.00"
)


def test_normalisations_of_the_handbook() -> None:
    years = np.array([float(x) for x in INDICATORS["schooling"].split()])
    assert rank(-years).tolist() == [int(x) for x in SCHOOLING_RANK.split()]
    printed = [float(x) for x in SCHOOLING_MIN_MAX.split()]
    assert goalpost(years, years.min(), years.max()) == pytest.approx(printed, rel=0, abs=0.005)
