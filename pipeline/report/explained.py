"""What `explain` shows: one district or province, its parts, and the four answers.

Not here: the answers themselves (``explain.answers``).
"""

import pandas as pd
from rich.table import Table

from pipeline import explain
from pipeline.report.terminal import console, number, said_if_sample, text
from pipeline.sentences.words import STATUS
from pipeline.workspace import Tables


def explained(tables: Tables, code: str) -> None:
    """One district or province."""
    told = explain.answers(tables, code)
    out = console()
    out.print(f"{told.name}  {told.place}", style="bold")
    said_if_sample(out, tables)
    out.print(told.standing)
    out.print(parts(tables, code) if len(code) == 4 else own_districts(tables, code))
    for question, lines in told.answers:
        out.print(question, style="bold")
        for line in lines:
            out.print(f"- {line}")


def parts(tables: Tables, code: str) -> Table:
    """The three criteria of a district with their parts."""
    row = tables("district_scores").set_index("district_code").loc[code]
    criteria = tables("district_criteria").set_index("district_code").loc[code]
    table = Table("criterion", "0–1", "parts", show_lines=True)
    table.add_row(
        "ความยากจน · poverty",
        number(row["poverty"]),
        f"rate {number(criteria['poverty_rate_part'])}, count {number(criteria['poverty_count_part'])},"
        f" cluster {number(criteria['poverty_cluster_part'])}\n"
        f"{'' if criteria['figures_from'] != 'published rates' and criteria['labelled_share'] >= 1 else 'at least '}"
        f"{number(row['poverty_rate_smoothed_pct'], '.1f')} % of {text(criteria['poverty_unit'])} smoothed"
        f" ({number(row['poverty_rate_pct'], '.1f')} to {number(criteria['poverty_rate_max_pct'], '.1f')} %"
        f" by {text(criteria['figures_from'])}),"
        f" {number(row['poor_persons_min'], ',')} persons, Gi* {number(criteria['gi_star_z'])};"
        f" chance above the gate {number(criteria['chance_above_gate'], '.0%')}",
    )
    table.add_row(
        "มหาวิทยาลัย · university",
        number(row["university"]),
        f"reach {number(criteria['university_reach'])},"
        f" mandate of the province {number(criteria['university_mandate'])}\n"
        f"nearest: {row['university_nearest']},"
        f" {number(row['university_nearest_minutes'], '.0f')} minutes (estimated)",
    )
    table.add_row(
        "ระบบข้อมูล · data system",
        number(row["data_system"]),
        f"{criteria['data_system_name']}: level {number(criteria['data_system_level'])}, acceptance"
        f" {number(criteria['data_system_acceptance'])}, quality {number(criteria['data_system_quality'])},"
        f" timeliness {number(criteria['data_system_timeliness'])}"
        if pd.notna(criteria["data_system_name"])
        else "–",
    )
    return table


def own_districts(tables: Tables, code: str) -> Table:
    """The districts of a province, best first."""
    districts = tables("district_scores")
    own = districts[districts["province_code"] == code]
    table = Table("code", "district", "status", "rank", "score", "pov.", "univ.", "data")
    for d in own.sort_values(["score", "district_code"], ascending=[False, True]).itertuples():
        table.add_row(
            d.district_code,
            f"{d.name_th} · {d.name_en}",
            STATUS[d.status].en,
            "–" if pd.isna(d.rank) else str(d.rank),
            number(d.score, ".1f"),
            number(d.poverty),
            number(d.university),
            number(d.data_system),
        )
    return table
