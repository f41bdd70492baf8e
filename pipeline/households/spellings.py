"""The district of a household, from the codes and names in its row.

Each *distinct* spelling is looked up once, in this order: a current code, an abolished code with one successor by a
Royal Gazette notice, a name that equals exactly one district name of its province. A similar name is named in the
reason of a refused row, but not used: it may be the name of another district. Here: codes and names. Not here:
coordinates (``placing``), rows (``staging``).
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import geothai
import pandas as pd

from pipeline.reading.cells import THAI_DIGITS
from pipeline.reading.columns import INVISIBLE

# PyThaiNLP would create a folder for downloads in the user's home, which may be read-only.
if "PYTHAINLP_READ_MODE" not in os.environ:  # the older name of this setting
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
MOST_SPELLINGS = 300_000
PREFIXES = re.compile(r"^(?:จังหวัด|จ\.|อำเภอ|อ\.|เขต)\s*")
HINT_SCORE = 75


@dataclass(frozen=True)
class Placement:
    """The district that a spelling means, or the reason why there is none.

    Attributes:
        district_code: the district; None if there is none.
        repaired: what was repaired, if anything.
        column: the column that was refused.
        reason: why there is no district.
        found: a description of the refused cell that does not repeat it.
    """

    district_code: str | None = None
    repaired: str | None = None
    column: str | None = None
    reason: str | None = None
    found: str | None = None


def _clean(text: str | None) -> str:
    """Remove invisible characters, and spaces at the ends; write Thai digits as Western digits.

    >>> _clean(" ๑๐๐๑\\u200b")
    '1001'
    """
    return (text or "").translate(INVISIBLE).strip().translate(THAI_DIGITS)


@lru_cache(maxsize=10_000)
def bare_name(text: str | None) -> str:
    """Write a name in normal form: characters in their usual order, single spaces, no อำเภอ, เขต or จังหวัด in front.

    Args:
        text: the cell; None if it is empty.

    Returns:
        The name by which districts and provinces are compared; empty for an empty cell.

    >>> bare_name(" อำเภอ ฝาง\\ufeff"), bare_name("เขตบางรัก")
    ('ฝาง', 'บางรัก')
    """
    from pythainlp.util import normalize

    plain = " ".join((text or "").translate(INVISIBLE).split())
    return PREFIXES.sub("", normalize(plain) if plain else "")


def _described(text: str) -> str:
    """Describe a cell without repeating its content: its kind of characters and its length.

    >>> _described("1101700203451"), _described("ฝาง"), _described("")
    ('13 digits', 'text of 3 characters', 'nothing')
    """
    if not text:
        return "nothing"
    return f"{len(text)} digits" if text.isascii() and text.isdigit() else f"text of {len(text)} characters"


class Gazetteer:
    """Current codes and names, and the abolished codes that a notice replaced.

    Args:
        districts: the table ``districts``.
    """

    def __init__(self, districts: pd.DataFrame) -> None:
        self.districts = set(districts["district_code"])
        self.province_of = {
            bare_name(n): c for c, n in zip(districts["province_code"], districts["province_name_th"], strict=True)
        }
        self.provinces = set(self.province_of.values())
        self.named: dict[str, dict[str, list[str]]] = {}
        self.spelled: dict[str, list[str]] = {}
        for row in districts.itertuples():
            of_province = self.named.setdefault(row.province_code, {})
            of_province.setdefault(bare_name(row.name_th), []).append(row.district_code)
            self.spelled.setdefault(row.province_code, []).append(row.name_th)

    @cached_property
    def subdistricts(self) -> set[str]:
        """Codes of all current subdistricts."""
        return {s.code for d in self.districts for s in geothai.subdistricts(d)}

    @cached_property
    def replaced(self) -> dict[str, str]:
        """Abolished codes with one successor by a notice; successors known by name only are left out."""
        from geothai.abolished import abolished_areas

        return {
            area.code: area.successors[0]
            for area in abolished_areas()
            if area.successors_basis == "notice" and len(area.successors) == 1
        }

    def place(
        self,
        province_code: str | None = None,
        district_code: str | None = None,
        subdistrict_code: str | None = None,
        province_name: str | None = None,
        district_name: str | None = None,
    ) -> Placement:
        """Find the district that one spelling means; a code is used before a name.

        Args:
            province_code: two digits.
            district_code: whole (``5001``), or the part within the province (``01``).
            subdistrict_code: whole (``500107``; a village code, ``50010703``, is cut), or the part within the district
                (``07``). A part may lack its leading zero.
            province_name: with or without จังหวัด.
            district_name: with or without อำเภอ or เขต.

        Returns:
            The district, or the reason why there is none.
        """
        written = {
            "province_code": province_code,
            "district_code": district_code,
            "subdistrict_code": subdistrict_code,
        }
        cells = {name: _clean(cell) for name, cell in written.items()}
        for name, cell in cells.items():
            if re.fullmatch(r"[0-9]{13}", cell):
                return Placement(column=name, reason="a 13-digit number in a place column", found="13 digits")
        repairs = ["spaces or Thai digits"] if any((a or "") != cells[n] for n, a in written.items()) else []
        column, code = self._code(cells, repairs)
        if code:
            found = self._of_code(code, repairs)
            if found:
                return Placement(found, ", ".join(repairs) or None)
        if bare_name(district_name):
            return self._of_name(cells["province_code"], province_name, district_name, repairs if not code else [])
        if code or any(cells.values()):
            cell = cells[column or "district_code"]
            abolished = " (abolished, no successor by a notice)" if code in _abolished() else ""
            return Placement(column=column, reason=f"no such code{abolished}", found=_described(cell))
        return Placement(column="district_code", reason="no code, no name", found="nothing")

    def _code(self, cells: dict[str, str], repairs: list[str]) -> tuple[str | None, str]:
        """Return the column of the longest whole code that the cells give, and that code."""
        province, district, subdistrict = cells.values()
        parts = [c for c in (district, subdistrict) if len(c) == 1 and c.isdigit()]
        if len(subdistrict) in (6, 8):
            return "subdistrict_code", subdistrict[:6]
        if len(district) in (1, 2) and len(province) == 2:
            district = province + district.zfill(2)
        if len(district) == 4:
            if parts:
                repairs.append("lost leading zero")
            if len(subdistrict) in (1, 2):
                return "subdistrict_code", district + subdistrict.zfill(2)
            return "district_code", district
        if subdistrict:
            return "subdistrict_code", subdistrict
        return ("district_code", district) if district else ("province_code" if province else None, "")

    def _of_code(self, code: str, repairs: list[str]) -> str | None:
        if code in self.subdistricts or (len(code) == 4 and code in self.districts):
            return code[:4]
        successor = self.replaced.get(code) or (self.replaced.get(code[:4]) if len(code) == 6 else None)
        if successor and successor[:4] in self.districts:
            repairs.append("abolished code")
            return successor[:4]
        return None

    def _of_name(
        self, province: str, province_name: str | None, district_name: str | None, repairs: list[str]
    ) -> Placement:
        from rapidfuzz import fuzz, process

        code = province if province in self.provinces else self.province_of.get(bare_name(province_name))
        if code is None:
            found = _described(_clean(province_name) or province)
            return Placement(column="province_name", reason="a name without a known province", found=found)
        same = self.named[code].get(bare_name(district_name), [])
        if len(same) == 1:
            if (district_name or "") not in self.spelled[code]:
                repairs = [*repairs, "other spelling of the name"]
            return Placement(same[0], ", ".join([*repairs, "district by name"]))
        name = bare_name(district_name)
        near = process.extract(name, self.spelled[code], scorer=fuzz.ratio, limit=2, score_cutoff=HINT_SCORE)
        hint = f"; near: {', '.join(n for n, _, _ in near)}" if near else ""
        return Placement(
            column="district_name", reason=f"no such district name in its province{hint}", found=_described(name)
        )


@cache
def _abolished() -> set[str]:
    from geothai.abolished import abolished_areas

    return {area.code for area in abolished_areas()}


def place_spellings(gazetteer: Gazetteer, spelled: pd.DataFrame) -> Iterator[Placement]:
    """Find the district of each distinct spelling.

    Args:
        gazetteer: codes and names of districts.
        spelled: the columns ``mapping.PLACES`` in that order, one row per spelling.

    Yields:
        The placement of each row, in order.
    """
    for cells in spelled.itertuples(index=False):
        yield gazetteer.place(*(None if pd.isna(cell) else cell for cell in cells))
