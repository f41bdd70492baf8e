"""Warnings an analyst should see, one per line of ``pipeline.checks``. None stops a run."""

import dagster as dg
import pandas as pd

from pipeline import checks
from pipeline.checks import Finding
from pipeline.policy import Policy
from pipeline.storage import check, last_published
from pipeline.workspace import Paths

In = dg.ResourceParam[Paths]


@check("district_facts", checks.coverage)
def coverage(district_facts: pd.DataFrame) -> Finding:
    return checks.coverage(district_facts)


@check("subdistrict_points", checks.unmatched)
def unmatched(subdistrict_points: pd.DataFrame, subdistrict_population: pd.DataFrame, policy: Policy) -> Finding:
    return checks.unmatched(subdistrict_population, subdistrict_points, policy.poverty.population_year)


@check("population", checks.totals)
def totals(population: pd.DataFrame, subdistrict_population: pd.DataFrame, policy: Policy) -> Finding:
    return checks.totals(population, subdistrict_population, policy.poverty.population_year)


@check("district_facts", checks.poverty_totals)
def poverty_totals(district_facts: pd.DataFrame, poverty: pd.DataFrame, policy: Policy) -> Finding:
    return checks.poverty_totals(poverty, district_facts, policy.poverty.survey_year)


@check("inputs", checks.recorded)
def recorded(inputs: pd.DataFrame) -> Finding:
    return checks.recorded(inputs)


@check("shortlist_without_suspects", checks.suspects)
def suspects(shortlist_without_suspects: pd.DataFrame, provincial_shortlist: pd.DataFrame) -> Finding:
    return checks.suspects(provincial_shortlist, shortlist_without_suspects)


@check("provincial_shortlist", checks.drift, before_publishing=True)
def drift(provincial_shortlist: pd.DataFrame, paths: In) -> Finding:
    return checks.drift(provincial_shortlist, last_published(paths, "provincial_shortlist"))
