"""The key of the pseudonyms."""

import stat
from pathlib import Path

import pytest
from stdnum.th import pin

from pipeline.errors import InputError
from pipeline.households import pseudonyms
from tests.households.conftest import citizen_id


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(pseudonyms.KEY)
    monkeypatch.setenv(pseudonyms.KEY_FILE, str(tmp_path / "kept" / "pseudonym.key"))
    return tmp_path / "kept" / "pseudonym.key"


def test_a_key_is_made_once_for_its_owner_only_and_its_loss_is_explained(key_file: Path, tmp_path: Path) -> None:
    log: list[str] = []
    first = pseudonyms.pseudonym_key([tmp_path / "project"], log.append)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(log) == 1
    assert "If it is lost" in log[0]
    assert key_file.read_text().strip() not in log[0]
    assert pseudonyms.pseudonym_key([tmp_path / "project"], log.append) == first
    assert len(log) == 1
    assert first.inner.hex() not in repr(first)
    key_file.unlink()
    assert pseudonyms.pseudonym_key([tmp_path / "project"], log.append) != first


def test_a_key_that_others_can_read_or_inside_the_project_is_refused(key_file: Path, tmp_path: Path) -> None:
    pseudonyms.pseudonym_key([tmp_path / "project"], print)
    key_file.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        pseudonyms.pseudonym_key([tmp_path / "project"], print)
    with pytest.raises(InputError, match="a key inside the project"):
        pseudonyms.pseudonym_key([tmp_path], print)


def test_a_short_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(pseudonyms.KEY, "letmein")
    with pytest.raises(InputError, match="7 characters") as refused:
        pseudonyms.pseudonym_key([tmp_path], print)
    assert "letmein" not in str(refused.value)


def test_a_key_that_cannot_be_stored_is_refused(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pseudonyms.os, "open", denied)
    with pytest.raises(InputError, match="Permission denied"):
        pseudonyms.pseudonym_key([tmp_path / "project"], print)


def test_the_check_digit_of_these_tests_is_the_real_one() -> None:
    assert all(pin.is_valid(citizen_id(n)) for n in range(200))
