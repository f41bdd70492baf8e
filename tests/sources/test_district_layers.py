"""The district of each feature: codes and names as files hold them, recognised by content."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from pipeline.sources import boundaries
from tests.bad_files.readers import refused
from tests.sources.squares import CODES, DISTRICTS, frame, square

C, TH, EN = DISTRICTS["district_code"], DISTRICTS["name_th"], DISTRICTS["name_en"]
PROVINCE_TH, PROVINCE_EN = DISTRICTS["province_name_th"], DISTRICTS["province_name_en"]
RULES = "districts by "


def first(column: pd.Series, value: object) -> pd.Series:
    return pd.Series([value, *column[1:]])


GOOD: dict[str, tuple[Callable[[], gpd.GeoDataFrame], str, list[str]]] = {
    "P-codes": (lambda: frame(), "", []),
    "text": (lambda: frame(amp_code=C, amp_th=TH), RULES + "amp_code, amp_th", []),
    "numbers": (lambda: frame(AMPHOE_IDN=C.astype(int)), RULES + "AMPHOE_IDN", []),
    "numbers with a point": (lambda: frame(X=C.astype(float)), RULES + "X", []),
    "text of numbers with a point": (lambda: frame(X=C + ".0"), RULES + "X", []),
    "two parts as text": (lambda: frame(P=C.str[:2], A=C.str[2:]), RULES + "P, A", []),
    "two parts as numbers, and a serial number": (
        lambda: frame(ID=range(101, 113), P=C.str[:2].astype(int), A=C.str[2:].astype(int)),
        RULES + "P, A",
        [],
    ),
    "a serial number that looks like a province": (
        lambda: frame(serial=range(20, 32), code=C),
        RULES + "code",
        [],
    ),
    "names in Thai": (lambda: frame(a="อำเภอ" + TH, b=PROVINCE_TH), RULES + "b, a", ["other spelling"] * 12),
    "names in English": (lambda: frame(NAME_2=EN, NAME_1=PROVINCE_EN), RULES + "NAME_1, NAME_2", ["by name"] * 12),
    "names with the code of the province": (lambda: frame(PV=C.str[:2], amp=TH), RULES + "PV, amp", []),
    "a code that is gone, by its name": (
        lambda: frame(ADM2_PCODE="TH" + first(C, "5098"), ADM2_TH=TH, ADM1_TH=PROVINCE_TH),
        "",
        ["TH5098"],
    ),
    "a code that is gone, by name, without a province": (
        lambda: frame(ADM2_PCODE="TH" + first(C, "5098"), ADM2_TH=TH),
        "",
        ["TH5098"],
    ),
}


@pytest.mark.parametrize("how", GOOD)
def test_districts_are_recognised(how: str, tmp_path: Path) -> None:
    make, read_as, repaired = GOOD[how]
    make().to_file(tmp_path / "b.gpkg")
    shapes, records, found = boundaries.read_boundary_file(tmp_path / "b.gpkg", DISTRICTS)
    assert shapes["district_code"].tolist() == CODES
    assert all(shape.equals(square(at)) for at, shape in enumerate(shapes.geometry))
    assert found == read_as
    assert len(records) == len(repaired)
    if repaired and repaired[0].startswith("TH"):
        assert records[0]["found"].startswith(repaired[0])
        assert records[0]["used"].startswith(f"{CODES[0]} (")


BAD: dict[str, tuple[Callable[[], gpd.GeoDataFrame], list[str]]] = {
    "no columns of districts": (lambda: frame(a=range(12)), ["columns a", "DOPA codes such as 5001"]),
    "codes of another list": (lambda: frame(a=range(700, 712), name="x"), ["columns a, name"]),
    "codes of provinces": (lambda: frame(ADM1="TH" + C.str[:2]), ["columns ADM1"]),
    "an unknown code": (lambda: frame(code=first(C, "5098")), ["'5098'", "no such code", "line 1", "column code"]),
    "a name of another province": (
        lambda: frame(code=C, province=first(PROVINCE_TH, "ลำพูน")),
        ["line 1", "column province", "another province than the code"],
    ),
    "a name of another district": (
        lambda: frame(code=C, amphoe=first(TH, TH[1]), province=PROVINCE_TH),
        ["line 1", "column amphoe", "another district than the code"],
    ),
    "two names exchanged everywhere": (
        lambda: frame(code=C, amphoe=list(TH[::-1]), province=PROVINCE_TH),
        ["column amphoe", "another district than the code", "more like it"],
    ),
    "a name that is none": (
        lambda: frame(amphoe=first(TH, "ไม่มี"), province=PROVINCE_TH),
        ["line 1", "column amphoe", "no such district name"],
    ),
    "a district is missing": (lambda: frame().iloc[1:], ["11 of 12", f"TH5001 {TH[0]} missing"]),
    "one code given twice, another missing": (
        lambda: frame(code=first(C, CODES[1])),
        ["TH5001", "TH5002 2 times", "correct the codes"],
    ),
}


@pytest.mark.parametrize("fault", BAD)
def test_codes_and_names_that_cannot_be_used(fault: str, tmp_path: Path) -> None:
    make, parts = BAD[fault]
    make().to_file(tmp_path / "b.gpkg")
    refused(lambda: boundaries.read_boundary_file(tmp_path / "b.gpkg", DISTRICTS), "b.gpkg", *parts)


def test_several_unknown_codes_are_a_list(tmp_path: Path) -> None:
    frame(code=[*C[:9], "5095", "5096", "5097"]).to_file(tmp_path / "b.gpkg")
    problem = refused(lambda: boundaries.read_boundary_file(tmp_path / "b.gpkg", DISTRICTS), "'5095'", "and 2 more")
    assert problem.line == 10
