"""A criterion is declared once: its parts are all there, and no other Python file names or counts the criteria."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from assets import district
from pipeline import criterion
from pipeline.contracts import CONTRACTS
from pipeline.criterion import COUNT, CRITERIA, MAPS, NAMES, UNCERTAIN, Criterion, Parameter, Words
from pipeline.policy import Policy
from pipeline.policy.criterion_sections import section_of
from pipeline.sentences import reasons
from tests.conftest import ROOT

SOURCES = sorted(
    path for folder in ("pipeline", "assets") for path in (ROOT / folder).rglob("*.py") if path.name != "criterion.py"
)
# How many criteria or weights there are, in words.
NUMBER = re.compile(rf"\b{COUNT.en}\s+(?:criteria|weights)\b|{COUNT.th}เกณฑ์")
# A criterion by its number, or one of several by its position.
POSITION = re.compile(r"\b[Cc]riteri(?:on|a) ?_?\d|เกณฑ์ที่ \d|\bcriteria\[\d")
# Names of criteria that are one thing after another. The registry of formulas maps each name to its module.
ALLOWED = {"pipeline/criteria/__init__.py": {"FORMULAS"}, "pipeline/sentences/reasons.py": {"FACTS"}}


def knowledge_of_criteria(source: str, registries: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    """What a Python file knows of the criteria that only ``criterion.py`` should: lists of them, their number."""
    tree = ast.parse(source)
    kept = {
        id(node)
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name) and target.id in registries
        for node in ast.walk(statement)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in kept:
            continue
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
            items = node.keys if isinstance(node, ast.Dict) else node.elts
            texts = [item.value for item in items if isinstance(item, ast.Constant)]
            if len(set(texts) & set(NAMES)) > 1:
                found.append(f"line {node.lineno}: a list of criteria")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if NUMBER.search(node.value) or POSITION.search(node.value):
                found.append(f"line {node.lineno}: {node.value[:60]!r}")
            text = re.sub(r">>>.*(?:\n\s*\.\.\..*)*\n.*", "", node.value)  # doctests name criteria as any user does
            if all(re.search(rf"\b{name}\b", text) for name in NAMES):
                found.append(f"line {node.lineno}: all criteria in {node.value[:60]!r}")
    lines = source.splitlines()
    found += [f"line {i}: {line.strip()}" for i, line in enumerate(lines, 1) if re.search(r"\bcriteria\[\d\]", line)]
    return found


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_other_file_names_or_counts_the_criteria(file: Path) -> None:
    name = file.relative_to(ROOT).as_posix()
    assert knowledge_of_criteria(file.read_text(encoding="utf-8"), ALLOWED.get(name, set())) == []


@pytest.mark.parametrize(
    "source",
    [
        'CRITERIA = ("poverty", "university", "data_system")',
        'for k, name in ((1, "university"), (2, "data_system")): pass\nuse(["university", "data_system"])',
        '{"poverty": 0, "university": 0}',
        'BALLOT = "points = { poverty = 0, university = 0, data_system = 0 }"',
        'Words("พื้นที่ที่คล้ายกันในสามเกณฑ์", "peers")',
        'Words("peers", "nearest in the three criteria")',
        '"""Criterion 2."""',
        "np.isnan(criteria[2])",
    ],
)
def test_such_knowledge_would_be_found(source: str) -> None:
    assert knowledge_of_criteria(source)


def test_streams_number_everything_uncertain_without_a_gap() -> None:
    """A stream left out or used twice would move every published draw."""
    assert [uncertain.stream for uncertain in UNCERTAIN] == list(range(len(UNCERTAIN)))
    assert len({uncertain.name for uncertain in UNCERTAIN}) == len(UNCERTAIN)


@pytest.mark.parametrize("one", CRITERIA, ids=lambda one: one.name)
def test_a_criterion_has_all_its_parts(one: Criterion, policy: Policy) -> None:
    contract = CONTRACTS[one.table]
    assert contract[one.name].maximum == 1
    assert contract.key == ("district_code",)
    assert hasattr(district, one.table)
    facts = CONTRACTS["district_facts"].column_names
    assert set(one.columns) <= set(contract.column_names)
    assert set(one.sheet_columns) <= {*contract.column_names, *facts}
    assert set(one.sources) <= set(CONTRACTS)
    assert set(one.columns) <= set(CONTRACTS["district_scores"].column_names)
    assert contract[one.name].name in CONTRACTS["district_criteria"].column_names
    assert CONTRACTS["district_criteria"][one.name].nullable is not one.known_everywhere
    explained = CONTRACTS["district_explanations"].column_names
    assert f"contribution_{one.name}" in explained
    assert (f"{one.name}_needed" in explained) is one.improvable
    assert 0 <= getattr(policy.weights, one.name) <= 1
    assert hasattr(policy, one.name)
    assert one.name in reasons.FACTS
    assert CONTRACTS["map_classes"]["map"].allowed == MAPS


def test_a_criterion_without_a_sentence_of_its_own_still_gets_one(policy: Policy) -> None:
    other = dataclasses.replace(CRITERIA[0], name="other", short=Words("อื่น", "other"), missing=Words("ค่า", "value"))

    class Row:
        other: float | None = 0.25

    assert reasons.fact(Row(), other, policy) == Words("อื่น 0.25", "other 0.25")
    Row.other = None
    assert reasons.fact(Row(), other, policy) == Words("ไม่มีค่า", "no value")


def test_parameters_of_a_criterion_make_its_section_of_the_policy() -> None:
    other = dataclasses.replace(CRITERIA[0], name="local_business", parameters=(Parameter("goalpost", "firms", 0, 10),))
    section = section_of(other)
    assert section.__name__ == "LocalBusiness"
    assert section(goalpost=10).model_dump() == {"goalpost": 10}
    assert section.model_fields["goalpost"].description == "firms"
    for wrong in ({"goalpost": 10.1}, {"goalpost": True}, {}, {"goalpost": 1, "more": 1}):
        with pytest.raises(ValueError, match="LocalBusiness"):
            section(**wrong)


def test_the_number_of_criteria_is_a_word_whatever_it_is() -> None:
    assert criterion.in_words(len(CRITERIA)) == criterion.COUNT
    words = [criterion.in_words(n).en for n in range(1, 12)]
    assert words == ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "11"]
    assert len({criterion.in_words(n).th for n in range(1, 12)}) == 11
