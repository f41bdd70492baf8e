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
def poverty_totals(
    district_facts: pd.DataFrame, poverty: pd.DataFrame, household_poverty: pd.DataFrame, policy: Policy
) -> Finding:
    return checks.poverty_totals(poverty, household_poverty, district_facts, policy.poverty.survey_year)


@check("household_files", checks.household_rows)
def household_rows(household_files: pd.DataFrame) -> Finding:
    return checks.household_rows(household_files)


@check("household_agreement", checks.systems_agree)
def systems_agree(household_agreement: pd.DataFrame) -> Finding:
    return checks.systems_agree(household_agreement)


@check("target_poor", checks.target_poor)
def target_poor_agrees(target_poor: pd.DataFrame, household_poverty: pd.DataFrame) -> Finding:
    return checks.target_poor(household_poverty, target_poor)


@check("inputs", checks.recorded)
def recorded(inputs: pd.DataFrame) -> Finding:
    return checks.recorded(inputs)


@check("shortlist_without_suspects", checks.suspects)
def suspects(shortlist_without_suspects: pd.DataFrame, provincial_shortlist: pd.DataFrame) -> Finding:
    return checks.suspects(provincial_shortlist, shortlist_without_suspects)


@check("province_uncertainty", checks.certainty)
def certainty(province_uncertainty: pd.DataFrame, provincial_shortlist: pd.DataFrame) -> Finding:
    return checks.certainty(provincial_shortlist, province_uncertainty)


@check("provincial_shortlist", checks.drift, before_publishing=True)
def drift(provincial_shortlist: pd.DataFrame, paths: In) -> Finding:
    return checks.drift(provincial_shortlist, last_published(paths, "provincial_shortlist"))
