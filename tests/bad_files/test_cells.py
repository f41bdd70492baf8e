"""One bad cell at a time, through every reader that has such a cell: accepted, repaired with a record, or refused."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.bad_files.readers import READERS, plain_of, refused

Change = Callable[[str], str]
# The readers whose rows begin with a code of digits.
CODED = [name for name, reader in READERS.items() if reader.key.endswith("_code") and name != "universities"]


def in_first_cell(file: Path, change: Change) -> tuple[str, str]:
    """Change the first cell of the second line; returns the old and the new value."""
    head, first, rest = file.read_text(encoding="utf-8").split("\n", 2)
    code, others = first.split(",", 1)
    new = change(code)
    file.write_text("\n".join((head, f"{new},{others}", rest)), encoding="utf-8")
    return code, new


REPAIRED: dict[str, Change] = {
    "Thai digits": lambda c: c.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")),
    "one Thai digit": lambda c: c[:-1] + c[-1].translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")),
    "spaces around": lambda c: f"  {c} ",
    "a no-break space": lambda c: f"{c}\u00a0",
    "a zero-width space inside": lambda c: f"{c[0]}\u200b{c[1:]}",
    "a byte order mark inside": lambda c: f"{c[:-1]}\ufeff{c[-1]}",
    "text turned from right to left": lambda c: f"\u202e{c}\u202c",
    "an isolate": lambda c: f"\u2066{c}\u2069",
    "a left-to-right mark": lambda c: f"\u200e{c}",
    "a float": lambda c: f"{c}.0",
    "scientific": lambda c: f"{c[0]}.{c[1:]}E+0{len(c) - 1}",
    "a P-code": lambda c: f"TH{c}",
    "a code of ISO 3166": lambda c: f"TH-{c}",
    "an apostrophe of a spreadsheet": lambda c: f"'{c}",
    "text of a spreadsheet": lambda c: f'="{c}"',
}
REFUSED: dict[str, tuple[Change, list[str]]] = {
    "a rounded number": (lambda c: f"{c[0]}.{c[1]}E{len(c)}", ["a code"]),
    "a lost digit": (lambda c: c[:-1], ["a code"]),
    "a lost zero at the end of a code that has one": (lambda c: c[:-2], ["a code"]),
    "a zero too many": (lambda c: f"0{c}", ["a code"]),
    "a code of zeros": (lambda c: "0" * len(c), ["found '0"]),
    "one that does not exist": (lambda c: "9" * len(c), ["found '99"]),
    "a sign": (lambda c: f"-{c}", ["a code"]),
    "thousands": (lambda c: f'"{c[0]},{c[1:]}"', ["a code"]),
    "a formula": (lambda c: f"={c[0]}&{c[1:]}", ["found"]),
    "full-width digits": (lambda c: c.translate(str.maketrans("0123456789", "０１２３４５６７８９")), ["a code"]),
    "Arabic digits": (lambda c: c.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), ["a code"]),
    "a letter for a zero": (lambda c: c.replace("0", "O") if "0" in c else f"O{c[1:]}", ["a code"]),
    "a P-code of another country": (lambda c: f"LA{c}", ["a code"]),
    "a name": (lambda _: "พระนคร", ["a code"]),
    "a line break inside": (lambda c: f'"{c[0]}\n{c[1:]}"', ["a code"]),
    "nothing": (lambda _: "", ["found nothing"]),
    "not available": (lambda _: "#N/A", ["a code"]),
    "SQL": (lambda c: f"{c}'; DROP TABLE districts; --", ["a code"]),
    "a path": (lambda _: "../../etc/passwd", ["a code"]),
    "markup": (lambda _: "<script>alert(1)</script>", ["a code"]),
}


@pytest.mark.parametrize("fault", REPAIRED)
@pytest.mark.parametrize("name", CODED)
def test_a_code_is_repaired_with_a_record(name: str, fault: str, tmp_path: Path) -> None:
    reader = READERS[name]
    file = reader.copied(tmp_path)
    plain = plain_of(name)
    code, new = in_first_cell(file, REPAIRED[fault])
    received = reader.read(file.parent)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain)
    record = [m for m in received.repaired if Path(str(m["file"])).name == reader.file]
    assert [(m["line"], m["column"], m["used"]) for m in record] == [(2, reader.key, code)]
    assert record[0]["found"] == new


@pytest.mark.parametrize("fault", REFUSED)
@pytest.mark.parametrize("name", CODED)
def test_a_code_is_refused(name: str, fault: str, tmp_path: Path) -> None:
    reader = READERS[name]
    file = reader.copied(tmp_path)
    change, parts = REFUSED[fault]
    in_first_cell(file, change)
    refused(lambda: reader.read(file.parent), reader.file, *parts)


# reader, what is replaced, by what, and the message; or None where the cell is repaired
OTHERS: dict[str, tuple[str, str, str, list[str] | None]] = {
    "a Buddhist year of the register": ("population", ",2021,", ",2564,", None),
    "year and month of the register": ("population", ",2021,", ",6412,", None),
    "a month that is not the last": ("population", ",2021,", ",6406,", ["column year", "'6406'"]),
    "a year of the wrong era": ("population", ",2021,", ",พ.ศ. 2021,", ["column year", "2021"]),
    "a year of two digits": ("population", ",2021,", ",64,", ["column year", "'64'"]),
    "a year with its era": ("population", ",2021,", ",พ.ศ. 2564,", None),
    "a year as a float": ("population", ",2021,", ",2021.0,", None),
    "thousands with commas": ("population", "1001,2017,51231", '1001,2017,"51,231"', None),
    "thousands with spaces": ("population", "1001,2017,51231", "1001,2017,51 231", None),
    "thousands with no-break spaces": ("population", "1001,2017,51231", "1001,2017,51\u00a0231", None),
    "two counts with a no-break space": (
        "population",
        "1001,2017,51231",
        "1001,2017,51\u00a023",
        ["population_persons", "write one number"],
    ),
    "a count as a program writes it": ("population", "1001,2017,51231", "1001,2017,5.123100e+04", None),
    "a rounded count": (
        "population",
        "1001,2017,51231",
        "1001,2017,5.12E+04",
        ["population_persons", "'5.12E+04'", "write all digits"],
    ),
    "a count with three decimals": (
        "population",
        "1001,2017,51231",
        "1001,2017,51.000",
        ["population_persons", "'51.000'", "without decimals"],
    ),
    "a negative rate of accountants": ("poverty", "2.6728", "(2.6728)", ["rate_any_min", "minus sign"]),
    "thousands of Thai digits": ("population", "1001,2017,51231", '1001,2017,"๕๑,๒๓๑"', None),
    "a count with a comma that is no separator": (
        "population",
        "1001,2017,51231",
        '1001,2017,"51,23"',
        ["population_persons", "a whole number", "without commas"],
    ),
    "half a person": ("population", "1001,2017,5", "1001,2017,0.5", ["population_persons", "a whole number"]),
    "persons beyond all numbers": (
        "population",
        "1001,2017,",
        "1001,2017,99999999999999999999",
        ["population_persons", "a whole number"],
    ),
    "a rate with a comma": (
        "poverty",
        "2.6728",
        '"2,6728"',
        ["rate_any_min", "'2,6728'", "write decimals with a point"],
    ),
    "a rate that could be 2.672 or 2672": ("poverty", "2.6728", '"2,672"', ["rate_any_min", "'2,672'"]),
    "a rate with its sign": ("poverty", "2.6728", "2.6728%", None),
    "a rate with a space and its sign": ("poverty", "2.6728", "2.6728 %", None),
    "a rate of Thai digits": ("poverty", "2.6728", "๒.๖๗๒๘", None),
    "an infinite rate": ("poverty", "2.6728", "1e999", ["rate_any_min", "'1e999'"]),
    "hexadecimal": ("poverty", "2.6728", "0x2", ["rate_any_min", "'0x2'"]),
    "an underscore": ("poverty", "179168", "179_168", ["survey_population", "'179_168'"]),
    "a province that is none": ("regions", "\n11,", "\n28,", ["province_code", "'28'", "of the DOPA list"]),
    "a province with the name of another": (
        "regions",
        "11,สมุทรปราการ,",
        "11,นนทบุรี,",
        ["line 3, column name_th", "'นนทบุรี'", "the DOPA name of the province_code"],
    ),
    "a region with another spelling": (
        "regions",
        "Samut Prakan,Central,",
        "Samut Prakan,Centrl,",
        ["line 3, column region", "'Centrl'", "one English name for each region"],
    ),
    "a province twice": ("regions", "\n11,", "\n10,", ["10 a second time"]),
    "a campus of another province": ("universities", "50,5001", "51,5001", ["district 5001 with province 51"]),
    "longitude for latitude": ("points", "100101,1001,100.", "100101,1001,13.", ["column lon"]),
    "a point without a number": ("points", "100101,1001,1", "100101,1001,x1", ["column lon", "a number"]),
    "a point that is not a number": ("points", "100101,1001,100.", "100101,1001,nan,", ["fields"]),
    "an answer that is none": ("acceptances", ",yes,", ",maybe,", ["column accepted", "'maybe'"]),
    "an agency that is none": ("acceptances", ",CODI,", ",codi,", ["column agency", "'codi'"]),
    "a system of another name": ("acceptances", "PPPConnext,", "PPPConnect,", ["column system", "'PPPConnect'"]),
    "a name turned from right to left": ("regions", "สมุทรปราการ", "\u202eสมุทรปราการ\u202c", None),
    "a name with a zero-width joiner": ("regions", "สมุทรปราการ", "สมุทร\u200dปราการ", None),
    "more firms than there are numbers": ("new_firms", ",229,", ",1e400,", ["new_firms", "a whole number"]),
    "establishments in words": ("establishments", "18,2664", "18,many", ["'many'", "a whole number"]),
    "a village in a district that is none": ("cbt_sites", ",4020,", ",4099,", ["'4099'", "of the DOPA list"]),
}


@pytest.mark.parametrize("fault", OTHERS)
def test_other_cells(fault: str, tmp_path: Path) -> None:
    name, old, new, parts = OTHERS[fault]
    reader = READERS[name]
    file = reader.copied(tmp_path)
    plain = plain_of(name)
    text = file.read_text(encoding="utf-8")
    assert old in text, "what is replaced is not in the file"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    if parts is not None:
        refused(lambda: reader.read(file.parent), reader.file, *parts)
        return
    received = reader.read(file.parent)
    pd.testing.assert_frame_equal(received.table.reset_index(drop=True), plain)
    assert [m["used"] for m in received.repaired] == [old.strip(",").rpartition(",")[2]]
