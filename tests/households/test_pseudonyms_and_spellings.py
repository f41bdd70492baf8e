"""The key of the pseudonyms; districts from codes and names."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import geothai
import pandas as pd
import pytest
from geothai.abolished import abolished_areas
from stdnum.th import pin

from pipeline.errors import InputError
from pipeline.households import pseudonyms
from pipeline.households.spellings import Gazetteer
from tests.households.conftest import citizen_id


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(pseudonyms.KEY)
    monkeypatch.setenv(pseudonyms.KEY_FILE, str(tmp_path / "kept" / "pseudonym.key"))
    return tmp_path / "kept" / "pseudonym.key"


def test_a_key_is_made_once_for_its_owner_only_and_its_loss_is_explained(key_file: Path, tmp_path: Path) -> None:
    log: list[str] = []
    first = pseudonyms.pseudonym_key(tmp_path / "project", log.append)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(log) == 1
    assert "If it is lost" in log[0]
    assert key_file.read_text().strip() not in log[0]
    assert pseudonyms.pseudonym_key(tmp_path / "project", log.append) == first
    assert len(log) == 1
    assert first.inner.hex() not in repr(first)
    key_file.unlink()
    assert pseudonyms.pseudonym_key(tmp_path / "project", log.append) != first


def test_a_key_that_others_can_read_or_inside_the_project_is_refused(key_file: Path, tmp_path: Path) -> None:
    pseudonyms.pseudonym_key(tmp_path / "project", print)
    key_file.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        pseudonyms.pseudonym_key(tmp_path / "project", print)
    with pytest.raises(InputError, match="a key inside the project"):
        pseudonyms.pseudonym_key(tmp_path, print)


def test_a_short_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(pseudonyms.KEY, "letmein")
    with pytest.raises(InputError, match="7 characters") as refused:
        pseudonyms.pseudonym_key(tmp_path, print)
    assert "letmein" not in str(refused.value)


def test_a_key_that_cannot_be_stored_is_refused(
    key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pseudonyms.os, "open", denied)
    with pytest.raises(InputError, match="Permission denied"):
        pseudonyms.pseudonym_key(tmp_path / "project", print)


@pytest.fixture(scope="module")
def gazetteer(districts: pd.DataFrame) -> Gazetteer:
    return Gazetteer(districts)


def test_every_code_and_every_name_finds_its_district(gazetteer: Gazetteer, districts: pd.DataFrame) -> None:
    ambiguous = districts.duplicated(["province_code", "name_th"], keep=False)
    for d in districts.itertuples():
        assert gazetteer.place(district_code=d.district_code).district_code == d.district_code
        for s in geothai.subdistricts(d.district_code):
            assert gazetteer.place(subdistrict_code=s.code).district_code == d.district_code
        by_name = gazetteer.place(province_name=d.province_name_th, district_name=d.name_th)
        assert (by_name.district_code == d.district_code) != ambiguous[d.Index]


def test_abolished_codes_are_replaced_by_a_notice_only(gazetteer: Gazetteer) -> None:
    for area in abolished_areas():
        if area.code in gazetteer.subdistricts or area.code in gazetteer.districts or len(area.code) != 6:
            continue
        found = gazetteer.place(subdistrict_code=area.code)
        if area.successors_basis == "notice" and len(area.successors) == 1:
            assert (found.district_code, found.repaired) == (area.successors[0][:4], "abolished code")
        elif found.district_code:  # its district was abolished, with a notice of its own
            assert found.repaired == "abolished code"
        else:
            assert "abolished" in found.reason


def test_the_code_comes_before_the_name(gazetteer: Gazetteer) -> None:
    place = gazetteer.place(district_code="5001", province_name="เชียงใหม่", district_name="ฝาง")
    assert (place.district_code, place.repaired) == ("5001", None)
    unknown = gazetteer.place(district_code="5099", province_name="เชียงใหม่", district_name="ฝาง")
    assert (unknown.district_code, unknown.repaired) == ("5009", "district by name")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"district_name": "ฝาง"}, "a name without a known province"),
        ({"province_name": "เชียงใหม่", "district_name": "ฝางง"}, "no such district name in its province; near: ฝาง"),
        ({"district_code": "5099"}, "no such code"),
        ({"subdistrict_code": "1101700203451"}, "a 13-digit number in a place column"),
        ({}, "no code, no name"),
        ({"province_code": "50"}, "no such code"),
    ],
)
def test_a_spelling_without_a_district_has_a_reason(cells: dict[str, str], reason: str, gazetteer: Gazetteer) -> None:
    place = gazetteer.place(**cells)
    assert place.district_code is None
    assert reason in place.reason


def test_the_check_digit_of_these_tests_is_the_real_one() -> None:
    assert all(pin.is_valid(citizen_id(n)) for n in range(200))


def test_spelling_writes_nothing_into_the_users_home(tmp_path: Path) -> None:
    program = "from pipeline.households.spellings import bare_name; print(bare_name('อำเภอฝาง') == 'ฝาง')"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHAINLP")} | {"HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    assert list(tmp_path.iterdir()) == []
