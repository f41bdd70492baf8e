"""Contracts of what the working group gets, one per table in the group *pilots*.

Not here: tables about districts (``district_tables``), how certain a rank is (``uncertainty_tables``), files that
people open (``file_tables``).
"""

from dataclasses import replace

from pipeline.categories import MEASURES, POVERTY_SOURCES
from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.raw_tables import regions
from pipeline.contracts.shared_columns import (
    NAMES,
    YEAR,
    district_code,
    flag,
    listed,
    number,
    percent,
    province_code,
    share,
    text,
)
from pipeline.criterion import COUNT, CRITERIA, MAPS

# The change of a province from one shortlist to another; none: it is on neither.
CHANGES = ("enters", "leaves", "stays", "none")

provincial_shortlist = Contract(
    "provincial_shortlist",
    "All 77 provinces ranked, the shortlist marked, each with its pilot districts",
    ("province_code",),
    (
        province_code(),
        *NAMES,
        regions["region"],
        Column("rank", Kind.COUNT, "1 is best; equal values share a rank", "rank", minimum=1),
        number(
            "value",
            "sum of the scores of its best eligible districts, divided by how many count",
            "points of 100",
            minimum=0,
            maximum=100,
        ),
        flag("shortlisted", "on the shortlist: among the first K"),
        listed("pilot_districts", "codes of its best eligible districts, best first"),
    ),
    "shortlist over district_scores, regions, policy",
    rows=77,
)
shortlist_without_suspects = replace(
    provincial_shortlist,
    name="shortlist_without_suspects",
    title="The same ranking without districts whose poverty figure is suspect",
)
district_explanations = Contract(
    "district_explanations",
    "Why each district has its rank, and what would put it on the shortlist",
    ("district_code",),
    (
        district_code(),
        *(
            number(
                f"contribution_{criterion.name}",
                f"part of {criterion.short.en} in ln(score / median score)",
                "log points",
                nullable=True,
            )
            for criterion in CRITERIA
        ),
        number("reference_score", "score of the median eligible district", "points of 100", nullable=True),
        number("score_needed", "least score that makes it a pilot district", "points of 100", nullable=True),
        *(
            number(
                f"{criterion.name}_needed",
                f"{criterion.short.en} with which it would reach score_needed; above 1 is out of reach",
                nullable=True,
            )
            for criterion in CRITERIA
            if criterion.improvable
        ),
        flag("pilot", "a pilot district of a shortlisted province"),
        listed("peers", f"codes of the districts nearest in the {COUNT.en} criteria, nearest first"),
        text("comparison_th", "its score relative to the median eligible district, Thai"),
        text("comparison_en", "its score relative to the median eligible district, English"),
        text("outlook_th", "what would put it on the shortlist, Thai"),
        text("outlook_en", "what would put it on the shortlist, English"),
    ),
    "scoring and sentences over district_criteria, district_scores, provincial_shortlist, policy",
    rows=928,
)
shortlist_without_agencies = Contract(
    "shortlist_without_agencies",
    "The same ranking without the ballot of each agency in turn; empty while fewer than two have voted",
    ("without_agency", "province_code"),
    (text("without_agency", "the agency whose ballot is left out"), *provincial_shortlist.columns),
    "shortlist over district_criteria, district_scores, regions, policy",
)
shortlist_by_release = Contract(
    "shortlist_by_release",
    "The same ranking on the figures of each other release of districts that is at hand",
    ("year", "measure", "source", "province_code"),
    (
        YEAR,
        Column("measure", Kind.TEXT, "who counts as poor", allowed=tuple(MEASURES)),
        Column("source", Kind.TEXT, "where the figures are from", allowed=tuple(POVERTY_SOURCES)),
        *provincial_shortlist.columns,
    ),
    "shortlist over releases, poverty, tpmap_counts and the tables of the ranking",
)
pilot_portfolio = Contract(
    "pilot_portfolio",
    "The portfolio: the best K provinces under regional quotas, university load, locks and vetoes",
    ("province_code",),
    (
        *provincial_shortlist.columns[:-1],
        flag("in_portfolio", "in the portfolio"),
        share("near_best_share", "share of the portfolios almost as good that include it"),
        text("locked", "why it must be in the portfolio", null=True),
        text("vetoed", "why it must not be in the portfolio", null=True),
        Column("portfolios_near_best", Kind.COUNT, "portfolios almost as good as the best", "portfolios", minimum=0),
        percent("near_best_margin_pct", "how far below the best a portfolio counts as almost as good"),
        percent("price_of_fairness_pct", "loss of value due to the rules, of the value without rules"),
        text("portfolio_th", "why it is in or not, Thai"),
        text("portfolio_en", "why it is in or not, English"),
    ),
    "shortlist over provincial_shortlist, district_scores, regions, policy",
    rows=77,
)
near_best_portfolios = Contract(
    "near_best_portfolios",
    "Every portfolio under the rules that is almost as good as the best, best first",
    ("portfolio",),
    (
        Column("portfolio", Kind.COUNT, "1 is the best", "rank", minimum=1),
        number("value", "mean value of its provinces", "points of 100", minimum=0, maximum=100),
        listed("provinces", "codes of its provinces"),
    ),
    pilot_portfolio.source,
)


province_explanations = Contract(
    "province_explanations",
    "What would put each province on the shortlist or take it off, and its peers",
    ("province_code",),
    (
        province_code(),
        number(
            "value_needed", "smallest value that puts it among the first K", "points of 100", minimum=0, maximum=100
        ),
        listed("peers", f"codes of the provinces with pilot districts nearest in the {COUNT.en} criteria"),
        text("outlook_th", "what would put it on the shortlist or take it off, Thai"),
        text("outlook_en", "what would put it on the shortlist or take it off, English"),
    ),
    "shortlist and sentences over provincial_shortlist, district_scores, policy",
    rows=77,
)
round_changes = Contract(
    "round_changes",
    "Changes since the round that the policy names; empty if it names none",
    ("level", "code"),
    (
        text("level", "province or district"),
        text("code", "DOPA code of the place"),
        text("since", "the earlier round"),
        Column("rank_earlier", Kind.COUNT, "rank in the earlier round", "rank", nullable=True, minimum=1),
        Column("rank_later", Kind.COUNT, "rank now", "rank", nullable=True, minimum=1),
        Column("move", Kind.COUNT, "rank_later - rank_earlier; below 0 is up", "ranks", nullable=True),
        Column("by_figures", Kind.COUNT, "part of it that the figures changed", "ranks", nullable=True),
        Column("by_policy", Kind.COUNT, "part of it that the policy changed", "ranks", nullable=True),
        Column("change", Kind.TEXT, "on or off the shortlist since then", allowed=CHANGES),
        text("change_th", "the same in words, Thai"),
        text("change_en", "the same in words, English"),
    ),
    "rounds over the archived round and the tables of this one",
)
decisions = Contract(
    "decisions",
    "What the working group has to decide or do",
    ("number",),
    (
        Column("number", Kind.COUNT, "order", minimum=1),
        *(
            text(f"{kind}_{tongue}", f"{meaning}, {language}")
            for kind, meaning in (("question", "what to decide or do"), ("because", "the facts behind it"))
            for tongue, language in (("th", "Thai"), ("en", "English"))
        ),
    ),
    "sentences over provincial_shortlist, uncertainty, pilot_portfolio, district_scores, universities, acceptances",
)
map_classes = Contract(
    "map_classes",
    "The classes of every map, the same on each page: quintiles over all districts",
    ("map", "class"),
    (
        Column("map", Kind.TEXT, "what the map shows", allowed=MAPS),
        Column("class", Kind.COUNT, "1 is the lowest", minimum=1, maximum=5),
        number("lower", "values above this; of class 1 the least value", minimum=0),
        number("upper", "values up to this", minimum=0),
        Column("districts", Kind.COUNT, "districts in it", "districts", minimum=0),
        Column("colour", Kind.TEXT, "its fill", pattern="#[0-9a-f]{6}", form="a colour such as #f7fbff"),
    ),
    "quintiles over district_scores; of score those of eligible districts",
)
PILOTS = (
    provincial_shortlist,
    shortlist_without_suspects,
    shortlist_without_agencies,
    shortlist_by_release,
    pilot_portfolio,
    near_best_portfolios,
    district_explanations,
    province_explanations,
    round_changes,
    decisions,
    map_classes,
)
