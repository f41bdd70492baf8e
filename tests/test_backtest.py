"""Past choices in today's ranking: recall by hand, p against permutations drawn, and lists that cannot be used."""

from pathlib import Path

import numpy as np
import pytest

from pipeline import backtest, cli, what_if
from pipeline.gazetteer import district_list
from pipeline.project import Paths
from pipeline.stored_tables import Tables

LIST = (
    "code,year,programme\n95,2019,PMU-A\n58,2019,PMU-A\n74,2019,TPMAP\n61,2019,TPMAP\n9501,2020,OTOP\n1001,2020,OTOP\n"
)


@pytest.fixture
def at(real_run: Paths, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(real_run.maps.parent)
    monkeypatch.setenv("COLUMNS", "160")
    return real_run.maps.parent


@pytest.fixture
def today(real_run: Paths) -> what_if.Ranking:
    return what_if.published_ranking(Tables(real_run.processed))


def test_recall_by_hand(tmp_path: Path, today: what_if.Ranking) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    choices = backtest.past_choices(file, today.districts["district_code"]).table
    found = {
        (r.programme, r.level): r for r in backtest.recalls(choices, today.districts, today.provinces, today.policy)
    }
    pmu = found["PMU-A", "province"]
    assert (pmu.places, pmu.found, pmu.recall, pmu.k, pmu.among) == (2, 2, 1.0, 8, 77)
    assert pmu.expected == pytest.approx(8 / 77)
    assert pmu.p == pytest.approx(8 * 7 / (77 * 76))
    tpmap = found["TPMAP", "province"]
    assert (tpmap.found, tpmap.p) == (0, 1.0)
    otop = found["OTOP", "district"]
    assert (otop.places, otop.found, otop.k, otop.among) == (2, 1, 24, 928)
    assert otop.p == pytest.approx(1 - (904 * 903) / (928 * 927))


@pytest.mark.parametrize(("hits", "chosen", "k", "n"), [(3, 5, 8, 77), (1, 4, 10, 40), (0, 3, 5, 20), (5, 5, 30, 60)])
def test_p_is_that_of_permutations(hits: int, chosen: int, k: int, n: int) -> None:
    chance = np.random.default_rng(1)
    drawn = np.array([(chance.permutation(n)[:chosen] < k).sum() for _ in range(20_000)])
    recall, expected, p = backtest.recall_at(hits, chosen, k, n)
    assert recall == hits / chosen
    assert expected == pytest.approx(drawn.mean() / chosen, abs=0.01)
    assert p == pytest.approx((drawn >= hits).mean(), abs=0.015)


def test_it_prints_places_recall_and_the_caution(at: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").replace("2019", "๒๐๑๙").encode())
    assert cli.main(["backtest", str(file)]) == 0
    output = capsys.readouterr().out
    for part in (
        "ยะลา",
        "data needed",
        "PMU-A, 2 provinces: 2 among today's first 8 of 77 (recall 100%; by chance 10%, p = ",
        "TPMAP, 2 provinces: 0 among",
        "สมุทรสาคร",
        "Samut Sakhon",
        "not evidence",
    ):
        assert part in output


def test_codes_and_years_of_a_list_may_be_written_in_other_ways(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("code,year,programme\nTH5001,2565,x\n50.0,2019,x\n4303,พ.ศ. 2560,x\n", "utf-8")
    parsed = backtest.past_choices(tmp_path / "list.csv", district_list()["district_code"])
    assert parsed.table[["code", "year"]].to_numpy().tolist() == [["5001", 2022], ["50", 2019], ["3801", 2017]]
    assert len(parsed.repaired) == 5


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"", ["line 1"]),
        (b"code,year,programme\n", ["no row"]),
        (b"code,year\n95,2019\n", ["no column programme"]),
        (b"code,year,programme\n99,2019,x\n", ["line 2", "'99'", "of the DOPA list"]),
        (b"code,year,programme\n9501.5,2019,x\n", ["line 2", "'9501.5'"]),
        (b"code,year,programme\n95,62,x\n", ["line 2", "'62'", "2100"]),
        (b"code,year,programme\n95,2019,\n", ["line 2", "programme"]),
        (b"code,year,programme\n95,2019,x\n95,2019,x\n", ["line 3"]),
        (b"code,year,programme\n95,2019\n", ["line 2"]),
        ("code,year,programme\n95,2019,café\n".encode("latin-1"), ["line 2", "CP874", "CSV UTF-8"]),
        (b"code,year,programme\n95,2019,\x00\n", ["NUL"]),
    ],
)
def test_lists_that_cannot_be_used(
    content: bytes, parts: list[str], at: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    assert cli.main(["backtest", str(file)]) == 2
    output = capsys.readouterr().err
    assert output.count("\n") == 1
    assert "list.csv" in output
    for part in parts:
        assert part in output


def test_names_full_of_markup_are_printed_as_they_are(
    at: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("code,year,programme\n95,2019,[/bold] [red]x\n", encoding="utf-8")
    assert cli.main(["backtest", str(file)]) == 0
    assert capsys.readouterr().out.count("[/bold] [red]x") == 2


def test_a_missing_list(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["backtest", "nowhere.csv"]) == 2
    assert "no such file" in capsys.readouterr().err
