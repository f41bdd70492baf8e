"""Every district has its sentences, whole and in both languages."""

import re
from types import SimpleNamespace

import pytest

from pipeline.criterion import CRITERIA
from pipeline.policy import Policy
from pipeline.project import Paths
from pipeline.sentences import reasons
from tests.conftest import published

BROKEN = re.compile(r"\bnan\b|None|NaN|<NA>|\{|\}|inf\b|undefined")
THAI = re.compile(r"[ก-๙]")


def test_no_sentence_is_broken(real_run: Paths) -> None:
    table = published(real_run, "district_explanations").merge(published(real_run, "district_scores"))
    for column in ("reason", "comparison", "outlook"):
        for text in table[f"{column}_th"]:
            assert THAI.search(text), text
            assert not BROKEN.search(text), text
        for text in table[f"{column}_en"]:
            assert not THAI.search(text), text
            assert not BROKEN.search(text), text


def test_each_status_has_a_reason(real_run: Paths) -> None:
    scores = published(real_run, "district_scores").set_index("district_code")
    assert "ขาดตัวเลขความยากจน" in scores.loc["1001", "reason_th"]
    assert "Poverty is not concentrated" in scores.loc["1101", "reason_en"]
    assert "14,271" in scores.loc["9501", "reason_th"]
    assert "suspect" in scores.loc["8103", "reason_en"]


def test_no_outlook_asks_for_more_poverty(real_run: Paths) -> None:
    table = published(real_run, "district_explanations")
    assert not table["outlook_en"].str.contains(r"poverty from|more poor|poorer", regex=True).any()
    assert not table["outlook_th"].str.contains("ความยากจนจาก").any()


def test_comparison_is_the_product_of_its_factors(real_run: Paths) -> None:
    table = published(real_run, "district_explanations").merge(published(real_run, "district_scores"))
    table = table[table["score"].notna()]
    parts = table[["contribution_poverty", "contribution_university", "contribution_data_system"]].sum(axis=1)
    whole = (table["score"] / table["reference_score"]).map(__import__("math").log)
    assert parts.to_numpy() == pytest.approx(whole.to_numpy(), abs=1e-9)


@pytest.mark.parametrize(
    ("measure", "th", "en"),
    [("survey", "คนจน 12 คน", "12 people are poor"), ("target", "คนจนเป้าหมาย 12 คน", "12 people are target poor")],
)
def test_a_reason_says_who_counts_as_poor(measure: str, th: str, en: str, policy: Policy) -> None:
    row = SimpleNamespace(
        poverty=0.5,
        poverty_unit="persons",
        poor_persons_min=12,
        poverty_rate_smoothed_pct=3.0,
        hot_spot=False,
        figures_from="published counts",
        labelled_share=1.0,
    )
    said = reasons.fact(row, CRITERIA[0], policy.overridden({"poverty.measure": measure}))
    assert said.th.startswith(th)
    assert said.en.startswith(en)
