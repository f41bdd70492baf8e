"""Rounds: kept whole, listed, compared; moves split into figures and policy."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline import cli, criterion, what_if
from pipeline import policy as policies
from pipeline.dimensions import DIMENSIONS
from pipeline.errors import InputError
from pipeline.project import Paths, inputs_digest
from pipeline.runs import rounds
from pipeline.sentences.change import add_changes
from pipeline.stored_tables import Tables
from tests.conftest import MakeOnce, digests, made_in, publish_in

TODAY = date(2026, 1, 31)


@pytest.fixture
def three(real_run: Paths, make_once: MakeOnce, copy_of: Callable[[Path], Paths]) -> Paths:
    """A project with the rounds a, b and current, which this test may change."""
    return copy_of(make_once("rounds", lambda root: with_three_rounds(root, real_run)))


def with_three_rounds(root: Path, real_run: Paths) -> None:
    """Rounds a and b as received; current with other figures and another policy, compared with a."""
    shutil.copytree(real_run.maps.parent, root, symlinks=True, dirs_exist_ok=True)
    paths = Paths.of(root)
    rounds.archive(paths, "a", TODAY)
    rounds.archive(paths, "b", TODAY)
    policy = root / "data" / "raw" / "policy" / "policy.toml"
    rates = root / "data" / "raw" / "tpmap" / "tpmap_2022_by_district.csv"
    table = pd.read_csv(rates, dtype=str, keep_default_na=False)
    high = table["district_code"].str.startswith("57")
    persons = table.loc[high, "labelled_population"].astype(float)
    for name in DIMENSIONS:
        poor = table.loc[high, f"poor_{name}"].astype(int) // 3
        table.loc[high, f"poor_{name}"] = poor.astype(str)
        table.loc[high, f"rate_{name}"] = (100 * poor / persons).round(4).astype(str)
    for column in ("rate_any_min", "rate_any_max"):
        table.loc[high, column] = (table.loc[high, column].astype(float) / 3).round(4).astype(str)
    table.to_csv(rates, index=False, lineterminator="\n")
    made_in(root, "provincial_shortlist")
    shutil.copytree(paths.workspace, root / "between")
    text = policy.read_text(encoding="utf-8")
    text = text.replace("poverty = 0.50\nuniversity = 0.25", "poverty = 0.30\nuniversity = 0.45")
    text = text.replace('previous_round = ""', 'previous_round = "a"')
    policy.write_text(text, encoding="utf-8")
    publish_in(root)


def test_an_archived_round_is_a_folder_with_everything(three: Paths) -> None:
    folder = three.rounds / "a"
    record = json.loads((folder / "round.json").read_text(encoding="utf-8"))
    assert record["archived_on"] == "2026-01-31"
    assert "raw/tpmap/tpmap_2022_by_district.csv" in record["inputs_sha256"]
    assert (folder / "inputs" / "raw" / "tpmap" / "tpmap_2022_by_district.csv").is_file()
    assert (folder / "maps" / "index.html").is_file()
    assert not (folder / "maps" / "index.html").is_symlink()
    for name in ("provincial_shortlist.parquet", "provincial_shortlist.xlsx", "pilot_areas.duckdb", "run.json"):
        assert (folder / "processed" / name).is_file()
    policy = policies.read_policy(folder / "policy.toml")[0]
    assert policy == what_if.published_ranking(Tables(folder / "processed")).policy
    assert [r.name for r in rounds.known_rounds(three)] == ["a", "b"]
    assert all(not r.faults for r in rounds.known_rounds(three))


def test_moves_are_split_into_figures_and_policy(three: Paths) -> None:
    by_name = {name: rounds.tables_of(three, name) for name in ("a", "current")}
    by_name["b"] = Tables(three.maps.parent / "between")  # the new figures under the old policy
    figures = rounds.compare(by_name["a"], by_name["b"])
    assert figures.policy_changed == ()
    assert figures.same_goalposts
    assert figures.same_program
    assert (figures.provinces["by_policy"] == 0).all()
    assert (figures.provinces["by_figures"] == figures.provinces["move"]).all()
    moved = figures.provinces.set_index("province_code")
    assert moved.loc["57", "move"] > 10
    only_policy = rounds.compare(by_name["b"], by_name["current"])
    assert set(only_policy.policy_changed) == {"weights.poverty", "weights.university"}
    assert (only_policy.provinces["by_figures"] == 0).all()
    assert (only_policy.provinces["by_policy"] != 0).any()
    both = rounds.compare(by_name["a"], by_name["current"])
    for table in (both.provinces, both.districts):
        known = table.dropna(subset=["move", "by_figures", "by_policy"])
        assert (known["move"] == known["by_figures"] + known["by_policy"]).all()
    assert (both.provinces["by_figures"] != 0).any()
    assert (both.provinces["by_policy"] != 0).any()
    # the middle is round b's figures under round a's policy, which is round b itself
    pair = both.provinces.merge(figures.provinces, on="province_code")
    assert (pair["rank_between_x"] == pair["rank_later_y"]).all()


def test_a_round_from_before_a_criterion_and_a_parameter_can_be_compared(real_run: Paths, tmp_path: Path) -> None:
    """It had two criteria, no floor, a parameter that no longer exists, and tables without the newer columns."""
    stored = Tables(real_run.processed)
    dropped = stored("policy")["parameter"].str.startswith(("data_system.", "weights.", "score.floor"))
    older = [("weights.poverty", "0.6"), ("weights.university", "0.4"), ("score.ceiling", "1")]
    policy = pd.concat(
        [stored("policy")[~dropped], pd.DataFrame(older, columns=["parameter", "value"]).assign(overridden=False)]
    )
    policy.to_parquet(tmp_path / "policy.parquet")
    stored("district_scores").drop(columns="data_system").to_parquet(tmp_path / "district_scores.parquet")
    stored("provincial_shortlist").to_parquet(tmp_path / "provincial_shortlist.parquet")
    found = rounds.compare(Tables(tmp_path), stored)
    assert set(found.added) >= {"weights.data_system", "score.floor", "data_system.unknown_quality"}
    assert found.dropped == ("score.ceiling",)
    assert set(found.policy_changed) == {f"weights.{name}" for name in criterion.NAMES}
    assert (found.provinces["by_figures"] != 0).any()
    known = found.provinces.dropna(subset=["move"])
    assert (known["move"] == known["by_figures"] + known["by_policy"]).all()


def test_a_table_without_a_column_that_is_needed_is_named(real_run: Paths, tmp_path: Path) -> None:
    stored = Tables(real_run.processed)
    for name in ("policy", "district_scores"):
        stored(name).to_parquet(tmp_path / f"{name}.parquet")
    stored("provincial_shortlist").drop(columns="value").to_parquet(tmp_path / "provincial_shortlist.parquet")
    with pytest.raises(InputError, match=r"provincial_shortlist\.parquet: found no column value"):
        rounds.compare(Tables(tmp_path), stored)


def test_the_way_on_the_command_line(
    three: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(three.maps.parent)
    monkeypatch.setenv("COLUMNS", "160")
    before = digests(three)
    assert cli.main(["rounds", "list"]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert cli.main(["rounds", "compare", "a", "current"]) == 0
    printed = capsys.readouterr().out
    for part in (
        "a → current",
        "parameters that differ: weights.poverty, weights.university",
        "the goalposts are the same",
        "by figures",
        "แม่สรวย",
        "น่าน",
        "หลุด · leaves",
    ):
        assert part in printed
    assert cli.main(["rounds", "archive", "รอบที่หนึ่ง-2565"]) == 0
    assert "files in" in capsys.readouterr().out
    assert cli.main(["rounds", "archive", "รอบที่หนึ่ง-2565"]) == 0  # the same run again: it is there already
    assert digests(three) == before


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "current", "x" * 99, "a\nb", "-x"])
def test_a_name_that_cannot_be_a_folder_is_refused(name: str, three: Paths) -> None:
    with pytest.raises(InputError, match="a name of letters"):
        rounds.archive(three, name, TODAY)


def test_a_taken_name_is_never_overwritten(three: Paths) -> None:
    with pytest.raises(InputError, match="a name that is not used yet"):
        rounds.archive(three, "a", TODAY)
    assert not list(three.rounds.glob(".building-*"))


def test_unknown_and_changed_rounds_are_refused(
    three: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(three.maps.parent)
    monkeypatch.setenv("COLUMNS", "160")
    assert cli.main(["rounds", "compare", "zzz", "current"]) == 2
    assert "one of: a, b" in capsys.readouterr().err
    for unknown in ("../../etc", "/etc", ""):
        assert cli.main(["rounds", "compare", unknown, "current"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    rounds.archive(three, "damaged", TODAY)
    with (three.rounds / "damaged" / "processed" / "sensitivity.parquet").open("ab") as file:
        file.write(b"x")
    (three.rounds / "damaged" / "maps" / "index.html").unlink()
    assert cli.main(["rounds", "compare", "damaged", "current"]) == 2
    printed = capsys.readouterr().err
    assert "maps/index.html" in printed
    assert "processed/sensitivity.parquet" in printed
    assert cli.main(["rounds", "list"]) == 0
    assert "2 files changed" in capsys.readouterr().out
    (three.rounds / "damaged" / "round.json").write_text("{", encoding="utf-8")
    assert cli.main(["rounds", "list"]) == 2
    assert "round.json" in capsys.readouterr().err


def test_a_round_is_archived_where_links_cannot_be_made(three: Paths, tmp_path: Path) -> None:
    """As on Windows: published files are copies, and there is no `current`."""
    paths = Paths.of(tmp_path)
    run = three.current.resolve()
    shutil.copytree(run, paths.state / run.name)
    shutil.copytree(run / "processed", paths.processed)
    shutil.copytree(run / "maps", paths.maps)
    (paths.processed / ".gitkeep").touch()
    kept = rounds.archive(paths, "copied", TODAY)
    assert not kept.faults
    assert not (kept.folder / "processed" / ".gitkeep").exists()
    assert kept.tables("provincial_shortlist").equals(rounds.tables_of(three, "current")("provincial_shortlist"))


def test_nothing_to_list_or_archive(
    new_project: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(new_project())
    assert cli.main(["rounds", "list"]) == 0
    assert "no round is archived yet" in capsys.readouterr().out
    assert cli.main(["rounds", "archive"]) == 2
    assert "pilot-areas run" in capsys.readouterr().err


def test_what_changed_since_the_round_that_the_policy_names(three: Paths) -> None:
    """The table, its sentences and the pages show what `compare` computes."""
    stored = Tables(three.processed)("round_changes")
    assert set(stored["since"]) == {"a"}
    assert stored["level"].value_counts().to_dict() == {"district": 928, "province": 77}
    found = rounds.compare(rounds.tables_of(three, "a"), Tables(three.processed))
    provinces = stored[stored["level"] == "province"].set_index("code")
    expected = found.provinces.set_index("province_code")
    for column in ("rank_earlier", "rank_later", "move", "by_figures", "by_policy"):
        assert provinces[column].tolist() == expected[column].tolist()
    was, now = expected["shortlisted_earlier"].astype(bool), expected["shortlisted_later"].astype(bool)
    assert set(provinces.index[provinces["change"] == "leaves"]) == set(expected.index[was & ~now])
    assert set(provinces.index[provinces["change"] == "enters"]) == set(expected.index[~was & now]) != set()
    left = provinces.loc[expected.index[was & ~now][0]]
    assert left["change_th"].startswith("หลุดจากรายชื่อ")
    assert f"อันดับ {left['rank_earlier']} ในรอบ a เป็น {left['rank_later']}" in left["change_th"]
    page = (three.maps / "index.html").read_text(encoding="utf-8")
    assert left["change_th"] in page
    assert "ไม่มีรอบก่อนให้เทียบ" not in page
    assert left["change_th"] in (three.maps / "brief.html").read_text(encoding="utf-8")
    assert left["change_th"] in (three.maps / f"{left.name}.html").read_text(encoding="utf-8")


def test_a_round_that_is_not_archived_is_refused_with_a_line(three: Paths) -> None:
    text = three.policy.read_text(encoding="utf-8")
    three.policy.write_text(text.replace('previous_round = "a"', 'previous_round = "2001"'), encoding="utf-8")
    made_in(three.maps.parent, "policy")
    with pytest.raises(InputError, match=r"policy\.toml, column decision\.previous_round: found '2001'"):
        rounds.changes_since_round(Tables(three.workspace), three)


def test_another_earlier_round_is_another_input(three: Paths) -> None:
    """The run's id follows from the archived round too: other rounds, other pages."""
    before = inputs_digest(three)
    record = three.rounds / "a" / "round.json"
    record.write_bytes(record.read_bytes() + b" ")
    assert inputs_digest(three) != before


@pytest.mark.parametrize(
    ("earlier", "later", "figures", "policy", "change", "th", "en"),
    [
        (3, 3, 0, 0, "stays", "อันดับ 3 เท่ารอบ r", "Rank 3, as in round r."),
        (
            9,
            4,
            -6,
            1,
            "enters",
            "เข้ารายชื่อใหม่: อันดับ 9 ในรอบ r เป็น 4 (ตัวเลขใหม่ทำให้ขึ้น 6 อันดับ และนโยบายทำให้ลง 1 อันดับ)",
            "New on the shortlist: from rank 9 in round r to 4 (new figures: 6 up, policy: 1 down).",
        ),
        (None, 4, None, None, "none", "อันดับ 4 รอบ r ไม่มีอันดับ", "Rank 4; not ranked in round r."),
        (4, None, None, None, "none", "ไม่มีอันดับแล้ว รอบ r อันดับ 4", "Not ranked now; rank 4 in round r."),
        (None, None, None, None, "none", "ไม่มีอันดับทั้งสองรอบ", "Not ranked in either round."),
    ],
)
def test_a_move_in_words(
    earlier: int | None, later: int | None, figures: int | None, policy: int | None, change: str, th: str, en: str
) -> None:
    move = later - earlier if earlier and later else None
    row = {
        "rank_earlier": earlier,
        "rank_later": later,
        "move": move,
        "by_figures": figures,
        "by_policy": policy,
        "change": change,
        "since": "r",
    }
    words = add_changes(pd.DataFrame([row]).astype(dict.fromkeys(list(row)[:5], "Int64")))
    assert (words.loc[0, "change_th"], words.loc[0, "change_en"]) == (th, en)
