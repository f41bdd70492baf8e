"""The present ranks of places that programmes chose in the past: context, not a test of the ranking.

Here: reading a list of past choices, recall at K and what chance alone would give. Not here: printing (``report``).
Past choices do not measure poverty: Samut Sakhon and Uthai Thani, once TPMAP pilots, had among the fewest poor.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contracts import PAST_CHOICES
from pipeline.errors import InputError, Problem, shown_path
from pipeline.policy import Policy
from pipeline.reading.columns import ColumnMap
from pipeline.reading.table import Parsed, parse_table

LARGEST_BYTES = 5_000_000


@dataclass(frozen=True)
class Recall:
    """How many of a programme's places are among today's first K, and how many chance alone would give.

    Attributes:
        level: ``province`` or ``district``.
        places: places that the programme chose.
        among: places that are ranked.
        k: size of today's list.
        found: places of the programme on it.
        recall: ``found / places``.
        expected: recall of places picked at random.
        p: share of all ways to pick as many places that find as many or more.
    """

    programme: str
    level: str
    places: int
    among: int
    k: int
    found: int
    recall: float
    expected: float
    p: float


def past_choices(path: Path, district_codes: pd.Series) -> Parsed:
    """Read a list of past choices: code (of a province or district), year, programme.

    Args:
        path: a CSV of at most 5 MB, in any encoding that inputs may have.
        district_codes: the codes of all districts, four digits.

    Returns:
        The rows of the list, and which of its columns are not used.

    Raises:
        InputError: there is no such list, it is too large or empty, or a cell cannot be used.
    """
    file = shown_path(path)
    if not path.is_file():
        raise InputError(Problem(file, "no such file", "a list with code,year,programme", "give the path of the list"))
    if path.stat().st_size > LARGEST_BYTES:
        raise InputError(
            Problem(
                file,
                f"{path.stat().st_size:,} bytes",
                f"at most {LARGEST_BYTES:,} bytes",
                "give a file with the list only",
            )
        )
    known = {"code": {*district_codes, *district_codes.str[:2]}}
    parsed = parse_table(path.read_bytes(), file, PAST_CHOICES, ColumnMap(), known)
    if parsed.table.empty:
        raise InputError(Problem(file, "no row", "at least one place", "add the places of the programme"))
    return parsed


def with_present_ranks(choices: pd.DataFrame, districts: pd.DataFrame, provinces: pd.DataFrame) -> pd.DataFrame:
    """Add to each past choice its name, rank, score or value, and status in today's ranking.

    Args:
        choices: one row per choice, with ``code`` of four digits (a district) or two (a province).
        districts: scores of all districts.
        provinces: all provinces, ranked.

    Returns:
        The choices with ``name_th``, ``name_en``, ``rank`` (missing if not ranked), ``value`` (a score or value in
        points) and ``status``.
    """
    of_district = districts.assign(code=districts["district_code"], value=districts["score"])
    of_province = provinces.assign(code=provinces["province_code"])
    of_province["rank"] = of_province["rank"].where(of_province["value"] > 0)
    of_province["status"] = "eligible"
    of_province["status"] = of_province["status"].where(of_province["value"] > 0, "no eligible district")
    columns = ["code", "name_th", "name_en", "rank", "value", "status"]
    today = pd.concat([of_district[columns], of_province[columns]])
    return choices.reset_index(drop=True).merge(today, on="code", how="left", validate="many_to_one")


def recalls(choices: pd.DataFrame, districts: pd.DataFrame, provinces: pd.DataFrame, policy: Policy) -> list[Recall]:
    """Compute the recall of each programme, by level, at the size of today's list.

    K is the number of provinces on the shortlist; for districts, the number of their pilot districts.

    Args:
        choices: one row per choice, with ``code`` and ``programme``; repeated places count once.
        districts: ranks of all districts.
        provinces: all provinces, ranked.
        policy: the policy of the published run, with K.

    Returns:
        One recall per programme and level.
    """
    found = []
    sizes = {
        "province": (len(provinces), policy.shortlist_provinces),
        "district": (len(districts), policy.shortlist_provinces * policy.pilot_districts_per_province),
    }
    first = {
        "province": set(provinces.loc[provinces["shortlisted"].astype(bool), "province_code"]),
        "district": set(districts.loc[(districts["rank"] <= sizes["district"][1]).fillna(False), "district_code"]),
    }
    level = pd.Series(np.where(choices["code"].str.len() == 2, "province", "district"), index=choices.index)
    for (programme, at), group in choices.groupby([choices["programme"], level]):
        chosen = set(group["code"])
        n, k = sizes[at]
        hits = len(chosen & first[at])
        share, expected, p = recall_at(hits, len(chosen), len(first[at]), n)
        found.append(Recall(str(programme), at, len(chosen), n, k, hits, share, expected, p))
    return found


def recall_at(hits: int, chosen: int, k: int, n: int) -> tuple[float, float, float]:
    """Compute recall, its expectation for places picked at random, and the permutation p.

    Over all permutations of the ranking the number of hits is hypergeometric, so p is exact: the share of permutations
    with as many hits or more.

    Args:
        hits: how many of the chosen places are among the first k.
        chosen: how many places the programme chose, 1 or more.
        k: the size of today's list.
        n: how many places are ranked.

    Returns:
        ``hits / chosen``, ``k / n``, and p; shares from 0 to 1.

    Source: Fisher's exact test (1935, The Design of Experiments), one-sided.

    Two places of four, both among the first two: one of the six pairs does as well.

    >>> recall, expected, p = recall_at(2, 2, 2, 4)
    >>> recall, expected, round(p, 4)
    (1.0, 0.5, 0.1667)
    """
    from scipy.stats import hypergeom

    return hits / chosen, k / n, float(hypergeom.sf(hits - 1, n, k, chosen))
