"""The layers, one declaration each, in the order in which dossiers show them.

Not here: what the fields of a declaration mean (``layer``).
"""

from pipeline.criterion import Words
from pipeline.layers.layer import NONE, Group, Layer, Value, check_groups

BUSINESS_AND_TOURISM = Group(
    "business_and_tourism",
    Words("ธุรกิจท้องถิ่นและชุมชนท่องเที่ยว", "local business and community tourism"),
)

new_firms = Layer(
    name="new_firms",
    folder="dbd",
    file="new_firms_by_district.csv",
    title="Newly registered firms, by the district of the head office",
    description="Local business, shown in dossiers and downloads.",
    source="Department of Business Development",
    group=BUSINESS_AND_TOURISM,
    level="district",
    values=(
        Value(
            "period",
            "first and last month",
            "text",
            pattern=r"[0-9]{4}-[0-9]{2}\.\.[0-9]{4}-[0-9]{2}",
            form="first and last month, such as 2016-01..2016-06",
        ),
        Value(
            "new_firms",
            "juristic persons registered",
            unit="firms",
            words=Words("นิติบุคคลตั้งใหม่", "new firms"),
            unit_words=Words("ราย", ""),
            downloads=True,
        ),
        Value("companies", "limited companies among them", unit="firms", part_of="new_firms"),
        Value("limited_partnerships", "limited partnerships among them", unit="firms", part_of="new_firms"),
        Value(
            "new_firms_per_10000",
            "new_firms over registered persons of 2017",
            "number",
            "firms per 10,000 persons",
            nullable=True,
        ),
    ),
    words=NONE,
    missing=Words("ไม่มีข้อมูลนิติบุคคลตั้งใหม่", "No figures on new firms"),
    period="period",
)
establishments = Layer(
    name="establishments",
    folder="labour",
    file="establishments_by_province.csv",
    title="Establishments by size, for the provinces with figures",
    description="Local business of ten provinces, shown in dossiers.",
    source="Ministry of Labour",
    group=BUSINESS_AND_TOURISM,
    level="province",
    values=(
        Value(
            "establishments_small",
            "small ones, as the ministry counts",
            unit="places",
            words=Words("ขนาดเล็ก", "small"),
        ),
        Value(
            "establishments_medium",
            "medium ones, as the ministry counts",
            unit="places",
            words=Words("กลาง", "medium"),
        ),
        Value(
            "establishments_large",
            "large ones, as the ministry counts",
            unit="places",
            words=Words("ใหญ่", "large"),
        ),
    ),
    words=Words("สถานประกอบการ", "Establishments:"),
    missing=Words("ไม่มีข้อมูลสถานประกอบการตามขนาด", "No figures on establishments by size"),
    remark=Words("(ไม่ทราบวันที่)", "(undated)"),
)
cbt_sites = Layer(
    name="cbt_sites",
    folder="cbt",
    file="cbt_sites.csv",
    title="Community tourism villages named on public pages: an illustration, not a register",
    description="Community-based tourism, shown in dossiers.",
    source="public pages",
    group=BUSINESS_AND_TOURISM,
    level="site",
    values=(
        Value("basis", "how the place is known", "text"),
        Value("source", "page that names it", "text"),
    ),
    words=Words(
        "ชุมชนท่องเที่ยวที่ทราบชื่อ (ตัวอย่าง ไม่ใช่ทะเบียน)",
        "Known community tourism sites (examples, not a register)",
    ),
    missing=Words("ไม่มีข้อมูล", "none known"),
)
LAYERS = (new_firms, establishments, cbt_sites)
# The layers of each group, in the order of ``LAYERS``.
GROUPS: dict[Group, tuple[Layer, ...]] = {
    group: tuple(layer for layer in LAYERS if layer.group == group)
    for group in dict.fromkeys(layer.group for layer in LAYERS)
}
check_groups(GROUPS)
