"""Checks that warn an analyst, one finding each. They do not stop a run.

Not here: how a finding is computed (``pipeline.findings``, ``pipeline.poverty_findings``).
"""

from pipeline import findings, poverty_findings
from pipeline.orchestration.declaring import check
from pipeline.receiving import outcome_records

CHECKS = [
    check("fetched", outcome_records.sources_received),
    check("dropped", outcome_records.inbox_taken_up),
    check("district_facts", findings.coverage),
    check("subdistrict_points", findings.unmatched),
    check("population", findings.totals),
    check("population", findings.places_listed),
    check("district_facts", poverty_findings.poverty_totals),
    check("household_files", findings.household_rows),
    check("household_agreement", findings.systems_agree),
    check("district_facts", poverty_findings.rows_used),
    check("releases", poverty_findings.release_scored),
    check("poverty_history", poverty_findings.sources_agree),
    check("inputs", findings.recorded),
    check("inputs", findings.columns),
    check("inputs", findings.all_read),
    check("shortlist_without_suspects", findings.suspects),
    check("province_uncertainty", findings.certainty),
    check("provincial_shortlist", findings.drift, before_publishing=True),
]
