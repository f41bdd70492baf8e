"""Contracts of the tables that hold files for people: workbooks, pictures, downloads, pages.

Not here: what a file shows (``pages``, ``workbooks``, ``downloads``), figures.
"""

from pipeline.contracts.contract import Column, Contract, Kind

_files = (
    Column("file", Kind.TEXT, "file name"),
    Column("bytes", Kind.BYTES, "its content"),
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

FILES = (workbooks, pictures, downloads, country_page, dossiers, brief)
