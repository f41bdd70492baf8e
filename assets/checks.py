"""Warnings an analyst should see, one per line of ``pipeline.findings``. None stops a run."""

import dagster as dg
import pandas as pd

from pipeline import findings
from pipeline.findings import Finding
from pipeline.orchestration.storage import check, last_published
from pipeline.policy import Policy
from pipeline.workspace import Paths

In = dg.ResourceParam[Paths]


@check("district_facts", findings.coverage)
def coverage(district_facts: pd.DataFrame) -> Finding:
    return findings.coverage(district_facts)


@check("subdistrict_points", findings.unmatched)
def unmatched(subdistrict_points: pd.DataFrame, subdistrict_population: pd.DataFrame, policy: Policy) -> Finding:
    return findings.unmatched(subdistrict_population, subdistrict_points, policy.poverty.population_year)


@check("population", findings.totals)
def totals(population: pd.DataFrame, subdistrict_population: pd.DataFrame, policy: Policy) -> Finding:
    return findings.totals(population, subdistrict_population, policy.poverty.population_year)


@check("district_facts", findings.poverty_totals)
def poverty_totals(
    district_facts: pd.DataFrame, poverty: pd.DataFrame, household_poverty: pd.DataFrame, policy: Policy
) -> Finding:
    return findings.poverty_totals(poverty, household_poverty, district_facts, policy.poverty.survey_year)


@check("household_files", findings.household_rows)
def household_rows(household_files: pd.DataFrame) -> Finding:
    return findings.household_rows(household_files)


@check("household_agreement", findings.systems_agree)
def systems_agree(household_agreement: pd.DataFrame) -> Finding:
    return findings.systems_agree(household_agreement)


@check("target_poor", findings.target_poor)
def target_poor_agrees(target_poor: pd.DataFrame, household_poverty: pd.DataFrame) -> Finding:
    return findings.target_poor(household_poverty, target_poor)


@check("inputs", findings.recorded)
def recorded(inputs: pd.DataFrame) -> Finding:
    return findings.recorded(inputs)


@check("inputs", findings.columns)
def columns(inputs: pd.DataFrame) -> Finding:
    return findings.columns(inputs)


@check("shortlist_without_suspects", findings.suspects)
def suspects(shortlist_without_suspects: pd.DataFrame, provincial_shortlist: pd.DataFrame) -> Finding:
    return findings.suspects(provincial_shortlist, shortlist_without_suspects)


@check("province_uncertainty", findings.certainty)
def certainty(province_uncertainty: pd.DataFrame, provincial_shortlist: pd.DataFrame) -> Finding:
    return findings.certainty(provincial_shortlist, province_uncertainty)


@check("provincial_shortlist", findings.drift, before_publishing=True)
def drift(provincial_shortlist: pd.DataFrame, paths: In) -> Finding:
    return findings.drift(provincial_shortlist, last_published(paths, "provincial_shortlist"))
