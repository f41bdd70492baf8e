"""Contracts of what the working group gets, one per table in the group *pilots*.

Not here: tables about districts (``district_tables``).
"""

from dataclasses import replace

from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.district_tables import flag, listed, nullable, number, text
from pipeline.contracts.raw_tables import NAMES, district_code, percent, province_code, regions, share
from pipeline.criterion import COUNT, CRITERIA, MAPS

SCORE = {"minimum": 0, "maximum": 100}
# How certain a place is, the most certain first; all but the last are limits in the policy.
FIRMNESS = ("firm", "likely", "contested", "unlikely")
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
            **SCORE,
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
        number("value", "mean value of its provinces", "points of 100", **SCORE),
        listed("provinces", "codes of its provinces"),
    ),
    pilot_portfolio.source,
)


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
                Column("firmness", Kind.TEXT, "pilot_share as one of four classes", allowed=FIRMNESS),
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
        number("value_low", "5th percentile of its value", "points of 100", **SCORE),
        number("value_high", "95th percentile of its value", "points of 100", **SCORE),
        share("top_k_share", "share of the draws in which it is in the top K"),
        Column("firmness", Kind.TEXT, "top_k_share as one of four classes", allowed=FIRMNESS),
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
province_explanations = Contract(
    "province_explanations",
    "What would put each province on the shortlist or take it off, and its peers",
    ("province_code",),
    (
        province_code(),
        number("value_needed", "smallest value that puts it among the first K", "points of 100", **SCORE),
        listed("peers", f"codes of the provinces with pilot districts nearest in the {COUNT.en} criteria"),
        text("outlook_th", "what would put it on the shortlist or take it off, Thai"),
        text("outlook_en", "what would put it on the shortlist or take it off, English"),
    ),
    "shortlist and sentences over provincial_shortlist, district_scores, policy",
    rows=77,
)
_files = (
    Column("file", Kind.TEXT, "file name"),
    Column("bytes", Kind.BYTES, "its content"),
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
        Column("colour", Kind.TEXT, "its fill", pattern="#[0-9a-f]{6}"),
    ),
    "quintiles over district_scores; of score those of eligible districts",
)
workbooks = Contract(
    "workbooks",
    "The shortlist as CSV and XLSX",
    ("file",),
    _files,
    "provincial_shortlist, pilot_portfolio, uncertainty, district_scores, inputs, policy",
    files_in="processed",
)
country_page = Contract(
    "country_page",
    "The page planners open: map and shortlist of the country",
    ("file",),
    _files,
    "everything above",
    files_in="maps",
)
dossiers = Contract(
    "dossiers",
    "A page for each province: its districts, the facts about them and the reasons for their ranks",
    ("file",),
    _files,
    country_page.source,
    files_in="maps",
)
brief = Contract(
    "brief",
    "The page for the meeting: shortlist, portfolio, changes, decisions to take",
    ("file",),
    _files,
    country_page.source,
    files_in="maps",
)
pictures = Contract(
    "pictures",
    "The map of each criterion and of the score as a picture, SVG and PNG",
    ("file",),
    _files,
    "district_scores, map_classes, inputs, policy",
    files_in="maps",
)
downloads = Contract(
    "downloads",
    "Files for planners: workbooks of the country and of each province, and districts for a GIS",
    ("file",),
    _files,
    "workbooks, district_scores, district_criteria, district_uncertainty, map_classes, inputs, policy",
    files_in="maps",
)

PILOTS = (
    provincial_shortlist,
    shortlist_without_suspects,
    shortlist_without_agencies,
    pilot_portfolio,
    near_best_portfolios,
    district_uncertainty,
    province_uncertainty,
    sensitivity,
    district_explanations,
    province_explanations,
    round_changes,
    decisions,
    map_classes,
    workbooks,
    pictures,
    downloads,
    country_page,
    dossiers,
    brief,
)
