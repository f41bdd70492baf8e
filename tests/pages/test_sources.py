"""Templates, scripts and style sheets as files: readable lines, and no knowledge of a criterion."""

import re
from pathlib import Path

import pytest

from pipeline.criterion import COUNT, CRITERIA
from pipeline.pages import embedding

SOURCES = sorted([*(embedding.STATIC / "app").iterdir(), *(embedding.HERE / "templates").iterdir()])
LONGEST = 120
# A name as a whole: in quotes, as an attribute, or as a key.
NAMES = "|".join(criterion.name for criterion in CRITERIA)
NAME = re.compile(rf"""["'`]({NAMES})["'`]|\.({NAMES})\b|\b({NAMES})\s*:""")
# How many criteria there are, in words or as a number that is compared or divided by; สามารถ means "can".
NUMBER = re.compile(rf"\b{COUNT.en}\b|{COUNT.th}(?!ารถ)|===? {len(CRITERIA)}\b|/ {len(CRITERIA)}\b")


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_lines_are_short(file: Path) -> None:
    long = [i for i, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if len(line) > LONGEST]
    assert long == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_no_file_names_or_counts_criteria(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    found = [line for line in text.splitlines() if NAME.search(line) or NUMBER.search(line)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'const CRITERIA = ["poverty", "university"];',
        "districts.data_system[i]",
        "{ poverty: 0.5 }",
        "sum ? value / sum : 1 / 3",
        "points.length === 3",
        "the sum of the three",
        "รวมสามเกณฑ์",
    ],
)
def test_such_knowledge_would_be_found(line: str) -> None:
    assert NAME.search(line) or NUMBER.search(line)


def test_folium_sets_up_the_map_under_the_name_that_scripts_look_for() -> None:
    """``Page.map`` reads the variable that has the name of folium's element; panes have the names that map.js uses."""
    element, code = embedding.folium_map("map_here", ((5.0, 97.0), (21.0, 106.0)))
    assert re.search(r'<div class="folium-map" id="map_here"', element)
    assert "var map_here = L.map(" in code
    assert set(re.findall(r'createPane\(\s*"(\w+)"', code)) == {"borders", "campuses"}
    assert set(re.findall(r'pane: "(\w+)"', embedding.static_text("app/map.js"))) == {"borders", "campuses"}
    assert "http" not in element + code
    assert (element, code) == embedding.folium_map("map_here", ((5.0, 97.0), (21.0, 106.0)))
