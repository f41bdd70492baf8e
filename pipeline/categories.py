"""Lists of values that tables, rules, SQL and pages share: each value once, with its words.

Here: what a cell may hold where there are few possibilities (a kind of university, a status), in the order in which
pages show them. Contracts, sections of the policy, SQL and pages take their lists from here. Not here: dimensions of
poverty (``dimensions``), criteria (``criterion``), layers (``layers``), values of one table only (``contracts``).
"""

from pipeline.criterion import Words

# Institutions of higher education. The policy gives each kind a capability.
UNIVERSITY_KINDS: dict[str, Words] = {
    "rajabhat": Words("ราชภัฏ", "Rajabhat"),
    "rajamangala": Words("ราชมงคล", "Rajamangala"),
    "autonomous": Words("ในกำกับของรัฐ", "autonomous"),
    "public": Words("ของรัฐ", "public"),
    "institute": Words("สถาบันเฉพาะทาง", "institute"),
    "private": Words("เอกชน", "private"),
    "buddhist": Words("มหาวิทยาลัยสงฆ์", "Buddhist"),
    "other": Words("วิทยาลัยชุมชนและอื่น ๆ", "community college or other"),
}
# How far a data system goes, the least first. The policy gives each level a value.
LEVELS: dict[str, Words] = {
    "paper": Words("แบบกระดาษ", "on paper"),
    "digital": Words("ฐานข้อมูลดิจิทัล", "digital"),
    "household_linked": Words("เชื่อมถึงรายครัวเรือน", "linked to individual households"),
    "shared_case": Words("ใช้ติดตามรายกรณีร่วมกัน", "used jointly to follow cases"),
}
# Whether a district can be a pilot district. The browser's copy of the ranking (`ranking.js`) has the same order.
STATUSES: dict[str, Words] = {
    "eligible": Words("เข้าเกณฑ์", "eligible"),
    "below_gate": Words("ไม่ถึงเกณฑ์ความเข้มข้น", "below the gate"),
    "data_needed": Words("ต้องการข้อมูล", "data needed"),
    "excluded": Words("ไม่นำมาพิจารณา", "excluded"),
}
# Where the poverty figures of a district come from. With other districts: its own count is too small to publish.
PUBLISHED_RATES, PUBLISHED_COUNTS = "published rates", "published counts"
HOUSEHOLD_ROWS = "household rows"
POOLED_ROWS = "household rows, with other districts"
FIGURES_FROM: dict[str, Words] = {
    PUBLISHED_RATES: Words("อัตราที่เผยแพร่", "published rates"),
    PUBLISHED_COUNTS: Words("จำนวนที่เผยแพร่", "published counts"),
    HOUSEHOLD_ROWS: Words("ข้อมูลรายครัวเรือน", "household rows"),
    POOLED_ROWS: Words("ข้อมูลรายครัวเรือน รวมกับอำเภออื่นในจังหวัด", "household rows, with other districts of the province"),
}
# Who counts as poor: all who are, or of these the holders of a welfare card. The policy names the measure of the score.
SURVEY_POOR, TARGET_POOR = "survey", "target"
MEASURES: dict[str, Words] = {
    SURVEY_POOR: Words("คนจนตามการสำรวจ จปฐ.", "poor by the basic-needs survey"),
    TARGET_POOR: Words("คนจนเป้าหมาย", "target poor"),
}
# Folders of ``data/raw/`` with published poverty figures of districts.
TPMAP_RATES, TPMAP_COUNTS = "tpmap", "tpmap_aggregates"
POVERTY_SOURCES: dict[str, Words] = {
    TPMAP_RATES: Words("อัตรารายหน่วยของ TPMAP", "TPMAP's rates by unit"),
    TPMAP_COUNTS: Words("จำนวนที่ TPMAP เผยแพร่", "TPMAP's published counts"),
}
# Sources whose small counts are not shown. What an agency has published is shown as it is.
FROM_ROWS = (HOUSEHOLD_ROWS, POOLED_ROWS)
# How certain a place is, the most certain first. All but the last have a limit in the policy.
FIRMNESS: dict[str, Words] = {
    "firm": Words("มั่นคง", "firm"),
    "likely": Words("ค่อนข้างแน่", "likely"),
    "contested": Words("ก้ำกึ่ง", "contested"),
    "unlikely": Words("ไม่น่าใช่", "unlikely"),
}
# Classes of certainty that are enough to adopt a place; the working group is asked about the others.
CERTAIN_ENOUGH = ("firm", "likely")
