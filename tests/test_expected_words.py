"""What messages say is expected, and how to fix what a setting cures: in words, without signs of a program."""

import re
from pathlib import Path

import pytest

from pipeline.contracts import CONTRACTS, Column, Kind
from pipeline.errors import InputError
from pipeline.policy import Policy
from pipeline.receiving.source_table import FORMS
from pipeline.sources.release_files import RELEASE
from tests.bad_files.readers import READERS, refused

SIGNS = re.compile(r"[\\^$*+?{}\[\]]|\(\?|\|")


@pytest.mark.parametrize("name", [*CONTRACTS, "release"])
def test_what_a_column_holds_is_said_in_words(name: str) -> None:
    for column in CONTRACTS.get(name, RELEASE):
        assert not SIGNS.search(column.expected), f"{name}.{column.name}: {column.expected}"


def test_a_pattern_needs_words() -> None:
    with pytest.raises(ValueError, match="a pattern without words"):
        Column("sha256", Kind.TEXT, "", pattern="[0-9a-f]{64}")


@pytest.mark.parametrize(
    ("parameter", "value", "words"),
    [
        (
            "poverty.suspect.named",
            [{"district_code": "501"}],
            "a code of four digits in quotation marks, such as '5001'",
        ),
        ("portfolio.locks", [{"province_code": "5001"}], "a code of two digits in quotation marks, such as '50'"),
        ("portfolio.locks", ["50"], "a table [portfolio.locks] with its keys"),
    ],
)
def test_codes_of_the_policy(parameter: str, value: list[object], words: str, policy: Policy) -> None:
    with pytest.raises(InputError) as refusal:
        policy.overridden({parameter: value})
    assert words in " ".join(problem.expected for problem in refusal.value.problems)


def test_forms_of_sources_are_words() -> None:
    assert not any(SIGNS.search(words) for words in FORMS.values())


# A change of the text of a file, and the setting that cures it.
CURED = {
    "a line of totals": (lambda text: text.rstrip("\n") + "\n" + "รวม," + "," * (text.split("\n")[0].count(",") - 1)),
    "a source note": (lambda text: text.rstrip("\n") + "\nที่มา: กรม\n"),
    "a title above the heading": (lambda text: "ตาราง 1 รายชื่อ\n" + text),
}
SETTING = {"a line of totals": "not_rows", "a source note": "not_rows", "a title above the heading": "heading_row"}


@pytest.mark.parametrize("fault", CURED)
@pytest.mark.parametrize("name", READERS)
def test_what_a_setting_cures_is_said(name: str, fault: str, tmp_path: Path) -> None:
    file = READERS[name].copied(tmp_path)
    file.write_text(CURED[fault](file.read_text(encoding="utf-8")), encoding="utf-8")
    problem = refused(lambda: READERS[name].read(file.parent))
    if fault == "a line of totals" and name in ("universities", "data_systems", "acceptances"):
        assert problem.fix  # its first column is a name, which may be any word
        return
    assert SETTING[fault] in problem.fix, str(problem)
