"""Codes of areas as files hold them: text, numbers, P-codes, parts in several columns.

Here: from the cells of one row to the digits of one code. Not here: whether there is such an area (``placements``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.characters import plain
from pipeline.gazetteer.areas import DISTRICT, PROVINCE, SUBDISTRICT

VILLAGE = 8
COLUMNS = ("province_code", "district_code", "subdistrict_code")
# A P-code of OCHA (TH5001) or a code of ISO 3166-2 (TH-50), whose digits are those of DOPA.
P_CODE = re.compile(r"TH[\s_-]*(?=[0-9])", re.IGNORECASE)
# What spreadsheets write so that digits stay text: ="5001" and '5001.
KEPT_AS_TEXT = re.compile(r"=\"([0-9]+)\"|'([0-9]+)")
DECIMAL = re.compile(r"([0-9]+)\.0*")
SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})")
# Between the parts of one code. A full stop needs two of it: 50.01 could be a number.
SEPARATED = re.compile(r"([0-9]{2}(?:[0-9]{2}){0,2})((?:\s*[-_/ ]\s*[0-9]{1,2}){1,3}|(?:\.[0-9]{1,2}){2,3})")


@dataclass(frozen=True)
class Code:
    """The digits of a code.

    Attributes:
        digits: of the code; empty if there is none.
        repairs: what was repaired.
        column: the column it was found in, or that was refused.
        reason: why the cells give no code; empty if they do, or if they are empty.
    """

    digits: str = ""
    repairs: tuple[str, ...] = ()
    column: str = ""
    reason: str = ""


def read_code(cell: str | None) -> Code:
    """Read the digits of one cell.

    Args:
        cell: text, or a number as text; None if it is empty.

    Returns:
        The digits, not yet compared with any list; with a reason instead if the cell is no code.

    >>> read_code("TH5001").digits, read_code("5001.0").digits, read_code("50-01-07").digits, read_code("๕๐๐๑").digits
    ('5001', '5001', '500107', '5001')
    >>> read_code("5.00107E+05").digits, read_code("5E+05").reason
    ('500107', 'a rounded number')
    """
    text = plain(cell)
    repairs = ["spaces or Thai digits"] if text != (cell or "") else []
    if P_CODE.match(text):
        text = P_CODE.sub("", text, count=1)
        repairs.append("TH before the digits")
    if found := KEPT_AS_TEXT.fullmatch(text):
        text = found[1] or found[2]
        repairs.append("marks of a spreadsheet")
    if found := DECIMAL.fullmatch(text):
        text = found[1]
        repairs.append("a whole number with a decimal point")
    elif found := SCIENTIFIC.fullmatch(text):
        mantissa = found[1] + (found[2] or "")
        zeros = int(found[3]) + 1 - len(mantissa)
        if zeros > 0 or mantissa[int(found[3]) + 1 :].strip("0"):
            return Code(reason="a rounded number")
        text = mantissa[: int(found[3]) + 1]
        repairs.append("a number with an exponent")
    elif found := SEPARATED.fullmatch(text):
        text = found[1] + "".join(part.zfill(2) for part in re.findall(r"[0-9]+", found[2]))
        repairs.append("separators between digits")
    if text and not (text.isascii() and text.isdigit()):
        return Code(reason="not a code")
    return Code(text, tuple(repairs))


def row_code(cells: Mapping[str, str | None]) -> Code:
    """Read the finest code that the cells of one row give together.

    Args:
        cells: by ``COLUMNS``. A district may be whole (``5001``) or the part within its province (``01``), a
            subdistrict whole (``500107``), a village (``50010703``, which is cut) or the part within its district
            (``07``). A part may lack its leading zero.

    Returns:
        A code of four or six digits, or of two if there is that of a province only. Codes of one row that do not
        contain each other are kept as the finest of them: whether they contradict is for the list to say.

    >>> row_code({"province_code": "50", "district_code": "1", "subdistrict_code": "7"}).digits
    '500107'
    """
    read = {name: read_code(cells.get(name)) for name in COLUMNS}
    for name, code in read.items():
        if len(code.digits) == 13:
            return Code(column=name, reason="a 13-digit number in a place column")
    if refused := [Code(column=name, reason=code.reason) for name, code in read.items() if code.reason]:
        return refused[-1]
    repairs = list(dict.fromkeys(repair for code in read.values() for repair in code.repairs))
    province, district, subdistrict = (read[name].digits for name in COLUMNS)
    lost_zero = [part for part in (district, subdistrict) if len(part) == 1]
    if len(subdistrict) in (SUBDISTRICT, VILLAGE):
        return Code(subdistrict[:SUBDISTRICT], tuple(repairs), "subdistrict_code")
    if len(district) in (1, 2) and len(province) == PROVINCE:
        district = province + district.zfill(2)
    if len(district) == DISTRICT:
        if lost_zero:
            repairs.append("lost leading zero")
        if len(subdistrict) in (1, 2):
            return Code(district + subdistrict.zfill(2), tuple(repairs), "subdistrict_code")
        if len(subdistrict) != DISTRICT:
            return Code(district, tuple(repairs), "district_code")
    if subdistrict:
        return Code(subdistrict, tuple(repairs), "subdistrict_code")
    if district:
        whole = district[:SUBDISTRICT] if len(district) == VILLAGE else district
        return Code(whole, tuple(repairs), "district_code")
    return Code(province, tuple(repairs), "province_code" if province else "")


def whole_codes(cells: Mapping[str, str | None]) -> dict[str, str]:
    """List the codes of one row that are whole by themselves.

    Args:
        cells: by ``COLUMNS``.

    Returns:
        Digits by column: two of a province, four of a district.

    >>> whole_codes({"province_code": "50", "district_code": "01"})
    {'province_code': '50'}
    """
    lengths = {"province_code": PROVINCE, "district_code": DISTRICT}
    read = {name: read_code(cells.get(name)).digits for name in lengths}
    return {name: digits for name, digits in read.items() if len(digits) == lengths[name]}
