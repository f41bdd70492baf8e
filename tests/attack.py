"""An outsider with all published counts and linear programming: how narrowly can a missing count be told?"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_array

LARGEST = 1e7


def narrowest(
    tables: list[dict[str, int | None]],
    parts: dict[int, list[int]],
    union: tuple[int, list[int]] | None = None,
    present: int | None = None,
) -> float:
    """The width of the narrowest range a missing district, province or country count can be brought to.

    ``tables`` hold counts by area code, of several kinds; ``parts[i]`` are the kinds of which kind i is a part, so
    that it is nowhere larger; ``union`` is a kind and those of which it is the union: nowhere larger than their sum. Of
    kind ``present`` each area listed has one at least. A width below 1 gives the count away. With nothing missing the
    width is infinite.
    """
    areas = sorted({area for table in tables for area in table})
    place = {(k, area): i for i, (k, area) in enumerate((k, a) for k in range(len(tables)) for a in areas)}
    equal, unequal = [], []
    for k, table in enumerate(tables):
        for area in table:
            below = [a for a in table if len(a) == 4 and (area == "TH" or (a != area and a.startswith(area)))]
            if below:
                equal.append({place[k, area]: 1.0, **{place[k, a]: -1.0 for a in below}})
        for area in table:
            for whole in parts.get(k, []):
                unequal.append({place[k, area]: 1.0, place[whole, area]: -1.0})
            if union and union[0] == k:
                unequal.append({place[k, area]: 1.0, **{place[part, area]: -1.0 for part in union[1]}})
    bounds = [(0.0, LARGEST)] * len(place)
    missing = []
    for (k, area), i in place.items():
        value = tables[k].get(area, 0)
        if value is None:
            missing.append(i)
            bounds[i] = (float(k == present), LARGEST)
        else:
            bounds[i] = (float(value), float(value))
    widths = [np.inf]
    for i in missing:
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(place))
            goal[i] = sign
            found = linprog(
                goal, A_ub=_rows(unequal, len(place)), b_ub=np.zeros(len(unequal)) if unequal else None,
                A_eq=_rows(equal, len(place)), b_eq=np.zeros(len(equal)) if equal else None, bounds=bounds,
            )  # fmt: skip
            assert found.success, found.message
            ends.append(found.x[i])
        widths.append(ends[1] - ends[0])
    return float(min(widths))


def _rows(rows: list[dict[int, float]], width: int) -> lil_array | None:
    if not rows:
        return None
    matrix = lil_array((len(rows), width))
    for i, cells in enumerate(rows):
        for j, value in cells.items():
            matrix[i, j] = value
    return matrix.tocsr()
