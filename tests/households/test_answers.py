"""Words for yes, no and not known: per column, with a reason for every word that is in no list."""

import pytest

from pipeline.errors import InputError
from pipeline.households.answers import ANSWERS, NO, UNKNOWN, YES, Answers, read_answers
from tests.households.conftest import BASE, Province, csv, row

COLUMNS = "[columns]\n" + "\n".join(f'"{name}" = "{name}"' for name in BASE) + "\n"


def take(province: Province, cells: list[dict[str, str]], stated: str = "", name: str = "a.csv") -> None:
    rows = [row(n, **more) for n, more in enumerate(cells, 1)]
    province.put({name: csv(rows), "mapping.toml": (COLUMNS + stated).encode()})


def counts(province: Province) -> dict[str, int]:
    """Households by deprivation in health (yes, no) and by card (card, no card, unknown card), and rows refused."""
    intake = province.take_in()
    profiles = intake.table("profiles")
    cards = profiles.groupby(profiles["welfare_card"].astype("string").fillna("unknown"))["households"].sum()
    return {
        "poor": int(profiles.loc[profiles["deprived"] > 0, "households"].sum()),
        "not poor": int(profiles.loc[profiles["deprived"] == 0, "households"].sum()),
        "answers": int(profiles["answers"].sum()),
        "card": int(cards.get("True", 0)),
        "no card": int(cards.get("False", 0)),
        "refused": int(intake.table("files")["rows_refused"].sum()),
    }


def test_no_built_in_word_has_two_meanings() -> None:
    for column in ANSWERS:
        assert not {*YES[column]} & {*NO[column]}
        assert not {*UNKNOWN} & {*YES[column], *NO[column]}
        Answers().of(column)


@pytest.mark.parametrize("word", [*UNKNOWN, "", " - ", "N / A", "NULL", "None", "NaN"])
def test_a_word_for_not_known_is_an_empty_answer(province: Province, word: str) -> None:
    """Two households: 5 + 4 answers known; an unknown card is no card for the target poor, and not refused."""
    take(province, [{}, {"health": word, "welfare_card": word, "income_per_person": word}])
    assert counts(province) == {"poor": 0, "not poor": 2, "answers": 9, "card": 0, "no card": 1, "refused": 0}


def test_pass_and_fail_are_understood(province: Province) -> None:
    words = ["ผ่าน", "ไม่ผ่าน", "ตกเกณฑ์", "ผ่านเกณฑ์", "ไม่ ผ่าน เกณฑ์"]
    take(province, [{"health": word} for word in words])
    assert counts(province) == {"poor": 3, "not poor": 2, "answers": 25, "card": 0, "no card": 5, "refused": 0}


def test_without_is_a_word_of_the_card_and_must_be_stated_for_a_dimension(province: Province) -> None:
    cells = [{"health": "ไม่มี"}, {"health": "ผ่าน"}, {"welfare_card": "ไม่มี"}, {"welfare_card": "มี"}]
    take(province, cells)
    assert counts(province) == {"poor": 0, "not poor": 3, "answers": 15, "card": 1, "no card": 2, "refused": 1}
    take(province, cells, '[values.health]\nunknown = ["ไม่มี"]\n')
    assert counts(province) == {"poor": 0, "not poor": 4, "answers": 19, "card": 1, "no card": 3, "refused": 0}


def test_dimensions_coded_the_other_way_leave_the_card_as_it_is(province: Province) -> None:
    stated = "".join(f'[values.{name}]\nyes = ["0"]\nno = ["1"]\n' for name in ANSWERS[:-1])
    passes = dict.fromkeys(ANSWERS[:-1], "1")
    take(province, [{**passes, "welfare_card": "1"}, {**passes, "health": "0", "welfare_card": "0"}], stated)
    assert counts(province) == {"poor": 1, "not poor": 1, "answers": 10, "card": 1, "no card": 1, "refused": 0}


def test_what_is_stated_for_all_columns_holds_where_a_column_states_nothing(province: Province) -> None:
    stated = '[values]\nyes = ["x"]\nno = ["o"]\n[values.welfare_card]\nyes = ["1"]\nno = ["0"]\n'
    plain = dict.fromkeys(ANSWERS[:-1], "o")
    take(province, [{**plain, "living": "x", "welfare_card": "1"}, {**plain, "living": "1"}], stated)
    assert counts(province) == {"poor": 1, "not poor": 0, "answers": 5, "card": 1, "no card": 0, "refused": 1}


def test_unknown_words_of_a_layout_hold_in_every_column_of_the_file(province: Province) -> None:
    cells = [{"health": "ว่าง", "income_per_person": "ว่าง", "citizen_id": "ว่าง", "subdistrict_code": "500107"}]
    take(province, [*cells, {"health": "ว่าง"}], '[layout."a.csv"]\nunknown = ["ว่าง"]\n')
    assert counts(province)["answers"] == 4
    assert province.refused()["reason"].tolist() == ["no household id and no citizen id"]


@pytest.mark.parametrize("wrong", ["N/A", "-", "null", "ไม่ระบุ", ""])
def test_a_word_for_not_known_is_no_id(province: Province, wrong: str) -> None:
    """Else all households without an id would be one household."""
    take(province, [{"citizen_id": wrong}, {"citizen_id": wrong}, {}])
    assert province.refused()["reason"].tolist() == ["no household id and no citizen id"] * 2


def test_an_id_that_software_took_for_a_number(province: Province) -> None:
    ids = ["95000000001", "95000000001.0", "9.5E+10", "9.500001E10"]
    rows = [{**row(1), "household_id": one, "survey_year": str(2019 + i)} for i, one in enumerate(ids)]
    province.put({"a.csv": csv([{k: v for k, v in r.items() if k != "citizen_id"} for r in rows])})
    listed = province.refused()
    assert listed.loc[listed["verdict"] == "superseded", "line"].tolist() == [2]
    assert listed.loc[listed["verdict"] == "refused", ["line", "reason"]].values.tolist() == [
        [line, "a household id as a rounded number, whose last digits are lost"] for line in (4, 5)
    ]


def test_a_common_word_is_shown_with_how_to_state_it(province: Province) -> None:
    province.rules(refused_share_stops=0.2)
    take(province, [{"health": "พอใช้"}] * 20 + [{}] * 20)
    with pytest.raises(InputError) as error:
        province.take_in()
    line = str(error.value)
    assert "20 of them for: neither yes nor no" in line
    assert """'พอใช้' (20 rows) means: yes, no or unknown = ["พอใช้"] under [values.health] in """ in line
    province.rules(refused_share_stops=0.6)
    province.take_in()
    assert any("'พอใช้' (20 rows)" in line for line in province.log)


@pytest.mark.parametrize(
    ("word", "rows"), [("นางสาวสมใจ", 19), ("บ้านเลขที่ใดเลขที่หนึ่งในหมู่บ้าน", 30), ("โทร 0812345", 30), ("1101700203451", 30)]
)
def test_what_may_be_a_household_s_own_is_not_shown(province: Province, word: str, rows: int) -> None:
    province.rules(refused_share_stops=0.2)
    take(province, [{"health": word}] * rows)
    with pytest.raises(InputError) as error:
        province.take_in()
    assert word not in str(error.value)
    assert not [line for line in province.log if word in line]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ('[values]\nyes = ["1"]\nno = ["1"]', ["'1' for yes and for no"]),
        ('[values]\nyes = ["0"]', ["'0' for yes and for no"]),
        ('[values]\nyes = ["1"]\nno = ["0"]\nunknown = ["0"]', ["'0' for no and for not known"]),
        ('[values.health]\nyes = ["Y"]\nunknown = ["y"]', ["'y' for yes and for not known", "column health"]),
        ('[values]\nno = ["-"]\n[layout]\nunknown = ["-"]', ["'-' for no and for not known"]),
        ('[values.healt]\nyes = ["1"]', ["[values.healt]", "write [values.health]"]),
        ('[values.members]\nyes = ["1"]', ["[values.members]"]),
        ('[values]\nyess = ["1"]', ["'yess' in [values]"]),
        ('[values]\nrows = "persons"', ["'rows' in [values]", "above the first table"]),
        ("[values.health]\nyes = [1]", ["a list of texts", "column yes"]),
        ("[values.health]\nyes = []", ["a list of texts"]),
    ],
)
def test_a_word_with_two_meanings_is_one_line(province: Province, stated: str, expected: list[str]) -> None:
    take(province, [{}], stated)
    with pytest.raises(InputError) as error:
        province.take_in()
    assert [words for words in expected if words not in str(error.value)] == [], str(error.value)


def test_a_built_in_word_may_be_stated_to_mean_something_else() -> None:
    words = read_answers({"health": {"no": ["-"]}, "unknown": ["1"]}, "mapping.toml").of("health")
    assert words.meanings["-"] is False
    assert "1" not in words.meanings and "1" in words.unknown and "-" not in words.unknown


def test_words_can_be_stated_for_files_that_use_our_names(province: Province) -> None:
    cells = [row(1, health="?"), row(2)]
    province.put({"a.csv": csv(cells), "mapping.toml": b'[values.health]\nunknown = ["?"]\n'})
    assert counts(province)["answers"] == 9
