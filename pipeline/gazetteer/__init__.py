"""Codes and names of provinces, districts and subdistricts as people write them, for every reader of files.

``areas`` lists what DOPA has and had, ``codes`` reads codes, ``names`` reads names, ``placements`` finds the area
that the codes and names of one row mean, ``reaching`` the place that a person writes as one text. Nothing here is a
guess: a similar name is another name, and what fits two areas is refused. Not here: files and cells (``reading``),
coordinates (``pipeline.places``).
"""

from pipeline.gazetteer.areas import DISTRICT, PROVINCE, SUBDISTRICT, district_list
from pipeline.gazetteer.placements import Gazetteer, Placement, installed, place_spellings

__all__ = [
    "DISTRICT",
    "PROVINCE",
    "SUBDISTRICT",
    "Gazetteer",
    "Placement",
    "district_list",
    "installed",
    "place_spellings",
]
