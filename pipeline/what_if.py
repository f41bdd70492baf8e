"""What-ifs: the ranking of the same figures under another policy, and what changes.

Here: criteria, scores, provinces and portfolio, without Dagster and without writing anything; the comparison of two
rankings. Not here: turning a what-if into parameters (``policy.changes``), printing (``report``), publishing.
"""

from dataclasses import dataclass, replace

import pandas as pd

from pipeline import criteria, district_table, published_figures, scoring, shortlist
from pipeline.contracts import CONTRACTS
from pipeline.criterion import NAMES
from pipeline.errors import InputError, Problem
from pipeline.policy import Again, Policy, effect_of, from_table
from pipeline.stored_tables import TableSource

# The tables that criteria and facts are computed from, and all tables that a ranking under another policy may read.
INPUTS = tuple(dict.fromkeys(name for formulas in criteria.FORMULAS.values() for name in formulas.inputs))
FACTS_FROM = (
    "poverty",
    "tpmap_counts",
    *(name for name in district_table.FACTS_FROM if name != "published_poverty"),
)
RANKED_FROM = tuple(
    dict.fromkeys(
        (
            "policy",
            "regions",
            *INPUTS,
            *FACTS_FROM,
            "district_facts",
            "district_criteria",
            "district_scores",
            "provincial_shortlist",
            "pilot_portfolio",
        )
    )
)


@dataclass(frozen=True)
class Ranking:
    """Scores of the districts and provinces under one policy.

    Attributes:
        portfolio: None if it was not computed.
    """

    policy: Policy
    districts: pd.DataFrame
    provinces: pd.DataFrame
    portfolio: pd.DataFrame | None = None


def published_ranking(tables: TableSource) -> Ranking:
    """Read the ranking of the published run.

    Args:
        tables: the published tables.

    Returns:
        The ranking with its portfolio.
    """
    return Ranking(
        from_table(tables("policy")),
        tables("district_scores"),
        tables("provincial_shortlist"),
        tables("pilot_portfolio"),
    )


def ranking_under(tables: TableSource, policy: Policy) -> Ranking:
    """Rank the same figures under another policy.

    Args:
        tables: the published tables.
        policy: the policy to rank by.

    Returns:
        The ranking without a portfolio.

    Raises:
        InputError: the policy changes a parameter that decides which figures are read.
    """
    before = dict(from_table(tables("policy")).rows())
    changed = {name: effect_of(name).again for name, value in policy.rows() if before.get(name) != value}
    if of_inputs := [name for name, effect in changed.items() if effect is Again.INPUTS]:
        raise InputError(
            Problem(
                "what-if",
                ", ".join(of_inputs),
                "parameters that do not change which figures are read",
                "change it in policy.toml, or in the Launchpad of the Dagster UI, and run",
            )
        )
    again = max(changed.values(), default=Again.SCORES)
    districts = criteria_under(tables, policy) if again >= Again.CRITERIA else tables("district_criteria")
    named = ["district_code", "province_code", "name_th", "name_en", *NAMES, "suspect", "university_nearest"]
    districts = districts[named].join(scoring.scored(districts, policy))
    provinces = shortlist.provinces(districts, tables("regions"), policy)
    return Ranking(policy, districts, provinces)


def with_portfolio(ranking: Ranking) -> tuple[Ranking, str]:
    """Add the portfolio to a ranking.

    Args:
        ranking: scores of districts and provinces, with the policy that has the rules.

    Returns:
        The ranking with its portfolio and an empty text. If no portfolio meets the rules of the policy: the unchanged
        ranking and those rules.
    """
    try:
        chosen, _ = shortlist.pilot_portfolio(ranking.provinces, ranking.districts, ranking.policy)
    except InputError as error:
        return ranking, error.problems[0].found
    return replace(ranking, portfolio=chosen), ""


def criteria_under(tables: TableSource, policy: Policy) -> pd.DataFrame:
    """Compute ``district_criteria`` from the facts under another policy.

    Args:
        tables: the published tables.
        policy: the policy to compute by.

    Returns:
        The columns of the contract ``district_criteria``.
    """
    facts = facts_under(tables, policy)
    given = {name: tables.shapes(name) if name == "district_shapes" else tables(name) for name in INPUTS}
    given["district_facts"] = facts
    computed = {name: formulas.compute(given, policy) for name, formulas in criteria.FORMULAS.items()}
    return district_table.with_criteria(facts, computed)


def facts_under(tables: TableSource, policy: Policy) -> pd.DataFrame:
    """Join ``district_facts`` again with the published figures that another policy names.

    Args:
        tables: the published tables.
        policy: the policy to join by.

    Returns:
        The columns of the contract ``district_facts``; the stored table where the policy names the same figures.
    """
    before = dict(from_table(tables("policy")).rows())
    if not any(effect_of(name).again is Again.FACTS and before.get(name) != value for name, value in policy.rows()):
        return tables("district_facts")
    given = {name: tables(name) for name in FACTS_FROM}
    published = published_figures.published_poverty(given["poverty"], given["tpmap_counts"], given["districts"], policy)
    given["published_poverty"] = CONTRACTS["published_poverty"].conform(published)
    return CONTRACTS["district_facts"].conform(district_table.district_facts(given, policy))


def shortlists_by_release(tables: TableSource) -> pd.DataFrame:
    """Rank the provinces on the figures of each other release that has figures of most districts.

    Args:
        tables: those of ``RANKED_FROM``, and ``releases``.

    Returns:
        The columns of ``shortlist.provinces``, with year, measure and source of the release.
    """
    policy, releases = from_table(tables("policy")), tables("releases")
    others = releases[~releases["scored"].astype(bool) & releases["can_be_ranked"].astype(bool)]
    rankings = []
    for release in others.itertuples():
        of_release = {"year": int(release.year), "measure": release.measure, "source": release.source}
        named = {
            "poverty.survey_year": of_release["year"],
            "poverty.measure": release.measure,
            "poverty.release": release.source,
        }
        rankings.append(ranking_under(tables, policy.overridden(named)).provinces.assign(**of_release))
    names = CONTRACTS["shortlist_by_release"].column_names
    return pd.concat(rankings, ignore_index=True)[names] if rankings else pd.DataFrame(columns=names)


def moves(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare two rankings of provinces.

    Args:
        before: all provinces, ranked.
        after: the same provinces, ranked under another policy.

    Returns:
        One row per province in the order of the first: ``rank``, ``value`` and ``shortlisted`` with the suffixes
        ``_before`` and ``_after``, and ``change``, one of ``contracts.CHANGES``.
    """
    columns = ["rank", "value", "shortlisted"]
    both = before[["province_code", "name_th", "name_en", *columns]].merge(
        after[["province_code", *columns]], on="province_code", suffixes=("_before", "_after"), validate="one_to_one"
    )
    both["change"] = shortlist.changes(both["shortlisted_before"], both["shortlisted_after"])
    return both.sort_values(["rank_before", "province_code"], ignore_index=True)


def portfolio_moves(before: pd.DataFrame, after: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Name the provinces that leave the portfolio, and those that enter it.

    Args:
        before: a portfolio: all provinces, with ``in_portfolio``.
        after: another one of the same provinces, with their names.

    Returns:
        Names in Thai and English of those that leave, and of those that enter.
    """
    named = after["name_th"] + " · " + after["name_en"]
    names = dict(zip(after["province_code"], named, strict=True))
    leave, enter = shortlist.leaving_and_entering(before, after, "in_portfolio")
    return [names[c] for c in leave], [names[c] for c in enter]


def in_words(moved: pd.DataFrame) -> str:
    """Write which provinces enter and leave the shortlist, as a Markdown list.

    Args:
        moved: as returned by ``moves``.

    Returns:
        One line per province, or one line that states that nothing changes.
    """
    lines = [
        f"- {row.change}: {row.name_th} · {row.name_en}, rank {row.rank_before} to {row.rank_after},"
        f" value {row.value_before:.1f} to {row.value_after:.1f}"
        for row in moved[moved["change"].isin(["enters", "leaves"])].itertuples()
    ]
    return "\n".join(lines) or "- the shortlist does not change"
