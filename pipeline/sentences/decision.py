"""Questions for the working group: what it has to decide or do, according to the tables.

Here: which questions are open, and their wording. Not here: any answer.
"""

import pandas as pd

from pipeline.categories import CERTAIN_ENOUGH
from pipeline.criterion import Words
from pipeline.policy import Policy
from pipeline.sentences.words import listed
from pipeline.shortlist import changes


def decisions(
    provincial_shortlist: pd.DataFrame,
    province_uncertainty: pd.DataFrame,
    pilot_portfolio: pd.DataFrame,
    district_scores: pd.DataFrame,
    universities: pd.DataFrame,
    acceptances: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """List the open questions in order, each with the facts behind it, in Thai and English.

    Args:
        provincial_shortlist: all provinces, ranked, with names.
        province_uncertainty: the firmness of each province.
        pilot_portfolio: all provinces, with those of the portfolio marked.
        district_scores: status and suspect figures of each district.
        universities: how certain the location of each campus is.
        acceptances: statements of agencies on data systems.
        policy: the policy of the round.

    Returns:
        One row per question that is open: ``number`` from 1, ``question_th``, ``question_en``, ``because_th``,
        ``because_en``.
    """
    listed_codes = set(provincial_shortlist.loc[provincial_shortlist["shortlisted"], "province_code"])
    firmness = province_uncertainty.set_index("province_code")["firmness"]
    asked = [
        _adopt(provincial_shortlist, {c for c in listed_codes if firmness[c] in CERTAIN_ENOUGH}),
        _contested(provincial_shortlist, listed_codes, firmness),
        _shortlist_or_portfolio(pilot_portfolio),
        _weights(policy),
        _suspects(district_scores, provincial_shortlist),
        _without_figures(district_scores),
        _statements(acceptances),
        _campuses(universities),
    ]
    rows = [(question.th, question.en, because.th, because.en) for question, because in filter(None, asked)]
    table = pd.DataFrame(rows, columns=["question_th", "question_en", "because_th", "because_en"])
    return table.assign(number=range(1, len(table) + 1))


Asked = tuple[Words, Words] | None


def _names(table: pd.DataFrame) -> Words:
    return listed([Words(row.name_th, row.name_en) for row in table.itertuples()])


def _adopt(provinces: pd.DataFrame, codes: set[str]) -> Asked:
    if not codes:
        return None
    chosen = provinces[provinces["province_code"].isin(codes)].sort_values("rank")
    names = _names(chosen)
    return (
        Words(f"รับ {len(codes)} จังหวัดเป็นพื้นที่นำร่องหรือไม่: {names.th}", f"Adopt {names.en}?"),
        Words(
            "อยู่ในรายชื่อในการจำลองส่วนใหญ่ (มั่นคงหรือค่อนข้างแน่)",
            "They are on the shortlist in most of the draws (firm or likely).",
        ),
    )


def _contested(provinces: pd.DataFrame, listed_codes: set[str], firmness: pd.Series) -> Asked:
    open_codes = {code for code, word in firmness.items() if word == "contested"}
    inside = {c for c in listed_codes if firmness[c] in ("contested", "unlikely")}
    either = provinces[provinces["province_code"].isin(open_codes | inside)].sort_values("rank")
    if either.empty:
        return None
    on = either[either["province_code"].isin(inside)]
    off = either[~either["province_code"].isin(inside)]
    parts = []
    if len(on):
        parts.append(Words(f"อยู่ในรายชื่อ: {_names(on).th}", f"on the shortlist: {_names(on).en}"))
    if len(off):
        parts.append(Words(f"อยู่นอกรายชื่อ: {_names(off).th}", f"not on the shortlist: {_names(off).en}"))
    return (
        Words(f"เลือกจังหวัดใดในกลุ่มก้ำกึ่ง: {_names(either).th}", f"Which of the contested provinces: {_names(either).en}?"),
        Words(
            "ตัวเลขที่มีตัดสินไม่ได้ (" + " ".join(p.th for p in parts) + ") คณะทำงานควรใช้เหตุผลอื่นประกอบและบันทึกไว้",
            "The data cannot separate them ("
            + "; ".join(p.en for p in parts)
            + "): decide on other grounds and record why.",
        ),
    )


def _shortlist_or_portfolio(portfolio: pd.DataFrame) -> Asked:
    change = changes(portfolio["shortlisted"], portfolio["in_portfolio"])
    enters, leaves = portfolio[change == "enters"], portfolio[change == "leaves"]
    if enters.empty or leaves.empty:
        return None
    price = float(portfolio["price_of_fairness_pct"].iloc[0])
    return (
        Words(
            f"ใช้รายชื่อตามคะแนน หรือชุดที่กระจายทุกภาค (เพิ่ม{_names(enters).th} แทน{_names(leaves).th})",
            f"Use the shortlist by score, or the portfolio across regions ({_names(enters).en} instead of"
            f" {_names(leaves).en})?",
        ),
        Words(f"กติกากระจายภาคทำให้ค่ารวมลดลง {price:.1f}%", f"The regional rules lower the total value by {price:.1f}%."),
    )


def _weights(policy: Policy) -> Asked:
    absent = [name for name in policy.agencies if name not in policy.voters]
    if not absent:
        return None
    names = listed([Words(name, name) for name in absent])
    return (
        Words(f"ลงบัตรน้ำหนักของเกณฑ์: {names.th}", f"Cast the ballots on the weights: {names.en}."),
        Words(
            "น้ำหนักที่ใช้เป็นค่าเริ่มต้น ยังไม่มีการลงมติ" if not policy.voters else "น้ำหนักมาจากบัตรของหน่วยงานอื่นเท่านั้น",
            "The weights are defaults; no agency has voted."
            if not policy.voters
            else "The weights come from the ballots of the other agencies only.",
        ),
    )


def _suspects(scores: pd.DataFrame, provinces: pd.DataFrame) -> Asked:
    pilots = {c for codes in provinces.loc[provinces["shortlisted"], "pilot_districts"] for c in codes}
    suspects = scores[scores["district_code"].isin(pilots) & scores["suspect"].fillna(False).astype(bool)]
    if suspects.empty:
        return None
    names = _names(suspects)
    return (
        Words(f"ตรวจตัวเลขความยากจนของ{names.th}", f"Check the poverty figures of {names.en}."),
        Words(
            "ตัวเลขสูงผิดจากอำเภออื่นในจังหวัดมาก", "They are far above the figures of the other districts of the province."
        ),
    )


def _without_figures(scores: pd.DataFrame) -> Asked:
    without = scores["status"] == "data_needed"
    if not without.any():
        return None
    n = int(without.sum())
    return (
        Words(
            f"จัดหาตัวเลขความยากจนของ {n} อำเภอ/เขตที่ยังให้คะแนนไม่ได้",
            f"Obtain poverty figures for the districts that cannot be scored ({n:,}).",
        ),
        Words("อำเภอที่ไม่มีข้อมูลไม่ได้แปลว่าไม่มีคนจน", "Missing figures do not mean that a district has no poor people."),
    )


def _statements(acceptances: pd.DataFrame) -> Asked:
    without = acceptances[acceptances["year"].isna()]
    if without.empty:
        return None
    names = listed([Words(name, name) for name in sorted(without["system"].unique())])
    return (
        Words(
            f"ยืนยันเป็นเอกสารว่ายอมรับระบบข้อมูล: {names.th}",
            f"Confirm in writing which data systems are accepted: {names.en}.",
        ),
        Words(f"คำรับรอง {len(without)} รายการยังไม่ระบุปี", f"Statements without a year: {len(without):,}."),
    )


def _campuses(universities: pd.DataFrame) -> Asked:
    unsure = int((universities["confidence"] == "medium").sum())
    if not unsure:
        return None
    return (
        Words(f"ตรวจที่ตั้งของวิทยาเขต {unsure} แห่ง", f"Check the assumed locations of campuses ({unsure:,})."),
        Words("ทราบอำเภอจากความรู้ทั่วไป ยังไม่พบในเอกสาร", "The locations are assumed; no document confirms them yet."),
    )
