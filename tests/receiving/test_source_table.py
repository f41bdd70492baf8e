"""The table of sources: the one of the project, bad ones with their line, and places that a file may have."""

import re
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.receiving.reaching import LOCAL_SERVER, checked_address, local_server
from pipeline.receiving.source_table import checked_target, read_sources
from tests.conftest import ROOT
from tests.problems import refusal
from tests.receiving.conftest import source

GOOD = source("a", "https://data.example.org/a.csv")


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "sources.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_table_of_the_project_is_good_and_switched_off() -> None:
    table = read_sources(ROOT / "data" / "raw")
    assert {source.kind for source in table.sources.values()} == {"ckan", "overpass", "folder"}
    assert table.enabled == ()
    assert not table.inbox.enabled
    for entry in table.sources.values():
        assert (ROOT / "data" / "raw" / entry.target).parent.is_dir()


def test_every_source_of_the_project_is_good_when_it_is_switched_on(tmp_path: Path) -> None:
    text = (ROOT / "data" / "raw" / "sources.toml").read_text(encoding="utf-8")
    table = read_sources(written(tmp_path, text.replace("enabled = false", "enabled = true")))
    assert len(table.enabled) == len(table.sources) == 4
    assert table.inbox.enabled


def test_without_a_table_nothing_is_switched_on(tmp_path: Path) -> None:
    assert read_sources(tmp_path).enabled == ()


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


BAD = {
    "not TOML": (f"x = = 1\n{GOOD}", [], "line 1"),
    "an unknown table": (f"[source.b]\n{GOOD}", ["'source'", "[sources.<name>]"], "line 1"),
    "an unknown key": (changed("every =", "evry ="), ["'evry'", "write every"], "line 10"),
    "a key that is missing": (changed('licence = "open"\n', ""), ["no licence", "add licence"], "line 1"),
    "an unknown kind": (changed('kind = "file"', 'kind = "ftp"'), ["kind = 'ftp'"], "line 3"),
    "a word for true": (changed("enabled = true", 'enabled = "yes"'), ["enabled = 'yes'"], "line 2"),
    "http": (changed("https:", "http:"), ["an address of https"], "line 1"),
    "ftp": (changed("https:", "ftp:"), ["an address of https"], "line 1"),
    "a password": (changed("//data", "//me:secret@data"), ["without user, password or key"], "line 1"),
    "a key in the address": (changed("a.csv", "a.csv?api_key=secret"), ["without user, password or key"], "line 1"),
    "this machine": (changed("data.example.org", "localhost"), ["the name of a public host"], "line 1"),
    "an address of a network": (changed("data.example.org", "192.168.1.1"), ["a public host"], "line 1"),
    "an address in disguise": (changed("data.example.org", "0x7f.1"), ["a public host"], "line 1"),
    "a number for an address": (changed("data.example.org", "127.1"), ["a public host"], "line 1"),
    "a target outside": (changed("cbt/cbt_sites.csv", "../x.csv"), ["target = '../x.csv'"], "line 4"),
    "an absolute target": (changed("cbt/cbt_sites.csv", "/etc/x.csv"), ["target = '/etc/x.csv'"], "line 4"),
    "a sidecar as target": (changed("cbt/cbt_sites.csv", "cbt/SOURCE.toml"), ["not a sidecar"], "line 4"),
    "the policy as target": (changed("cbt/cbt_sites.csv", "policy/x.csv"), ["decided by the working group"], "line 4"),
    "another content": (changed('content = "csv"', 'content = "zip"'), ['content = "csv"'], "line 1"),
    "a size of nothing": (f"{GOOD}largest_mb = 0\n", ["largest_mb = '0'", "greater than 0"], "line 12"),
    "half a digest": (f'{GOOD}sha256 = "abc"\n', ["sha256 = 'abc'"], "line 12"),
    "a query of a file": (f'{GOOD}query = "x"\n', ["no key query"], "line 1"),
    "a dataset that is missing": (changed('kind = "file"', 'kind = "ckan"'), ["the key dataset"], "line 1"),
    "two targets": (f"{GOOD}{GOOD.replace('.a]', '.b]')}", ["the target of a, cbt/cbt_sites.csv"], "line 15"),
    "a name in capitals": (changed("sources.a", "sources.A"), ["'A'", "rename the source"], "line 1"),
    "a path in a host": (f'{GOOD}hosts = ["x.org/y"]\n', ["hosts = 'x.org/y'"], "line 12"),
    "sources as text": ('sources = "x"\n', ["'x'", "write [sources.<name>]"], "line 1"),
    "an inbox as text": ('inbox = "x"\n', [], "line 1"),
    "an unknown key of the inbox": ("[inbox]\non = true\n", ["'on'", "the keys enabled, largest_mb"], "line 2"),
    "a member of no archive": (f'{GOOD}member = "x.csv"\n', ["content = "], "line 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_refused_with_its_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LOCAL_SERVER, raising=False)
    text, parts, line = BAD[name]
    with pytest.raises(InputError) as error:
        read_sources(written(tmp_path, text))
    refusal(error.value, *parts)
    assert re.search(rf"{line}\b", str(error.value)), str(error.value)
    assert "secret" not in str(error.value)


def test_every_problem_of_a_table_is_listed(tmp_path: Path) -> None:
    text = changed("every =", "evry =") + GOOD.replace("sources.a", "sources.b").replace("https:", "gopher:")
    with pytest.raises(InputError) as error:
        read_sources(written(tmp_path, text))
    assert [problem.column for problem in error.value.problems] == ["sources.a.evry", "sources.a.every", "sources.b"]


@pytest.mark.parametrize(
    "target",
    [
        "x.csv",
        "a/b/c.csv",
        "a/../b.csv",
        "./a.csv",
        "a/.b.csv",
        "a/b\\c.csv",
        "a/b\0.csv",
        "a/b\n.csv",
        "a/con:.csv",
        "A/b.csv",
        "a//b.csv",
        "a/b.csv ",
        "a/b.exe",
        "a/b.toml",
        "a/README.md",
        "households/rows.csv",
        "households/tpmap/mapping.toml",
        "households/../cbt/x.csv",
        "policy/policy.csv",
        "cbt/" + "x" * 300 + ".csv",
        "cbt/rows 1101700203450.csv",
        "cbt/\u0e01\u0e33\u200b.csv",
        "",
    ],
)
def test_places_that_a_file_may_not_have(target: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_target(target)


def test_one_local_server_may_be_reached_only_if_the_environment_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "http://127.0.0.1:8000/x.csv"
    monkeypatch.delenv(LOCAL_SERVER, raising=False)
    with pytest.raises(ValueError, match="https"):
        checked_address(address)
    monkeypatch.setenv(LOCAL_SERVER, "127.0.0.1:8000")
    assert checked_address(address).port == 8000
    for other in ("http://127.0.0.1:8001/x", "http://localhost:8000/x", "https://127.0.0.1:8001/x", "http://x.org/x"):
        with pytest.raises(ValueError, match=r"https|public"):
            checked_address(other)
    for bad in ("127.0.0.1", "0.0.0.0:80", "10.0.0.1:80", "x.org:80"):
        monkeypatch.setenv(LOCAL_SERVER, bad)
        with pytest.raises(InputError, match=r"expected 127\.0\.0\.1 and a port"):
            local_server()


def test_the_setting_for_tests_is_in_no_unit() -> None:
    assert not [path for path in (ROOT / "deploy").iterdir() if path.is_file() and LOCAL_SERVER in path.read_text()]
