"""Contracts of the tables that show how certain a rank is, and what moves ranks most.

Not here: the ranks themselves (``district_tables``, ``pilot_tables``).
"""

from pipeline.categories import FIRMNESS
from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.shared_columns import district_code, nullable, number, province_code, share, text


def _rank(name: str, meaning: str) -> Column:
    return number(name, f"{meaning}; places without a rank come last", "rank", minimum=1)


_certainty = (
    _rank("median_rank", "median rank over the draws"),
    _rank("rank_low", "5th percentile of its ranks"),
    _rank("rank_high", "95th percentile of its ranks"),
    number("mean_rank_shift", "mean distance of its ranks from the published one", "ranks", minimum=0),
    Column("least_certain", Kind.TEXT, "the source that alone moves its rank most, if any", nullable=True),
    number("least_certain_span_ranks", "5-95 % range of its rank by that source alone", "ranks", minimum=0),
)
_sentence = (
    text("certainty_th", "how certain its rank is, Thai"),
    text("certainty_en", "how certain its rank is, English"),
)
district_uncertainty = Contract(
    "district_uncertainty",
    "How certain the rank of each district is, over draws of everything uncertain",
    ("district_code",),
    (
        district_code(),
        *nullable(
            (
                *_certainty,
                share("eligible_share", "share of the draws in which it is eligible"),
                share(
                    "top_k_share",
                    "share of the draws in which it is among the first districts, as many as there are pilot districts",
                ),
                share("pilot_share", "share of the draws in which it is a pilot district of a province in the top K"),
                Column("firmness", Kind.TEXT, "pilot_share as one of four classes", allowed=tuple(FIRMNESS)),
            )
        ),
        *_sentence,
    ),
    "uncertainty over district_criteria, district_scores, district_shapes, universities, partnerships, policy",
    rows=928,
)
province_uncertainty = Contract(
    "province_uncertainty",
    "How certain the rank of each province is, over draws of everything uncertain",
    ("province_code",),
    (
        province_code(),
        *_certainty,
        number("value_low", "5th percentile of its value", "points of 100", minimum=0, maximum=100),
        number("value_high", "95th percentile of its value", "points of 100", minimum=0, maximum=100),
        share("top_k_share", "share of the draws in which it is in the top K"),
        Column("firmness", Kind.TEXT, "top_k_share as one of four classes", allowed=tuple(FIRMNESS)),
        *_sentence,
    ),
    district_uncertainty.source + ", regions",
    rows=77,
)
sensitivity = Contract(
    "sensitivity",
    "Sources of uncertainty: Sobol indices of the ranks of the provinces that may be on the shortlist",
    ("source",),
    (
        text("source", "what is uncertain"),
        text("source_th", "its name, Thai"),
        text("source_en", "its name, English"),
        number("first_order", "share of the variance of ranks by it alone", "share", minimum=0),
        number("total_order", "the same with all its interactions", "share", minimum=0),
        number("mean_rank_shift", "mean distance from the published rank by it alone", "ranks", minimum=0),
        Column("provinces", Kind.COUNT, "provinces in the top K in 5 % of the draws or more", "provinces", minimum=0),
        text("certainty_th", "the same in words, Thai"),
        text("certainty_en", "the same in words, English"),
    ),
    province_uncertainty.source,
)

UNCERTAINTY = (district_uncertainty, province_uncertainty, sensitivity)
