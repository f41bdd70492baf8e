"""Workbooks for tests, with a part of the archive replaced, as programs that write them wrongly do.

Not here: what is wrong with each (``test_sheets``, ``test_layouts`` of ``households``).
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"


def workbook(lines: Sequence[Sequence[Any]], merged: Sequence[str] = (), **more: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with lines of cells on its first sheet, areas of merged cells, and more sheets by name."""
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(list(line))
    for area in merged:
        sheet.merge_cells(area)
    for name, others in more.items():
        other = book.create_sheet(name)
        for line in others:
            other.append(list(line))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def changed(content: bytes, change: Callable[[str], str], part: str = SHEET) -> bytes:
    """The workbook with the text of one part changed."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                after = change(text.decode())
                assert after.encode() != text
                text = after.encode()
            out.writestr(name, text)
    return target.getvalue()


def stating(content: bytes, dimension: str) -> bytes:
    """The workbook whose sheet states another size for itself; without a size if it is empty."""
    stated = f'<dimension ref="{dimension}" />' if dimension else ""
    return changed(content, lambda xml: re.sub(r"<dimension [^>]*/>", stated, xml))
