"""The area that the codes and names of one row mean, or the reason why there is none.

A current code is used first, then an abolished code with one successor by a Royal Gazette notice, then a name that is
that of exactly one district of its province. Codes and names of one row that contradict each other are refused. Here:
codes and names together. Not here: how each is written (``codes``, ``names``), coordinates (``pipeline.places``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from pipeline.characters import plain
from pipeline.gazetteer import areas, names
from pipeline.gazetteer.areas import DISTRICT, PROVINCE, SUBDISTRICT
from pipeline.gazetteer.codes import Code, row_code, whole_codes

HINT_SCORE = 75


@dataclass(frozen=True)
class Placement:
    """The area that a spelling means, or the reason why there is none.

    Attributes:
        code: of the area; None if there is none.
        repaired: what was repaired, if anything.
        column: the column that was refused.
        reason: why there is no area.
        found: a description of the refused cell that does not repeat it.
    """

    code: str | None = None
    repaired: str | None = None
    column: str | None = None
    reason: str | None = None
    found: str | None = None

    @property
    def district_code(self) -> str | None:
        """The district of the area; None without an area.

        >>> Placement("500107").district_code
        '5001'
        """
        return self.code[:DISTRICT] if self.code else None


def _described(text: str | None) -> str:
    """Describe a cell without repeating its content: its kind of characters and its length.

    >>> _described("1101700203451"), _described("ฝาง"), _described("")
    ('13 digits', 'text of 3 characters', 'nothing')
    """
    text = plain(text)
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
        self.provinces = set(districts["province_code"])
        self.subdistricts = areas.subdistrict_codes()
        self.province_of = {n: c for n, c in names.SHORT_PROVINCES.items() if c in self.provinces}
        self.named: dict[str, dict[str, set[str]]] = {code: {} for code in self.provinces}
        self.spelled: dict[str, list[str]] = {code: [] for code in self.provinces}
        for row in districts.itertuples():
            for name in (row.province_name_th, row.province_name_en):
                self.province_of[names.bare_name(name, names.PROVINCE_WORDS)] = row.province_code
            self.spelled[row.province_code].append(row.name_th)
            for name in (row.name_th, row.name_en):
                self._name(row.province_code, names.bare_name(name), row.district_code)
        self._add_short_names()

    def _add_short_names(self) -> None:
        for (province, name), code in names.SHORT_DISTRICTS.items():
            if code in self.districts:
                self._name(province, name, code)
        for name, province in [*self.province_of.items()]:
            capital = f"{province}01"
            if province not in names.WITHOUT_CAPITAL and capital in self.districts:
                for word in (names.CAPITAL, names.CAPITAL_EN):
                    self._name(province, word, capital)
                    self._name(province, word + name, capital)
        for (province, former), code in areas.former_districts().items():
            if province in self.provinces and code in self.districts:
                self._name(province, names.bare_name(former), code)

    def _name(self, province: str, name: str, code: str) -> None:
        self.named[province].setdefault(name, set()).add(code)

    def place(
        self,
        province_code: str | None = None,
        district_code: str | None = None,
        subdistrict_code: str | None = None,
        province_name: str | None = None,
        district_name: str | None = None,
    ) -> Placement:
        """Find the district that the codes and names of one row mean.

        Args:
            province_code: two digits.
            district_code: whole, or the part within the province (see ``codes.row_code``).
            subdistrict_code: whole, a village, or the part within the district.
            province_name: Thai or English, with or without the word for the level, or an official short name.
            district_name: the same; ``เมือง`` is the capital district of the province.

        Returns:
            The district or, if a code of a subdistrict is given, the subdistrict.
        """
        cells = {"province_code": province_code, "district_code": district_code, "subdistrict_code": subdistrict_code}
        code = row_code(cells)
        if code.reason.startswith("a 13-digit"):
            return Placement(column=code.column, reason=code.reason, found="13 digits")
        area, repairs = self._of_code(code)
        if area:
            return self._unless_contradicted(cells, province_name, district_name, code, Placement(area, repairs))
        if plain(district_name):
            return self._of_name(cells, province_name, district_name, code)
        if any(map(plain, cells.values())):
            column = code.column or "district_code"
            column = "district_code" if column == "province_code" and code.digits in self.provinces else column
            abolished = "abolished, no successor by a notice" if code.digits in areas.abolished_codes() else code.reason
            reason = f"no such code{f' ({abolished})' if abolished else ''}"
            return Placement(column=column, reason=reason, found=_described(cells[column]))
        return Placement(column="district_code", reason="no code, no name", found="nothing")

    def area(self, cell: str | None, digits: int) -> Placement:
        """Find the area that one cell with a whole code means.

        Args:
            cell: the code, as in ``codes.read_code``.
            digits: of the codes of the level, ``PROVINCE``, ``DISTRICT`` or ``SUBDISTRICT``.

        Returns:
            An area of that level, or the reason why there is none.

        >>> installed().area("TH5001", DISTRICT).code, installed().area("500107", DISTRICT).reason
        ('5001', 'no such code')
        """
        column = {PROVINCE: "province_code", DISTRICT: "district_code", SUBDISTRICT: "subdistrict_code"}[digits]
        code = row_code({column: cell})
        found, repairs = self._of_code(code)
        if digits == PROVINCE and code.digits in self.provinces:
            found, repairs = code.digits, ", ".join(code.repairs) or None
        if found and len(found) == digits and len(code.digits) == digits:
            return Placement(found, repairs)
        return Placement(column=column, reason=code.reason or "no such code", found=_described(cell))

    def province(self, name: str | None) -> str | None:
        """Find the province of a name.

        Args:
            name: Thai or English, with or without จังหวัด, or an official short name.

        Returns:
            The code; None if no province, or more than one, has the name.

        >>> installed().province("จ.เชียงใหม่"), installed().province("กทม."), installed().province("นครฯ")
        ('50', '10', None)
        """
        possible = names.possible_names(name, names.PROVINCE_WORDS)
        for each in possible:
            if each.rstrip(names.SHORTENED) in self.province_of:
                return self.province_of[each.rstrip(names.SHORTENED)]
        for stem in filter(None, map(names.stem_of, possible)):
            begin = {code for name, code in self.province_of.items() if name.startswith(stem)}
            if len(begin) == 1:
                return begin.pop()
        return None

    def districts_named(self, province: str, name: str | None) -> frozenset[str]:
        """Find the districts of a province that a name means.

        Args:
            province: the code of the province.
            name: Thai or English, with or without the word for the level; ``เมือง`` is the capital district.

        Returns:
            Their codes: none or one; more if the name is that of several.

        >>> sorted(installed().districts_named("50", "อ.เมือง")), sorted(installed().districts_named("14", "Bang Sai"))
        (['5001'], ['1404', '1413'])
        """
        of_province = self.named.get(province, {})
        possible = names.possible_names(name, names.DISTRICT_WORDS)
        for each in possible:
            if found := of_province.get(each.rstrip(names.SHORTENED)):
                return frozenset(found)
        for stem in filter(None, map(names.stem_of, possible)):
            return frozenset(c for name, codes in of_province.items() if name.startswith(stem) for c in codes)
        return frozenset()

    def _of_code(self, code: Code) -> tuple[str | None, str | None]:
        """Return the district or subdistrict of a code, and what was repaired."""
        digits, repairs = code.digits, list(code.repairs)
        if digits in (self.districts if len(digits) == DISTRICT else self.subdistricts):
            return digits, ", ".join(repairs) or None
        replaced = areas.successors().get(digits, ())
        found = set(replaced) if len(replaced) == 1 else {successor[:DISTRICT] for successor in replaced}
        if not found and len(digits) == SUBDISTRICT:
            found = {successor[:DISTRICT] for successor in areas.successors().get(digits[:DISTRICT], ())}
        area = found.pop() if len(found) == 1 else None
        if area and area[:DISTRICT] in self.districts:
            return area, ", ".join([*repairs, "abolished code"])
        return None, None

    def _unless_contradicted(
        self,
        cells: Mapping[str, str | None],
        province_name: str | None,
        district_name: str | None,
        code: Code,
        found: Placement,
    ) -> Placement:
        """Return what a code means, or why the other cells of the row contradict it.

        An abolished code may stand with its old district and province, or with the new ones.
        """
        area = str(found.code)
        districts = {area[:DISTRICT], code.digits[:DISTRICT]}
        provinces = {d[:PROVINCE] for d in districts} | areas.former_provinces().get(area[:DISTRICT], frozenset())
        for column, digits in whole_codes(cells).items():
            if digits not in (districts if column == "district_code" else provinces):
                return _contradiction(column, "a code that contradicts the finer code of the row", cells[column])
        province = self.province(province_name)
        if province is not None and province not in provinces:
            return _contradiction("province_name", "the name of another province than the code", province_name)
        named = {d for p in provinces for d in self.districts_named(p, district_name)}
        if not named and province is None and plain(district_name):
            everywhere = {d for p in self.provinces for d in self.districts_named(p, district_name)}
            named = everywhere if len(everywhere) == 1 else set()
        if named and not named & districts:
            return _contradiction("district_name", "the name of another district than the code", district_name)
        return found

    def _of_name(
        self, cells: Mapping[str, str | None], province_name: str | None, district_name: str | None, code: Code
    ) -> Placement:
        stated = whole_codes(cells).get("province_code")
        of_code, of_name = stated if stated in self.provinces else None, self.province(province_name)
        if of_code and of_name and of_code != of_name:
            return _contradiction("province_name", "the name of another province than the code", province_name)
        province = of_code or of_name
        if province is None:
            found = _described(province_name) if plain(province_name) else _described(cells["province_code"])
            return Placement(column="province_name", reason="a name without a known province", found=found)
        same = self.districts_named(province, district_name)
        if len(same) == 1:
            unread = code.digits if code.digits not in ("", province) else ""
            repairs = [] if unread else list(code.repairs)
            if (district_name or "") not in self.spelled[province]:
                repairs.append("other spelling of the name")
            return Placement(next(iter(same)), ", ".join([*repairs, "district by name"]))
        reason = "a name of several districts of its province" if same else "no such district name in its province"
        hint = "" if same else self._near(province, names.bare_name(district_name))
        return Placement(column="district_name", reason=reason + hint, found=_described(district_name))

    def _near(self, province: str, name: str) -> str:
        """Name the districts of a province whose names are similar, for a message only."""
        from rapidfuzz import fuzz, process

        near = process.extract(name, self.spelled[province], scorer=fuzz.ratio, limit=2, score_cutoff=HINT_SCORE)
        return f"; near: {', '.join(n for n, _, _ in near)}" if near else ""


def _contradiction(column: str, reason: str, cell: str | None) -> Placement:
    return Placement(column=column, reason=reason, found=_described(cell))


@cache
def installed() -> Gazetteer:
    """Return the gazetteer of all districts of the installed geothai package.

    Returns:
        The same object at each call.
    """
    return Gazetteer(areas.district_list())


def place_spellings(gazetteer: Gazetteer, spelled: pd.DataFrame) -> Iterator[Placement]:
    """Find the district of each distinct spelling.

    Args:
        gazetteer: codes and names of districts.
        spelled: the columns of ``Gazetteer.place`` in that order, one row per spelling.

    Yields:
        The placement of each row, in order.
    """
    for cells in spelled.itertuples(index=False):
        yield gazetteer.place(*(None if pd.isna(cell) else cell for cell in cells))
