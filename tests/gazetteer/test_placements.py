"""Districts from the codes and names of a row: every official one, habits of writing, and what is refused."""

import os
import subprocess
import sys
from pathlib import Path

import geothai
import pytest
from geothai.abolished import abolished_areas
from hypothesis import given
from hypothesis import strategies as st

from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, district_list, installed

GAZETTEER = installed()
DISTRICTS = list(district_list().itertuples())


def test_every_code_and_every_name_finds_its_district() -> None:
    for d in DISTRICTS:
        assert GAZETTEER.place(district_code=d.district_code).code == d.district_code
        by_name = GAZETTEER.place(province_name=d.province_name_th, district_name=d.name_th)
        assert (by_name.code, by_name.repaired) == (d.district_code, "district by name")
        for s in geothai.subdistricts(d.district_code):
            assert GAZETTEER.place(subdistrict_code=s.code).district_code == d.district_code


def test_every_english_name_finds_its_district_unless_it_is_that_of_two() -> None:
    two = {"1404", "1413"}  # บางไทร and บางซ้าย, both Bang Sai
    for d in DISTRICTS:
        found = GAZETTEER.place(province_name=d.province_name_en.upper(), district_name=f"{d.name_en} District")
        if d.district_code in two:
            assert (found.code, found.reason) == (None, "a name of several districts of its province")
        else:
            assert found.code == d.district_code


def test_the_word_for_the_level_makes_no_difference_to_any_name() -> None:
    for d in DISTRICTS:
        bare = d.name_th.removeprefix("เขต")
        for written in (
            f"อ.{bare}",
            f"อ. {bare}",
            f"อำเภอ {bare}",
            f"อ{bare}",
            f"เขต{bare}",
            f"กิ่งอำเภอ{bare}",
            f"กิ่ง อ.{bare}",
        ):
            assert GAZETTEER.districts_named(d.province_code, written) == {d.district_code}, written


def test_short_and_prefixed_names_find_every_province_and_its_capital() -> None:
    for d in DISTRICTS:
        for written in (f"จ.{d.province_name_th}", f"จังหวัด {d.province_name_th}", f"{d.province_name_en} Province"):
            assert GAZETTEER.province(written) == d.province_code
        if d.district_code.endswith("01") and d.province_code != "10":
            for written in (
                "เมือง",
                "อ.เมือง",
                "อำเภอเมือง",
                "เมืองฯ",
                "Mueang",
                "Amphoe Mueang",
                f"เมือง {d.province_name_th}",
            ):
                assert GAZETTEER.districts_named(d.province_code, written) == {d.district_code}


@pytest.mark.parametrize(
    ("province", "district", "code"),
    [
        ("เชียงใหม่", "อ.เมือง", "5001"),
        ("จ.เชียงใหม่", "เมืองเชียงใหม่", "5001"),
        ("เชียงใหม่", "อ. เเม่ริม", "5007"),  # two sara e
        ("ลําพูน", "ลี้", "5104"),  # nikhahit and sara aa
        ("ลำพูน", "เมืองลําพูน", "5101"),
        ("กทม.", "เขตบางรัก", "1004"),
        ("กทม", "บางรัก", "1004"),
        ("กรุงเทพฯ", "บาง\u200bรัก", "1004"),
        ("กรุงเทพ ฯ", "Khet Bang Rak", "1004"),
        ("Bangkok", "bang rak", "1004"),
        ("อยุธยา", "อ.พระนครศรีอยุธยา", "1401"),
        ("จ.อยุธยา", "อยุธยา", "1401"),
        ("พระนครศรีอยุธยา", "เสนา", "1412"),
        ("กาฬสินธุ์", "กิ่งอำเภอสามชัย", "4615"),
        ("กาฬสินธุ์", "กิ่ง อ. ดอนจาน", "4617"),
        ("สุราษฎร์ฯ", "เมืองสุราษฎร์ฯ", "8401"),
        ("อุบลฯ", "วารินชำราบ", "3415"),
        ("หนองคาย", "บึงกาฬ", "3801"),  # its province until 2011
        ("Chiang Mai", "Mueang Chiang Mai", "5001"),
        ("changwat chiang mai", "Amphoe Fang", "5009"),
        ("CHIANG MAI PROVINCE", "Doi Tao district", "5017"),
        ("Surat Thani", "Ko Phangan", "8405"),
    ],
)
def test_names_as_offices_write_them(province: str, district: str, code: str) -> None:
    found = GAZETTEER.place(province_name=province, district_name=district)
    assert found.code == code
    assert "district by name" in found.repaired


@pytest.mark.parametrize(
    ("cells", "code", "repaired"),
    [
        ({"district_code": "5001.0"}, "5001", "a whole number with a decimal point"),
        ({"district_code": "5.001E+03"}, "5001", "a number with an exponent"),
        ({"district_code": "TH5001"}, "5001", "TH before the digits"),
        ({"district_code": "th-5001 "}, "5001", "spaces or Thai digits, TH before the digits"),
        ({"district_code": "๕๐๐๑"}, "5001", "spaces or Thai digits"),
        ({"subdistrict_code": "50-01-07"}, "500107", "separators between digits"),
        ({"subdistrict_code": "50.01.07"}, "500107", "separators between digits"),
        ({"subdistrict_code": "50 1 7"}, "500107", "separators between digits"),
        ({"subdistrict_code": "5001-07-03"}, "500107", "separators between digits"),
        ({"subdistrict_code": "50010703"}, "500107", None),
        ({"province_code": "50", "district_code": "1"}, "5001", "lost leading zero"),
        ({"province_code": "50.0", "district_code": "1.0", "subdistrict_code": "7.0"}, "500107", "lost leading zero"),
        ({"province_code": "TH-50", "district_code": "09"}, "5009", "TH before the digits"),
        ({"district_code": "4303"}, "3801", "abolished code"),
        ({"district_code": "4303", "province_name": "หนองคาย", "district_name": "บึงกาฬ"}, "3801", "abolished code"),
        ({"district_code": "4303", "province_name": "บึงกาฬ", "district_name": "เมือง"}, "3801", "abolished code"),
        ({"subdistrict_code": "104701"}, None, None),  # now two subdistricts
        ({"district_code": "4112", "province_name": "หนองบัวลำภู", "district_name": "เมือง"}, "3901", "district by name"),
        ({"district_code": "4026", "province_name": "ขอนแก่น", "district_name": "เวียงเก่า"}, "4029", "district by name"),
        ({"province_code": "50", "district_name": "อ.ฝาง"}, "5009", "district by name"),
        ({"district_code": "5001", "district_name": "เมืองเชียงใหม", "province_name": ""}, "5001", None),
        ({"district_code": "5001", "district_name": "Muang"}, "5001", None),
    ],
)
def test_codes_as_files_hold_them(cells: dict[str, str], code: str | None, repaired: str | None) -> None:
    found = GAZETTEER.place(**cells)
    if cells == {"subdistrict_code": "104701"}:  # both successors are in one district
        code, repaired = "1047", "abolished code"
    assert found.code == code
    assert (repaired or "") in (found.repaired or "")
    assert bool(found.repaired) == bool(repaired)


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"district_name": "ฝาง"}, "province_name", "a name without a known province"),
        ({"province_name": "นครฯ", "district_name": "เมือง"}, "province_name", "a name without a known province"),
        ({"province_name": "กทม.", "district_name": "เมือง"}, "district_name", "no such district name"),
        (
            {"province_name": "เชียงใหม่", "district_name": "ฝางง"},
            "district_name",
            "no such district name in its province; near: ฝาง",
        ),
        ({"province_name": "Chiang Mai", "district_name": "Muang"}, "district_name", "no such district name"),
        ({"district_code": "5099"}, "district_code", "no such code"),
        ({"district_code": "50.01"}, "district_code", "no such code (not a code)"),
        ({"subdistrict_code": "5E+05"}, "subdistrict_code", "no such code (a rounded number)"),
        ({"district_code": "4112"}, "district_code", "abolished, no successor by a notice"),
        ({"subdistrict_code": "1101700203451"}, "subdistrict_code", "a 13-digit number in a place column"),
        ({}, "district_code", "no code, no name"),
        ({"province_code": "50"}, "district_code", "no such code"),
        ({"district_code": "5001", "district_name": "ฝาง"}, "district_name", "another district than the code"),
        (
            {"district_code": "5001", "province_name": "เชียงใหม่", "district_name": "อ.ฝาง"},
            "district_name",
            "another district than the code",
        ),
        ({"district_code": "5001", "province_name": "จ.ลำพูน"}, "province_name", "another province than the code"),
        ({"district_code": "5001", "district_name": "เบตง"}, "district_name", "another district than the code"),
        ({"province_code": "51", "district_code": "5001"}, "province_code", "contradicts the finer code"),
        ({"district_code": "5009", "subdistrict_code": "500107"}, "district_code", "contradicts the finer code"),
        (
            {"province_code": "51", "province_name": "เชียงใหม่", "district_name": "เมือง"},
            "province_name",
            "another province than the code",
        ),
    ],
)
def test_a_row_without_a_district_has_a_reason(cells: dict[str, str], column: str, reason: str) -> None:
    found = GAZETTEER.place(**cells)
    assert (found.code, found.column) == (None, column)
    assert reason in found.reason
    given = "".join(cells.values())
    assert not given or found.found not in given  # the cell itself is not repeated


def test_abolished_codes_are_replaced_by_a_notice_only() -> None:
    for area in abolished_areas():
        if area.code in GAZETTEER.subdistricts or area.code in GAZETTEER.districts or len(area.code) != 6:
            continue
        found = GAZETTEER.place(subdistrict_code=area.code)
        if area.successors_basis == "notice" and len(area.successors) == 1:
            assert (found.code, found.repaired) == (area.successors[0], "abolished code")
        elif found.code:  # its district was abolished, or all its successors are in one district, by a notice
            assert found.repaired == "abolished code"
        else:
            assert "abolished" in found.reason


def test_a_cell_is_read_as_an_area_of_its_level_only() -> None:
    assert GAZETTEER.area("TH-50", PROVINCE).code == "50"
    assert GAZETTEER.area("500107.0", SUBDISTRICT).code == "500107"
    assert GAZETTEER.area("530306", SUBDISTRICT).code == "530407"  # moved to another district in 2015
    for cell, level in (
        ("500107", DISTRICT),
        ("50", DISTRICT),
        ("5001", SUBDISTRICT),
        ("5001", PROVINCE),
        ("", DISTRICT),
    ):
        assert GAZETTEER.area(cell, level).code is None


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_placed_or_refused_with_a_reason(code: str, province: str, district: str) -> None:
    found = GAZETTEER.place(subdistrict_code=code, province_name=province, district_name=district)
    assert (found.code is None) == (found.reason is not None)


def test_names_write_nothing_into_the_users_home(tmp_path: Path) -> None:
    program = "from pipeline.gazetteer.names import bare_name; print(bare_name('อำเภอฝาง') == 'ฝาง')"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHAINLP")} | {"HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    assert list(tmp_path.iterdir()) == []
