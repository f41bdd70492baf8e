"""Output of `run`: the shortlist and the portfolio, each with its certainty.

Not here: the computation of any figure.
"""

import pandas as pd
from rich.table import Table

from pipeline.categories import STATUSES
from pipeline.policy import Policy, from_table
from pipeline.project import Paths
from pipeline.report.terminal import console, print_if_sample
from pipeline.sentences import weights_from
from pipeline.sentences.certainty import FIRMNESS
from pipeline.shortlist import leaving_and_entering
from pipeline.stored_tables import Tables


def print_shortlist(paths: Paths) -> None:
    """Print the shortlist with its pilot districts and certainty, the portfolio, and the path of the page.

    Args:
        paths: the project, whose published tables are read.
    """
    out, tables = console(), Tables(paths.processed)
    policy = from_table(tables("policy"))
    provinces = tables("provincial_shortlist").merge(tables("province_uncertainty"), on="province_code")
    without = tables("shortlist_without_suspects").set_index("province_code")
    portfolio = tables("pilot_portfolio").set_index("province_code")
    districts = tables("district_scores").set_index("district_code")
    table = Table(title=f"{policy.title_th} · {policy.title_en}")
    table.add_column("", justify="right")
    table.add_column("จังหวัด · province")
    table.add_column("value", justify="right")
    table.add_column("certainty")
    table.add_column("อำเภอนำร่อง · pilot districts (* suspect figure)", overflow="fold", ratio=1)
    table.add_column("note")
    for row in provinces[provinces["shortlisted"]].sort_values(["rank", "province_code"]).itertuples():
        names = []
        for code in row.pilot_districts:
            district = districts.loc[code]
            names.append(f"{district['name_th']} {district['score']:.1f}{'*' if district['suspect'] else ''}")
        notes = {
            "not on the shortlist without suspect figures": not without.loc[row.province_code, "shortlisted"],
            "not in the portfolio": not portfolio.loc[row.province_code, "in_portfolio"],
        }
        table.add_row(
            str(row.rank),
            f"{row.name_th} · {row.name_en}",
            f"{row.value:.1f}",
            f"{FIRMNESS[row.firmness].en}\n{row.rank_low:.0f}-{row.rank_high:.0f}",
            ", ".join(names),
            "\n".join(note for note, applies in notes.items() if applies),
        )
    out.print(table)
    print_if_sample(out, tables)
    draws = policy.uncertainty.draws
    out.print(f"certainty: among the first {policy.shortlist_provinces} in {draws:,} draws; 5-95% range of the rank")
    weights = ", ".join(f"{name} {value:g}" for name, value in policy.weights)
    out.print(f"weights: {weights} ({weights_from(policy).en})", soft_wrap=True)
    for line in (_portfolio_line(portfolio), *_ballot_lines(tables, policy), _sources_line(tables("sensitivity"))):
        out.print(line, soft_wrap=True)
    counts = districts["status"].value_counts()
    out.print(", ".join(f"{counts.get(s, 0):,} {words.en}" for s, words in STATUSES.items()))
    out.print(f"open: {paths.maps / 'index.html'}", soft_wrap=True)


def _portfolio_line(portfolio: pd.DataFrame) -> str:
    """Write the portfolio in one line: its provinces, and how much the rules lower its value."""
    chosen = portfolio[portfolio["in_portfolio"].astype(bool)].sort_values("rank")
    first = portfolio.iloc[0]
    names = ", ".join(f"{r.name_th} {r.name_en}" for r in chosen.itertuples())
    return (
        f"portfolio: {names or 'none'}; the rules lower the value by {first['price_of_fairness_pct']:.1f}%,"
        f" {first['portfolios_near_best']:,} portfolios within {first['near_best_margin_pct']:g}% of the best"
    )


def _ballot_lines(tables: Tables, policy: Policy) -> list[str]:
    """Write how the shortlist changes without the ballot of each agency."""
    listed, lines = tables("provincial_shortlist"), []
    names = listed.set_index("province_code")["name_en"]
    for agency, other in tables("shortlist_without_agencies").groupby("without_agency"):
        leave, enter = (", ".join(names[c] for c in codes) or "none" for codes in leaving_and_entering(listed, other))
        lines.append(f"without the ballot of {agency}: {leave} would leave, {enter} would enter")
    return lines or ["no ballots yet" if not policy.voters else f"only {policy.voters[0]} has voted"]


def _sources_line(sensitivity: pd.DataFrame) -> str:
    """Write the main sources of uncertainty in the ranks."""
    most = sensitivity.sort_values("total_order", ascending=False).head(3)
    named = ", ".join(f"{row.source_en} ({100 * row.total_order:.0f}%)" for row in most.itertuples())
    return f"main sources of uncertainty in the ranks: {named}"
