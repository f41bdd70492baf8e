"""Checks that warn an analyst, one finding each. They do not stop a run.

Not here: how a finding is computed (``pipeline.findings``).
"""

from pipeline import findings
from pipeline.orchestration.declaring import check

CHECKS = [
    check("district_facts", findings.coverage),
    check("subdistrict_points", findings.unmatched),
    check("population", findings.totals),
    check("district_facts", findings.poverty_totals),
    check("household_files", findings.household_rows),
    check("household_agreement", findings.systems_agree),
    check("target_poor", findings.target_poor_agrees),
    check("inputs", findings.recorded),
    check("inputs", findings.columns),
    check("shortlist_without_suspects", findings.suspects),
    check("province_uncertainty", findings.certainty),
    check("provincial_shortlist", findings.drift, before_publishing=True),
]
