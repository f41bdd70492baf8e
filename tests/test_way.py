"""The whole way on a dozen districts with invented figures, each number computed a second time here."""

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline.stored_tables import Tables
from tests.conftest import made_in, with_fewer_draws

# code: surveyed = labelled persons, percent poor
INVENTED = {
    "5001": (20_000, 3.0),
    "5002": (10_000, 12.0),
    "5007": (10_000, 15.0),
    "5017": (8_000, 30.0),
    "5018": (9_000, 40.0),
    "5801": (10_000, 25.0),
    "5802": (7_000, 1.0),
    "5804": (9_000, 22.0),
    "9501": (30_000, 16.0),
    "9506": (20_000, 14.0),
    "9508": (9_000, 24.0),
    "1101": (60_000, 2.0),
}


@pytest.fixture(scope="module")
def invented(new_project: Callable[[], Path]) -> Tables:
    """The tables made from the invented figures."""
    root = with_fewer_draws(new_project())
    file = root / "data" / "raw" / "tpmap" / "tpmap_2022_by_district.csv"
    columns = file.read_text(encoding="utf-8").splitlines()[0].split(",")
    rows = []
    for code, (persons, percent) in INVENTED.items():
        row = dict.fromkeys(columns, "0") | {
            "district_code": code,
            "year": "2022",
            "n_units": "3",
            "n_labelled": "3",
            "rate_any_min_se": "1",
            "survey_population": str(persons),
            "labelled_population": str(persons),
            "labelled_share": "1",
            "rate_any_min": str(percent),
            "rate_any_max": str(percent),
        }
        rows.append(row)
    pd.DataFrame(rows, columns=columns).to_csv(file, index=False, lineterminator="\n")
    return Tables(made_in(root, "provincial_shortlist").workspace)


def test_every_number_of_the_dozen(invented: Tables) -> None:
    poor = {c: p * r / 100 for c, (p, r) in INVENTED.items()}
    people = sum(p for p, _ in INVENTED.values())
    m = sum(poor.values()) / people
    spread = sum(p * (r / 100 - m) ** 2 for p, r in INVENTED.values()) / people - m / (people / len(INVENTED))
    smooth = {c: (poor[c] + m * m / spread) / (INVENTED[c][0] + m / spread) for c in INVENTED}
    criteria = invented("district_criteria").set_index("district_code")
    scores = invented("district_scores").set_index("district_code")
    for code, rate in smooth.items():
        assert scores.loc[code, "poverty_rate_smoothed_pct"] == pytest.approx(100 * rate)
        persons = rate * INVENTED[code][0]
        assert scores.loc[code, "poor_persons_min"] == round(persons)
        z = min(max(criteria.loc[code, "gi_star_z"] / 3, 0), 1)
        c1 = 0.5 * min(rate / 0.2101, 1) + 0.3 * min(persons / 9978, 1) + 0.2 * z
        assert scores.loc[code, "poverty"] == pytest.approx(c1)
        whole = math.sqrt(min(1, INVENTED[code][0] / criteria.loc[code, "population_persons"]))
        ppp = {"50": 0, "58": 0.75 * 0.7 * 0.8, "95": 0.75 * 0.7 * 0.9, "11": 0}[code[:2]]
        c3 = max(0.5 * whole, ppp)
        assert scores.loc[code, "data_system"] == pytest.approx(c3)
        c2 = scores.loc[code, "university"]
        total = 100 * math.sqrt(max(c1, 0.05)) * (max(c2, 0.05) * max(c3, 0.05)) ** 0.25
        assert scores.loc[code, "score"] == pytest.approx(total)
        passes = rate > m or bool(scores.loc[code, "hot_spot"])
        assert scores.loc[code, "status"] == ("eligible" if passes else "below_gate")
    assert (scores["status"] == "data_needed").sum() == 928 - len(INVENTED)


def test_the_provinces_follow(invented: Tables) -> None:
    scores = invented("district_scores")
    provinces = invented("provincial_shortlist").set_index("province_code")
    for code in ("50", "58", "95", "11"):
        best = sorted(scores.loc[(scores["province_code"] == code) & (scores["status"] == "eligible"), "score"])[-3:]
        assert provinces.loc[code, "value"] == pytest.approx(sum(best) / 3)
    assert set(provinces.index[provinces["shortlisted"]]) == {"50", "58", "95"}
