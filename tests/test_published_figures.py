"""Published poverty figures: which release the policy names, its figures by district, all years of an area."""

import dataclasses

import pandas as pd
import pytest

from pipeline import poverty_years, published_figures
from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError
from pipeline.policy import Policy
from pipeline.poverty_findings import release_scored
from pipeline.project import Paths
from pipeline.stored_tables import Tables

DISTRICTS = pd.DataFrame({"district_code": ["1001", "5001", "5002", "5801"]})
NO_ROWS = CONTRACTS["household_poverty"].conform(pd.DataFrame(columns=CONTRACTS["household_poverty"].column_names))


def rates(*rows: tuple[str, int, int, int, float, float]) -> pd.DataFrame:
    """Rates of districts: code, year, surveyed, labelled, least, most."""
    names = ["district_code", "year", "survey_population", "labelled_population", "rate_any_min", "rate_any_max"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(labelled_share=table["labelled_population"] / table["survey_population"])


def counts(*rows: tuple[str, int, int | None, int | None, int | None]) -> pd.DataFrame:
    """Counts of areas: code, year, surveyed, poor, target poor."""
    names = ["area_code", "year", "surveyed_persons", "poor_persons", "target_poor_persons"]
    table = pd.DataFrame(rows, columns=names).reindex(columns=CONTRACTS["tpmap_counts"].column_names)
    return CONTRACTS["tpmap_counts"].conform(table.assign(surveyed_computed=False))


RATES = rates(
    ("5001", 2022, 1000, 600, 10.0, 16.0), ("5002", 2022, 500, 100, 30.0, 40.0), ("5801", 2022, 100, 100, 5, 5)
)
COUNTS = counts(
    ("5001", 2018, 1000, 200, 50),
    ("5002", 2018, 500, 100, None),
    ("5801", 2018, 100, 10, 1),
    ("50", 2018, 1500, 300, None),
    ("50", 2023, 1400, 140, 28),
)


def named(policy: Policy, **poverty: object) -> Policy:
    return policy.overridden({f"poverty.{name}": value for name, value in poverty.items()})


def test_the_releases_at_hand() -> None:
    found = published_figures.releases_at_hand(RATES, COUNTS, DISTRICTS["district_code"], 2026)
    assert [str(release) for release in found] == [
        "2018 survey (tpmap_aggregates: 3 districts, complete)",
        "2018 target (tpmap_aggregates: 2 districts, without 5002, complete)".replace(
            ", complete", ", 100% of the persons surveyed"
        ),
        "2022 survey (tpmap: 3 districts, 50% of the persons surveyed)",
        "2023 survey (tpmap_aggregates: provinces only)",
        "2023 target (tpmap_aggregates: provinces only)",
    ]


@pytest.mark.parametrize(
    ("poverty", "expected"),
    [
        ({"survey_year": 2022}, (2022, "survey", "tpmap")),
        ({"survey_year": 2018}, (2018, "survey", "tpmap_aggregates")),
        ({"survey_year": 2018, "measure": "target"}, (2018, "target", "tpmap_aggregates")),
        ({"survey_year": "newest complete"}, (2018, "survey", "tpmap_aggregates")),
    ],
)
def test_the_policy_names_a_release(poverty: dict[str, object], expected: tuple[object, ...], policy: Policy) -> None:
    at_hand = published_figures.releases_at_hand(RATES, COUNTS, DISTRICTS["district_code"], 2026)
    release = published_figures.release_of(named(policy, **poverty).poverty, at_hand)
    assert (release.year, release.measure, release.source) == expected


def test_of_two_sources_of_a_year_the_one_of_more_persons(policy: Policy) -> None:
    both = counts(*[(code, 2022, 100, 10, 5) for code in ("5001", "5002", "5801")])
    at_hand = published_figures.releases_at_hand(RATES, both, DISTRICTS["district_code"], 2026)
    of_2022 = named(policy, survey_year=2022)
    assert published_figures.release_of(of_2022.poverty, at_hand).source == "tpmap_aggregates"
    rates_named = named(policy, survey_year=2022, release="tpmap")
    assert published_figures.release_of(rates_named.poverty, at_hand).source == "tpmap"


@pytest.mark.parametrize(
    ("poverty", "parts"),
    [
        ({"survey_year": 2019}, ["found 2019 survey", "2018 survey (tpmap_aggregates: 3 districts, complete)"]),
        ({"survey_year": 2561}, ["found 2561 survey", "write 2018, the year of the Common Era"]),
        ({"survey_year": 2023}, ["figures of provinces alone are shown, and never spread over their districts"]),
        ({"survey_year": 2022, "measure": "target"}, ["found 2022 target"]),
        ({"survey_year": 2018, "release": "tpmap"}, ["found 2018 survey (tpmap)"]),
        ({"survey_year": "newest complete", "measure": "target"}, ["found newest complete target"]),
    ],
)
def test_a_release_that_is_not_there(poverty: dict[str, object], parts: list[str], policy: Policy) -> None:
    with pytest.raises(InputError) as refused:
        published_figures.published_poverty(RATES, COUNTS, DISTRICTS, named(policy, **poverty))
    assert all(part in str(refused.value) for part in (*parts, "poverty.survey_year"))


@pytest.mark.parametrize("value", ["newest", "", "any", 2018.5, "61"])
def test_other_words_for_a_year_are_refused(value: object, policy: Policy) -> None:
    with pytest.raises(InputError, match=r"poverty\.survey_year: .* a year of four digits, such as 2018, or 'newest"):
        named(policy, survey_year=value)


def test_digits_are_a_year(policy: Policy) -> None:
    """The Launchpad of the UI gives text."""
    assert named(policy, survey_year="2018").poverty.survey_year == 2018


def test_counts_are_exact(policy: Policy) -> None:
    table = published_figures.published_poverty(RATES, COUNTS, DISTRICTS, named(policy, survey_year=2018))
    table = CONTRACTS["published_poverty"].conform(table).set_index("district_code")
    # 200 poor of 1,000 surveyed
    figures = ["survey_population", "labelled_share", "rate_any_min", "rate_any_max", "rate_any_min_se"]
    assert table.loc["5001", figures].tolist() == [1000, 1.0, 20.0, 20.0, 0.0]
    assert table.loc["5001", ["figures_from", "published_by", "survey_year"]].tolist() == [
        "published counts",
        "TPMAP",
        2018,
    ]
    assert table["rate_health"].isna().all()  # dimensions are counted of the target poor only


def test_dimensions_of_the_target_poor(policy: Policy) -> None:
    of_target = COUNTS.copy()
    of_target.loc[of_target["area_code"] == "5001", "target_poor_health"] = 20
    target = named(policy, survey_year=2018, measure="target")
    table = published_figures.published_poverty(RATES, of_target, DISTRICTS, target).set_index("district_code")
    assert table.loc["5001", ["rate_any_min", "poor_health", "rate_health"]].astype(float).tolist() == [5.0, 20.0, 2.0]
    assert list(table.index) == ["5001", "5801"]  # 5002 has no count of the target poor


def test_years_beside_each_other(policy: Policy) -> None:
    releases = published_figures.releases_table(RATES, COUNTS, DISTRICTS, named(policy, survey_year=2022))
    history = poverty_years.poverty_history(RATES, COUNTS, NO_ROWS, releases, policy)
    history = CONTRACTS["poverty_history"].conform(history)
    of_province = history[history["area_code"] == "50"].set_index(["measure", "year"])
    # 2022: (600 * 10 + 100 * 30) / 700 and (600 * 16 + 100 * 40) / 700, known for 700 of 1,500 persons
    assert of_province.loc[("survey", 2022), "rate_pct"] == pytest.approx(90 / 7)
    assert of_province.loc[("survey", 2022), "rate_max_pct"] == pytest.approx(136 / 7)
    assert of_province.loc[("survey", 2022), "surveyed_share"] == pytest.approx(7 / 15)
    assert pd.isna(of_province.loc[("survey", 2022), "poor_persons"])
    assert of_province["rate_pct"].drop([("survey", 2022)]).to_dict() == {
        ("survey", 2018): 20.0,
        ("survey", 2023): 10.0,
        ("target", 2023): 2.0,
    }
    assert of_province["scored"].to_dict()[("survey", 2022)]
    assert of_province["scored"].sum() == 1
    assert set(history["level"]) == {"country", "province", "district"}


def test_household_rows_of_systems_that_survey_all(policy: Policy) -> None:
    rows = pd.DataFrame({"system": ["tpmap", "pppconnext"], "area_code": ["5001", "5001"], "level": ["district"] * 2})
    rows = rows.assign(survey_year=2024, persons=200, poor_persons=[30, 90], target_poor_persons=[None, 90])
    rows = rows.assign(answers_known_share=1.0)
    releases = published_figures.releases_table(RATES, COUNTS, DISTRICTS, named(policy, survey_year=2022))
    history = poverty_years.poverty_history(RATES, COUNTS, rows, releases, policy)
    of_rows = history[history["figures_from"] == "household rows"]
    assert of_rows[["area_code", "measure", "source", "rate_pct"]].to_numpy().tolist() == [
        ["5001", "survey", "households/tpmap", 15.0]
    ]


def test_no_release_is_one_line(policy: Policy) -> None:
    with pytest.raises(InputError, match="none is at hand"):
        published_figures.published_poverty(RATES[:0], COUNTS[:0], DISTRICTS, policy)


def test_what_the_project_comes_with(real_run: Paths) -> None:
    """2018 complete, 2022 of 61 % of the surveyed, 2023 by province; the policy names 2022."""
    table = Tables(real_run.processed)("releases")
    rows = table[["year", "measure", "districts", "complete", "scored"]].to_numpy().tolist()
    assert rows == [
        [2018, "survey", 878, True, False],
        [2018, "target", 878, True, False],
        [2022, "survey", 878, False, True],
        [2023, "survey", 0, False, False],
        [2023, "target", 0, False, False],
    ]
    assert table["surveyed_share"].round(4).tolist() == [1.0, 1.0, 0.6055, 1.0, 1.0]


def test_the_list_on_other_figures(real_run: Paths) -> None:
    """Yala is first by the survey of 2018 too; Chiang Mai, Mae Hong Son, Buri Ram, Krabi and Nan leave the list."""
    tables = Tables(real_run.processed)
    other = tables("shortlist_by_release").set_index(["measure", "province_code"]).loc["survey"]
    listed = tables("provincial_shortlist").set_index("province_code")
    assert other["rank"].idxmin() == "95"
    assert set(listed.index[listed["shortlisted"]]) - set(other.index[other["shortlisted"]]) == {
        "31",
        "50",
        "55",
        "58",
        "81",
    }


def test_a_release_is_a_value() -> None:
    release = published_figures.Release(2018, "survey", "tpmap_aggregates", 878, (), 1.0)
    assert release.complete
    assert not dataclasses.replace(release, missing=("5025",)).complete
    assert not dataclasses.replace(release, surveyed_share=0.99).complete


def test_a_release_of_few_districts_ranks_nothing(policy: Policy) -> None:
    """One of three surveyed districts: named by the policy or not, it is no basis of a list."""
    few = counts(("5001", 2024, 1000, 200, 50))
    with pytest.raises(InputError, match="found 2024 survey; expected a release with figures of most districts"):
        published_figures.published_poverty(RATES, few, DISTRICTS, named(policy, survey_year=2024))


def test_a_release_of_a_year_after_the_round_is_shown_and_never_scored(policy: Policy) -> None:
    """Figures of a later year can be at hand when the round is computed again."""
    assert policy.as_of.year < 2027
    late = counts(*[(code, year, 1000, 100, 5) for code in ("5001", "5002", "5801") for year in (2018, 2027)])
    newest = named(policy, survey_year="newest complete")
    assert set(published_figures.published_poverty(RATES, late, DISTRICTS, newest)["survey_year"]) == {2018}
    releases = published_figures.releases_table(RATES, late, DISTRICTS, newest)
    assert releases.loc[releases["year"] == 2027, "can_be_ranked"].tolist() == [False, False]
    history = poverty_years.poverty_history(RATES, late, NO_ROWS, releases, newest)
    assert 2027 in set(history["year"])
    with pytest.raises(InputError, match="set as_of to a day of 2027 or later"):
        published_figures.published_poverty(RATES, late, DISTRICTS, named(policy, survey_year=2027))
    table = newest.overridden({"as_of": "2027-12-31"})
    assert set(published_figures.published_poverty(RATES, late, DISTRICTS, table)["survey_year"]) == {2027}


def test_the_finding_names_a_release_after_the_round(policy: Policy) -> None:
    late = counts(*[(code, 2027, 1000, 100, 5) for code in ("5001", "5002", "5801")])
    releases = published_figures.releases_table(RATES, late, DISTRICTS, named(policy, survey_year=2022))
    finding = release_scored(releases, policy)
    assert finding.fine
    assert "2027 survey (tpmap_aggregates, 3 districts, complete, after the policy's as_of, not scored)" in (
        finding.sentence
    )
