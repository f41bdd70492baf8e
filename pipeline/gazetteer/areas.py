"""The areas that DOPA has, and those that it had, from the installed geothai package.

Here: lists and what became of abolished codes. Not here: how codes and names are written (``codes``, ``names``).
"""

from functools import cache

import geothai
import pandas as pd
from geothai.abolished import abolished_areas

# Digits of the codes of each level.
PROVINCE, DISTRICT, SUBDISTRICT = 2, 4, 6


@cache
def district_list() -> pd.DataFrame:
    """List all districts with their provinces.

    Returns:
        ``district_code``, ``name_th``, ``name_en``, ``province_code``, ``province_name_th``, ``province_name_en``; one
        row per district, in the order of codes. It is shared: copy it before a change.

    >>> district_list().loc[0, ["district_code", "name_th", "province_name_en"]].tolist()
    ['1001', 'เขตพระนคร', 'Bangkok']
    """
    return pd.DataFrame(
        [
            {
                "district_code": district.code,
                "name_th": district.name_th,
                "name_en": district.name_en,
                "province_code": province.code,
                "province_name_th": province.name_th,
                "province_name_en": province.name_en,
            }
            for province in geothai.provinces()
            for district in geothai.districts(province.code)
        ]
    )


@cache
def subdistrict_codes() -> frozenset[str]:
    """List the codes of all subdistricts.

    Returns:
        The current codes, of six digits.
    """
    districts = (d.code for p in geothai.provinces() for d in geothai.districts(p.code))
    return frozenset(s.code for code in districts for s in geothai.subdistricts(code))


@cache
def abolished_codes() -> frozenset[str]:
    """List the codes of abolished districts and subdistricts.

    Returns:
        Codes of four and six digits that are not used any more.
    """
    return frozenset(area.code for area in abolished_areas())


@cache
def successors() -> dict[str, tuple[str, ...]]:
    """Give the areas that replaced each abolished one by a notice in the Royal Gazette.

    Returns:
        Current codes by abolished code. Successors that are known by their name only are left out.

    >>> successors()["4303"], "104701" in successors()
    (('3801',), True)
    """
    return {a.code: tuple(a.successors) for a in abolished_areas() if a.successors_basis == "notice" and a.successors}


@cache
def former_provinces() -> dict[str, frozenset[str]]:
    """Give the provinces that a district belonged to under an earlier code.

    Returns:
        Codes of provinces by current code of the district; most districts are not in it.

    >>> former_provinces()["3801"]
    frozenset({'43'})
    """
    found: dict[str, set[str]] = {}
    for code, now in successors().items():
        for area in now:
            found.setdefault(area[:DISTRICT], set()).add(code[:PROVINCE])
    return {code: frozenset(provinces - {code[:PROVINCE]}) for code, provinces in found.items()}


@cache
def former_districts() -> dict[tuple[str, str], str]:
    """Give the district that replaced each abolished one, by the province and Thai name that the abolished one had.

    Returns:
        Current code by code of the province and name.

    >>> former_districts()["43", "บึงกาฬ"]
    '3801'
    """
    return {
        (area.code[:PROVINCE], area.name_th): successors()[area.code][0]
        for area in abolished_areas()
        if len(area.code) == DISTRICT and len(successors().get(area.code, ())) == 1
    }
