"""Explanations of ranks: the tables that explain every place, and the answers about one place.

Here: the tables and answers that combine results of ``score_analysis`` and ``shortlist`` with ``sentences``. Not here:
any formula.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import score_analysis, scoring, shortlist
from pipeline.categories import STATUSES
from pipeline.contracts import CONTRACTS
from pipeline.criterion import COUNT, CRITERIA, NAMES, Words
from pipeline.errors import InputError, Problem, shown_value
from pipeline.gazetteer import installed
from pipeline.gazetteer.addresses import areas_named
from pipeline.policy import Policy
from pipeline.sentences import outlooks, reasons, years
from pipeline.stored_tables import Tables

PEERS = 5
MOST_NAMED = 8


def district_explanations(
    district_criteria: pd.DataFrame, district_scores: pd.DataFrame, provinces: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Explain the score of each district: the contribution of each criterion, and what the shortlist requires.

    Contributions are relative to a district that has in each criterion the median of the eligible districts.

    Args:
        district_criteria: the criteria with their parts, in the order of ``district_code``.
        district_scores: status and score of the same districts, in the same order.
        provinces: all provinces, ranked, with their pilot districts.
        policy: the policy of the round.

    Returns:
        A table like the contract ``district_explanations``.
    """
    values, weights = scoring.floored(district_criteria, policy), scoring.weights_known(district_criteria, policy)
    rho = policy.score.rho
    eligible = (district_scores["status"] == "eligible").to_numpy()
    has = district_scores["score"].notna().to_numpy()
    pilots = {code for codes in provinces.loc[provinces["shortlisted"], "pilot_districts"] for code in codes}
    table = pd.DataFrame({"district_code": district_scores["district_code"]})
    table["score_needed"] = shortlist.score_needed(district_scores, provinces, policy).where(has)
    filled = np.where(weights > 0, values, 1.0)
    compared = np.full(values.shape, np.nan)
    reference_score = np.nan
    if eligible.any():
        counted = [values[eligible & (weights[:, k] > 0), k] for k in range(len(NAMES))]
        reference = np.array([np.median(column) if column.size else 1.0 for column in counted])
        nominal = np.array(policy.nominal_weights)
        reference_score = 100 * float(scoring.power_mean(reference[None, :], nominal, rho)[0])
        compared[has] = score_analysis.contributions(filled[has], reference, weights[has], rho)
    for k, name in enumerate(NAMES):
        table[f"contribution_{name}"] = np.where(weights[:, k] > 0, compared[:, k], np.nan)
    table["reference_score"] = np.where(has, reference_score, np.nan)
    target = np.where(has, table["score_needed"] / 100, 1.0)
    safe = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, 1.0)
    for k, criterion in enumerate(CRITERIA):
        if not criterion.improvable:
            continue
        need = score_analysis.criterion_needed(filled, safe, rho, target, k)
        valued = has & (weights[:, k] > 0)
        table[f"{criterion.name}_needed"] = np.where(valued & np.isfinite(need), np.maximum(need, 0), np.nan)
    table["pilot"] = table["district_code"].isin(pilots)
    codes = table["district_code"].to_numpy(dtype=object)
    compared_with = np.where(has[:, None], district_criteria[list(NAMES)].to_numpy(dtype=float), np.nan)
    table["peers"] = [tuple(codes[near]) for near in score_analysis.peers(compared_with, PEERS)]
    known = district_criteria.assign(
        status=district_scores["status"], score=district_scores["score"], floor=policy.score.floor
    )
    return reasons.add_explanations(table, known)


def province_explanations(
    provincial_shortlist: pd.DataFrame, district_scores: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Explain the rank of each province: the value needed to be on the shortlist, and its peers.

    Peers are the provinces with the most similar criteria, each the mean over the pilot districts of a province.

    Args:
        provincial_shortlist: all provinces, ranked.
        district_scores: scores and criteria of the districts.
        policy: the policy of the round.

    Returns:
        A table like the contract ``province_explanations``.
    """
    table = provincial_shortlist.sort_values("province_code", ignore_index=True)
    best = shortlist.best_districts(district_scores, policy.pilot_districts_per_province)
    means = best.groupby("province_code")[list(NAMES)].mean().reindex(table["province_code"])
    codes = table["province_code"].to_numpy(dtype=object)
    table["value_needed"] = shortlist.value_needed(table, policy)
    table["peers"] = [tuple(codes[near]) for near in score_analysis.peers(means, PEERS)]
    table["districts"] = table["province_code"].map(best.groupby("province_code").size()).fillna(0).astype("int64")
    return outlooks.add_outlooks(table, policy)[CONTRACTS["province_explanations"].column_names]


@dataclass(frozen=True)
class Explanation:
    """The answers about one place.

    Attributes:
        code: of the place.
        name: in Thai and English.
        place: its code, and where it is.
        status_and_rank: in Thai and English.
        answers: pairs of a question and lines, Thai before English.
    """

    code: str
    name: str
    place: str
    status_and_rank: str
    answers: list[tuple[str, list[str]]]

    @property
    def markdown(self) -> str:
        """The explanation as Markdown, for the Dagster UI."""
        parts = [f"### {self.name}", f"{self.place}  ", self.status_and_rank]
        for question, lines in self.answers:
            parts += [f"**{question}**", "\n".join(f"- {line}" for line in lines)]
        return "\n\n".join(parts)


def explain_place(tables: Tables, place: str) -> Explanation:
    """Explain one district or province.

    Args:
        tables: the published tables.
        place: a DOPA code, of four digits for a district and two for a province, or a name (see
            ``gazetteer.addresses``).

    Returns:
        The answers about the place, in Thai and English.

    Raises:
        InputError: there is no such place, or more than one.
    """
    found = areas_named(installed(), place)
    code = found[0] if len(found) == 1 else ""
    districts = tables("district_scores").set_index("district_code", drop=False)
    provinces = tables("provincial_shortlist").set_index("province_code", drop=False)
    if code in districts.index:
        return _of_district(tables, districts, provinces, code)
    if code in provinces.index:
        return _of_province(tables, districts, provinces, code)
    if len(found) > 1:
        named = districts.loc[list(found[:MOST_NAMED])].join(
            provinces["name_th"].rename("province"), on="province_code"
        )
        which = ", ".join(f"{row.district_code} ({row.name_th}, {row.province})" for row in named.itertuples())
        several = f"{shown_value(place)}, the name of {len(found)} districts"
        raise InputError(Problem("explain", several, "one place", f"add its province, or write one of {which}"))
    raise InputError(
        Problem(
            "explain",
            shown_value(place),
            "a DOPA code or the name of a district (9501, อ.เมือง จ.ยะลา) or of a province (95, ยะลา)",
            "look it up in data/processed/provincial_shortlist.csv or district_scores.parquet",
        )
    )


def _named(row: pd.Series) -> str:
    return f"{row['name_th']} · {row['name_en']}"


def _ranked(row: pd.Series, points: str) -> str:
    if pd.isna(row["rank"]) or not row[points]:
        return "ไม่มีอันดับ · not ranked"
    return f"อันดับ · rank {row['rank']}, {row[points]:.1f}"


def _of_district(tables: Tables, districts: pd.DataFrame, provinces: pd.DataFrame, code: str) -> Explanation:
    row, why = districts.loc[code], tables("district_explanations").set_index("district_code").loc[code]
    certainty = tables("district_uncertainty").set_index("district_code").loc[code]
    province = provinces.loc[row["province_code"]]
    near = [districts.loc[c] for c in why["peers"]]
    return Explanation(
        code,
        _named(row),
        f"{code}, {_named(province)}",
        f"{STATUSES[row['status']].both}   {_ranked(row, 'score')}",
        _answers(
            [row["reason_th"], row["reason_en"], why["comparison_th"], why["comparison_en"]],
            [why["outlook_th"], why["outlook_en"]],
            [certainty["certainty_th"], certainty["certainty_en"]],
            _both(years.figures_of_years(tables("poverty_history"), code)),
            [f"{_named(p)} ({provinces.loc[p['province_code'], 'name_th']}), {_ranked(p, 'score')}" for p in near],
        ),
    )


def _of_province(tables: Tables, districts: pd.DataFrame, provinces: pd.DataFrame, code: str) -> Explanation:
    row, why = provinces.loc[code], tables("province_explanations").set_index("province_code").loc[code]
    certainty = tables("province_uncertainty").set_index("province_code").loc[code]
    chosen = tables("pilot_portfolio").set_index("province_code").loc[code]
    without = tables("shortlist_without_suspects").set_index("province_code").loc[code]
    near = [provinces.loc[c] for c in why["peers"]]
    pilot_reasons = [
        f"{districts.loc[c, f'name_{tongue}']}: {districts.loc[c, f'reason_{tongue}']}"
        for c in row["pilot_districts"]
        for tongue in ("th", "en")
    ]
    on_list = "อยู่ในรายชื่อ · on the shortlist" if row["shortlisted"] else "ไม่อยู่ในรายชื่อ · not on the shortlist"
    return Explanation(
        code,
        _named(row),
        f"{code}, {row['region']}",
        f"rank {row['rank']} of {len(provinces)}, value {row['value']:.1f}   {on_list}   "
        f"without suspect figures rank {without['rank']}, value {without['value']:.1f}",
        _answers(
            [*pilot_reasons, chosen["portfolio_th"], chosen["portfolio_en"]],
            [why["outlook_th"], why["outlook_en"]],
            [certainty["certainty_th"], certainty["certainty_en"]],
            _both(
                [
                    *years.figures_of_years(tables("poverty_history"), code),
                    *years.ranks_by_release(tables("shortlist_by_release"), code),
                ]
            ),
            [f"{_named(p)}, {_ranked(p, 'value')}" for p in near],
        ),
    )


def _both(lines: list[Words]) -> list[str]:
    return [text for line in lines for text in (line.th, line.en)]


def _answers(
    why: list[str], needed: list[str], certain: list[str], of_years: list[str], near: list[str]
) -> list[tuple[str, list[str]]]:
    return [
        ("ทำไมอยู่อันดับนี้ · Why this rank", why),
        ("อะไรจะทำให้เข้าหรือหลุดจากรายชื่อ · What would put it on the shortlist or remove it", needed),
        ("อันดับนี้แน่นอนเพียงใด · How certain the rank is, and what is least certain", certain),
        (
            "ความยากจนในแต่ละปี · Poverty in each year",
            of_years or ["ไม่มีตัวเลขที่เผยแพร่ · no figures are published"],
        ),
        (
            f"พื้นที่ที่คล้ายกันใน{COUNT.th}เกณฑ์ · Peers: places with similar {COUNT.en} criteria",
            near or ["ไม่มี เพราะขาดข้อมูลบางเกณฑ์ · none, because a criterion has no value"],
        ),
    ]
