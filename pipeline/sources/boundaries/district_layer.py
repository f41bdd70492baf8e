"""Which layer of a file has the districts, and which district each of its features is.

Columns are told by what they hold, not by their names. Here: layers, columns, the district of each feature. Not here:
how codes and names are written (``gazetteer``), shapes (``coverage``).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.errors import InputError, Problem, shown_value
from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, Gazetteer
from pipeline.gazetteer.areas import abolished_codes
from pipeline.gazetteer.codes import P_CODE, read_code
from pipeline.sources.boundaries.vector_files import Layer

# A column holds codes or names of one kind if more than this share of its filled cells do: one wrong cell can then be
# reported.
MOST = 0.5
ROLES = ("province_code", "district_code", "province_name", "district_name")
SHOWN = 3


@dataclass(frozen=True)
class Key:
    """The columns that tell districts.

    Attributes:
        columns: the name of the column by its role, one of ``ROLES``.
        districts: how many different districts its rows have.
    """

    columns: dict[str, str]
    districts: int

    @property
    def shown(self) -> str:
        """The columns, for a message.

        >>> Key({"province_code": "P", "district_code": "A"}, 928).shown
        'P, A'
        """
        return ", ".join(dict.fromkeys(self.columns.values()))

    @property
    def finest(self) -> str:
        """The column of district codes or, without one, that of district names."""
        return self.columns.get("district_code") or self.columns["district_name"]


def chosen_layer(layers: Sequence[Layer], gazetteer: Gazetteer, file: str) -> tuple[Layer, Key]:
    """Find the layer of districts.

    Args:
        layers: of one boundary file.
        gazetteer: codes and names of districts.
        file: the boundary file, for messages.

    Returns:
        The layer, and the columns that tell its districts.

    Raises:
        InputError: no layer has districts, or two have.
    """
    found = [(layer, key) for layer in layers if layer.is_area and (key := find_key(layer.cells, gazetteer))]
    # A layer of provinces has few districts by chance (their capitals' codes), one of subdistricts has finer codes.
    most = max((key.districts for _, key in found), default=0)
    found = [(layer, key) for layer, key in found if key.districts * 2 > most]
    if coarse := [(layer, key) for layer, key in found if not _has_subdistricts(layer.cells, gazetteer)]:
        found = coarse
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(f"{layer.name} ({layer.file})" for layer, _ in found[:3])
        fix = "export the one to use into a file of its own"
        raise InputError(Problem(file, f"districts in {names}", "one layer of districts", fix))
    columns = [str(c) for layer in layers for c in layer.cells.columns]
    of = f"layers {', '.join(layer.name for layer in layers[:5])} with " if len(layers) > 1 else ""
    raise InputError(
        Problem(
            file,
            f"{of}columns {', '.join(columns[:8]) or 'none'}",
            "a column of P-codes such as TH5001 or DOPA codes such as 5001, or columns of province and district names",
            "use a district (ADM2) file with codes or names",
        )
    )


def how_read(layer: Layer, layers: Sequence[Layer], key: Key) -> str:
    """Say how a file was read, where there was a choice.

    Args:
        layer: the layer that was used.
        layers: all layers of the file.
        key: its columns.

    Returns:
        One line; empty if the file has one layer with P-codes.
    """
    with_pcodes = layer.cells.get(key.columns.get("district_code"), pd.Series(dtype=object))
    if len(layers) == 1 and with_pcodes.map(lambda v: isinstance(v, str) and bool(P_CODE.match(v))).any():
        return ""
    of = f"layer {layer.name} of {len(layers)}, " if len(layers) > 1 else ""
    return f"{of}districts by {key.shown}"


def find_key(cells: pd.DataFrame, gazetteer: Gazetteer) -> Key | None:
    """Find the columns that tell the district of each row: codes if there are any, else names.

    Args:
        cells: the columns of a layer.
        gazetteer: codes and names of districts.

    Returns:
        The columns; None if the rows are not told by districts.

    >>> from pipeline.gazetteer import installed
    >>> find_key(pd.DataFrame({"ID": [901, 902], "P": ["50", "50"], "A": [1.0, 2.0]}), installed()).columns
    {'province_code': 'P', 'district_code': 'A'}
    """
    texts = {str(c): cells[c].map(_text) for c in cells.columns}
    texts = {c: column for c, column in texts.items() if column.notna().any()}
    digits = {c: _each(column, lambda cell: read_code(cell).digits) for c, column in texts.items()}
    provinces = [c for c, column in digits.items() if _share(column, gazetteer.provinces.__contains__) > MOST]
    known = gazetteer.districts | {code for code in abolished_codes() if len(code) == DISTRICT}
    candidates: list[dict[str, str]] = []
    found: list[pd.Series] = []
    for column, codes in digits.items():
        if _share(codes, known.__contains__) > MOST:
            candidates.append({"district_code": column})
            found.append(codes)
        elif _share(codes, lambda code: 0 < len(code) <= PROVINCE) > MOST:
            for province in provinces:
                whole = digits[province] + codes.str.zfill(PROVINCE)
                if province != column and _share(whole, known.__contains__) > MOST:
                    candidates.append({"province_code": province, "district_code": column})
                    found.append(whole)
    with_codes = {column for candidate in candidates for column in candidate.values()}
    names = _names({c: column for c, column in texts.items() if c not in with_codes}, gazetteer)
    if candidates:
        current = [codes[codes.isin(gazetteer.districts)] for codes in found]
        best = max(range(len(found)), key=lambda i: (current[i].nunique(), len(current[i])))
        agreeing = _agreeing_province(digits, provinces, found[best])
        return Key({**agreeing, **candidates[best], **names}, current[best].nunique())
    by_code = {"province_code": provinces[0]} if provinces and "province_name" not in names else {}
    if "district_name" not in names or not (by_code or "province_name" in names):
        return None
    named = texts[names["district_name"]]
    return Key({**by_code, **names}, named.nunique())


def _agreeing_province(digits: dict[str, pd.Series], provinces: list[str], codes: pd.Series) -> dict[str, str]:
    """Return the column of province codes, if most rows agree with it: a serial number can look like a code."""
    for column in provinces:
        if (digits[column] == codes.str[:PROVINCE]).mean() > MOST:
            return {"province_code": column}
    return {}


def _names(texts: dict[str, pd.Series], gazetteer: Gazetteer) -> dict[str, str]:
    """Return the columns of names of provinces and districts; the one with most known names if there are several."""

    def is_district(cell: str) -> bool:
        return any(gazetteer.districts_named(province, cell) for province in gazetteer.provinces)

    shares: dict[str, dict[str, float]] = {"province_name": {}, "district_name": {}}
    for column, cells in texts.items():
        if _share(cells, lambda cell: any(c.isalpha() for c in cell)) <= MOST:
            continue
        shares["province_name"][column] = _share(cells, lambda cell: gazetteer.province(cell) is not None)
        if shares["province_name"][column] <= MOST:
            shares["district_name"][column] = _share(cells, is_district)
    best = {role: max(of, key=lambda c: of[c], default=None) for role, of in shares.items()}
    return {role: column for role, column in best.items() if column and shares[role][column] > MOST}


def placed_rows(layer: Layer, key: Key, gazetteer: Gazetteer) -> tuple[pd.Series, list[dict[str, object]]]:
    """Find the district of each feature.

    A code that is not known is read by the name in its row, within its province. A code that the rest of its row
    contradicts is refused.

    Args:
        layer: the layer of districts.
        key: its columns.
        gazetteer: codes and names of districts.

    Returns:
        The district code of each feature, and one record (line, column, found, used) for each that has another code
        or name than it should; line is the number of the feature, from 1.

    Raises:
        InputError: one or more features have no district; it lists all of them.
    """
    rows = {role: layer.cells[column].map(_text) if (column := key.columns.get(role)) else None for role in ROLES}
    codes: list[str] = []
    records: list[dict[str, object]] = []
    problems = []
    for at in range(len(layer.cells)):
        cells = {role: column.iloc[at] for role, column in rows.items() if column is not None}
        digits = read_code(cells.get("district_code")).digits
        if digits and "province_code" not in cells and not (gazetteer.province(cells.get("province_name"))):
            cells["province_code"] = digits[:PROVINCE] if digits not in abolished_codes() else None
        placement = gazetteer.place(**cells)
        written = ", ".join(str(cells[role]) for role in ROLES if role in cells and role in key.columns)
        if placement.district_code is None:
            problems.append(_unplaced(layer, key, at, written, str(placement.column), str(placement.reason)))
            continue
        codes.append(placement.district_code)
        stated = digits if len(digits) == DISTRICT else (read_code(cells.get("province_code")).digits + digits.zfill(2))
        if "district_code" in key.columns and stated != placement.district_code:
            used = f"{placement.district_code} ({placement.repaired})"
            records.append({"line": at + 1, "column": key.finest, "found": written, "used": used})
        elif any(repair in (placement.repaired or "") for repair in ("other spelling", "spaces or Thai digits")):
            records.append({"line": at + 1, "column": key.finest, "found": written, "used": placement.district_code})
    if problems:
        raise InputError(problems)
    return pd.Series(codes, dtype=str), records


def _unplaced(layer: Layer, key: Key, at: int, written: str, role: str, reason: str) -> Problem:
    column = key.columns.get(role, key.finest)
    cell = _text(layer.cells[column].iloc[at])
    if reason.startswith(("no such code", "no code")):
        found = f"code {shown_value(cell or '')} ({reason})"
        expected = "P-codes or codes of the DOPA list"
    else:
        found, expected = f"{shown_value(written)}: {reason}", "one district of the DOPA list"
    return Problem(layer.file, found, expected, "correct it, or remove the shape", line=at + 1, column=column)


def check_complete(placed: pd.Series, districts: pd.DataFrame, file: str, key: Key) -> None:
    """Check that each district has a shape.

    Args:
        placed: the district code of each feature.
        districts: the DOPA list.
        file: the file of the layer.
        key: its columns.

    Raises:
        InputError: districts are missing; it names the first of them, and of those that are there more than once.
    """
    names = districts.set_index("district_code")["name_th"] if "name_th" in districts else pd.Series(dtype=str)
    missing = sorted(set(districts["district_code"]) - set(placed))
    if not missing:
        return
    shown = ", ".join(f"TH{code} {names.get(code, '')}".strip() for code in missing[:SHOWN])
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    times = placed.value_counts(sort=False)
    repeated = "".join(f"; TH{code} {n} times" for code, n in times[times > 1].head(SHOWN).items())
    many = len(districts)
    found = f"{many - len(missing)} of {many} districts; {shown}{more} missing{repeated}"
    fix = "correct the codes, or add the missing districts" if repeated else "add the missing districts"
    raise InputError(Problem(file, found, f"all {many} districts", fix, column=key.finest))


def _has_subdistricts(cells: pd.DataFrame, gazetteer: Gazetteer) -> bool:
    """Return whether most rows have the code of a subdistrict of their own."""
    for column in cells.columns:
        codes = _each(cells[column].map(_text), lambda cell: read_code(cell).digits)
        of_level = codes[codes.str.len() == SUBDISTRICT]
        if of_level.isin(gazetteer.subdistricts).mean() > MOST and of_level.nunique() > MOST * len(codes):
            return True
    return False


def _text(cell: object) -> str | None:
    """Write a cell as text; None if it is empty or no single value.

    >>> _text(5001.0), _text(" TH5001"), _text(float("nan")), _text([1])
    ('5001', ' TH5001', None, None)
    """
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, int | float | np.integer | np.floating):
        return None
    if not math.isfinite(cell):
        return None
    return str(int(cell)) if float(cell).is_integer() else str(cell)


def _each(cells: pd.Series, convert: Callable[[str], str]) -> pd.Series:
    """Convert each distinct cell once; an empty cell stays empty text."""
    by_cell = {cell: convert(cell) for cell in cells.dropna().unique()}
    return cells.map(lambda cell: by_cell[cell] if isinstance(cell, str) else "").astype(str)


def _share(cells: pd.Series, fits: Callable[[str], bool]) -> float:
    """Return the share of the cells that fit, of all rows; each distinct cell is tried once."""
    counts = cells.dropna().value_counts()
    return sum(int(n) for cell, n in counts.items() if fits(str(cell))) / max(len(cells), 1)
