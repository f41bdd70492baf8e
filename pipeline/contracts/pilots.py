"""Contracts of what the working group gets, one per table in the group *pilots*.

Not here: what is known of each district (``district``).
"""

from dataclasses import replace

from pipeline.contracts.contract import Column, Contract, Kind
from pipeline.contracts.district import flag, number, text
from pipeline.contracts.raw import NAMES, district_code, province_code, regions

SCORE = {"minimum": 0, "maximum": 100}

provincial_shortlist = Contract(
    "provincial_shortlist",
    "All 77 provinces ranked, the shortlist marked, each with its pilot districts",
    ("province_code",),
    (
        province_code(),
        *NAMES,
        regions["region"],
        Column("rank", Kind.COUNT, "1 is best; equal values share a rank", "rank", minimum=1),
        number("value", "sum of the scores of its best eligible districts / 3", "points of 100", **SCORE),
        flag("shortlisted", "among the first K"),
        text("pilot_districts", "codes of its best eligible districts, best first", null=True),
    ),
    "shortlist over district_scores, regions, policy",
    rows=77,
)  # fmt: skip
shortlist_without_suspects = replace(
    provincial_shortlist,
    name="shortlist_without_suspects",
    title="The same ranking with no district whose poverty figure is suspect",
)
district_explanations = Contract(
    "district_explanations",
    "Why each district stands where it stands, and what would put it on the list",
    ("district_code",),
    (
        district_code(),
        *(
            number(f"contribution_{k}", f"part of {k} in ln(score / median score)", "log points", nullable=True)
            for k in ("poverty", "university", "data_system")
        ),
        number("reference_score", "score of the median eligible district", "points of 100", nullable=True),
        number("score_needed", "least score that makes it a pilot district", "points of 100", nullable=True),
        number("university_needed", "criterion 2 that would do it alone; above 1 is out of reach", nullable=True),
        number("data_system_needed", "criterion 3 that would do it alone; above 1 is out of reach", nullable=True),
        flag("pilot", "a pilot district of a shortlisted province"),
        text("comparison_th", "its score against the median eligible district, Thai"),
        text("comparison_en", "its score against the median eligible district, English"),
        text("outlook_th", "what would put it on the list, Thai"),
        text("outlook_en", "what would put it on the list, English"),
    ),
    "scoring and sentences over district_criteria, district_scores, provincial_shortlist, policy",
    rows=928,
)  # fmt: skip
_files = (
    Column("file", Kind.TEXT, "file name"),
    Column("bytes", Kind.BYTES, "its content"),
)
workbooks = Contract(
    "workbooks",
    "The shortlist as CSV and XLSX",
    ("file",),
    _files,
    "provincial_shortlist, district_scores, inputs, policy",
    open_ended=True,
)
country_page = Contract(
    "country_page",
    "The page planners open: map and shortlist of the country",
    ("file",),
    _files,
    "everything above",
    open_ended=True,
)

PILOTS = (provincial_shortlist, shortlist_without_suspects, district_explanations, workbooks, country_page)
