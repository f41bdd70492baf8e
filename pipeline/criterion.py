"""What a criterion is, and the criteria there are: one declaration each.

Here: everything about a criterion that is not a formula: its name, its words, the columns that are shown, its
sources, what is uncertain about it. Policy, ballots, contracts, draws, maps, tables, downloads and command line loop
over ``CRITERIA``. Not here: how a criterion is computed (``criteria``). This module imports nothing of the project.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Words(NamedTuple):
    """One text in Thai and in English."""

    th: str
    en: str

    @property
    def both(self) -> str:
        """Both languages, Thai first.

        >>> Words("คะแนน", "score").both
        'คะแนน · score'
        """
        return f"{self.th} · {self.en}"


_NUMBERS = (
    Words("หนึ่ง", "one"),
    Words("สอง", "two"),
    Words("สาม", "three"),
    Words("สี่", "four"),
    Words("ห้า", "five"),
    Words("หก", "six"),
    Words("เจ็ด", "seven"),
    Words("แปด", "eight"),
    Words("เก้า", "nine"),
    Words("สิบ", "ten"),
)


def in_words(count: int) -> Words:
    """Write a number from 1 to 10 as a word, a higher one in digits.

    Args:
        count: 1 or more.

    Returns:
        The number in both languages.

    >>> in_words(3), in_words(12)
    (Words(th='สาม', en='three'), Words(th='12', en='12'))
    """
    return _NUMBERS[count - 1] if 1 <= count <= len(_NUMBERS) else Words(str(count), str(count))


@dataclass(frozen=True)
class Uncertain:
    """One uncertain quantity, which the draws vary.

    Attributes:
        group: the name that pages show in the list of everything drawn. Several quantities may share one.
        stream: the number of its random stream. A new one takes the next free number; another number gives
            other draws.
        versions: every draw needs many numbers (one per district, campus or province), so one version per draw is made
            beforehand. False where one number per draw is enough.
    """

    name: str
    words: Words
    group: Words
    stream: int
    versions: bool


@dataclass(frozen=True)
class Parameter:
    """One number of a criterion's section in the policy that needs no validation but its limits (both inclusive)."""

    name: str
    meaning: str
    minimum: float
    maximum: float


# cividis, readable for colour-blind eyes and in grey; more is darker.
RAMP = ("#f3e48b", "#c9b96a", "#8e8a79", "#4d566d", "#00224e")


@dataclass(frozen=True)
class Criterion:
    """One criterion of the score, from 0 to 1.

    ``name`` is also its column, its weight, its section in the policy and the asset ``district_<name>``.

    Attributes:
        short: a name for tables, sliders and legends.
        title: the heading of its map.
        meaning: what a high value means, in a list of all criteria.
        missing: what a district lacks that has no value.
        unit: the unit of its map.
        sources: the tables whose sources its map names.
        known_everywhere: every district has a value.
        improvable: a programme can raise it, so pages show the value that would be needed.
        columns: columns of ``district_<name>`` that ``district_scores`` and every download repeat.
        sheet_columns: further columns for workbooks, of ``district_<name>`` or of ``district_facts``.
        uncertain: what the draws vary.
        parameters: its section in the policy, if that has no class in ``policy.criterion_sections``.
        digits: decimals in tables and legends.
        colours: of the classes of its map, lowest first.
    """

    name: str
    short: Words
    title: Words
    meaning: Words
    missing: Words
    unit: Words
    sources: tuple[str, ...]
    known_everywhere: bool
    improvable: bool
    columns: tuple[str, ...] = ()
    sheet_columns: tuple[str, ...] = ()
    uncertain: tuple[Uncertain, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    digits: int = 2
    colours: tuple[str, ...] = RAMP

    @property
    def table(self) -> str:
        """The asset that holds the criterion and its parts, per district.

        >>> POVERTY.table
        'district_poverty'
        """
        return f"district_{self.name}"


_SHARE = Words("ค่า 0–1", "value 0–1")
_POVERTY_FIGURES = Words("ตัวเลขความยากจน", "poverty figures")
_REACH_AND_CAPABILITY = Words("ระยะและความพร้อมของมหาวิทยาลัย", "reach and capability of universities")

POVERTY = Criterion(
    name="poverty",
    short=Words("ความยากจน", "poverty"),
    title=Words("เกณฑ์ที่ 1 คนจนกระจุกตัว", "Criterion 1: poor people are concentrated there"),
    meaning=Words("คนจนกระจุกตัว", "poor people are concentrated there"),
    missing=Words("ตัวเลขความยากจนของอำเภอ", "poverty figures of the district"),
    unit=_SHARE,
    sources=("household_files", "poverty"),
    known_everywhere=False,
    # Not improvable: no page may suggest that more poor people would put a district on the list.
    improvable=False,
    columns=("poverty_rate_pct", "poverty_rate_smoothed_pct", "poor_persons_min", "hot_spot", "suspect"),
    uncertain=(
        Uncertain(
            "sampling",
            Words("ความคลาดเคลื่อนจากการสำรวจ", "the sampling error of the survey"),
            group=_POVERTY_FIGURES,
            stream=0,
            versions=True,
        ),
        Uncertain(
            "overlap",
            Words("จำนวนคนจนที่นับซ้ำกันหลายมิติ", "the overlap of the dimensions of poverty"),
            group=_POVERTY_FIGURES,
            stream=1,
            versions=False,
        ),
        Uncertain(
            "goalposts",
            Words("ค่าสูงสุดที่ใช้เทียบความยากจน", "the goalposts of poverty"),
            group=Words("ค่าสูงสุดที่ใช้เทียบ", "goalposts"),
            stream=5,
            versions=False,
        ),
    ),
)
UNIVERSITY = Criterion(
    name="university",
    short=Words("มหาวิทยาลัย", "university"),
    title=Words("เกณฑ์ที่ 2 มหาวิทยาลัยที่เชื่อมภาคีได้", "Criterion 2: a university can connect all partners"),
    meaning=Words("มหาวิทยาลัยที่เชื่อมภาคีได้", "a university can connect all partners"),
    missing=Words("ข้อมูลมหาวิทยาลัย", "universities"),
    unit=_SHARE,
    sources=("universities",),
    known_everywhere=True,
    improvable=True,
    columns=("university_nearest", "university_nearest_minutes"),
    uncertain=(
        Uncertain(
            "decay",
            Words("ระยะเดินทางที่มหาวิทยาลัยยังทำงานได้", "the distance that a university serves"),
            group=_REACH_AND_CAPABILITY,
            stream=4,
            versions=False,
        ),
        Uncertain(
            "campus_place",
            Words("ที่ตั้งจริงของวิทยาเขต", "the location of campuses within their districts"),
            group=_REACH_AND_CAPABILITY,
            stream=6,
            versions=True,
        ),
        Uncertain(
            "campus_capability",
            Words("ความพร้อมของวิทยาเขตในการประสานงาน", "the capability of campuses to connect partners"),
            group=_REACH_AND_CAPABILITY,
            stream=7,
            versions=True,
        ),
    ),
)
DATA_SYSTEM = Criterion(
    name="data_system",
    short=Words("ระบบข้อมูล", "data system"),
    title=Words("เกณฑ์ที่ 3 ระบบข้อมูลที่ยอมรับ", "Criterion 3: a data system there is accepted"),
    meaning=Words("ระบบข้อมูลที่ทุกฝ่ายยอมรับ", "a data system there is accepted"),
    missing=Words("ระบบข้อมูลที่ครอบคลุมพื้นที่", "a data system that covers it"),
    unit=_SHARE,
    sources=("data_systems",),
    known_everywhere=False,
    improvable=True,
    sheet_columns=("data_systems_all",),
    uncertain=(
        Uncertain(
            "system_quality",
            Words("คุณภาพของระบบข้อมูลที่ยังไม่ได้วัด", "the quality of data systems not yet measured"),
            group=Words("คุณภาพข้อมูลที่ยังไม่ได้วัด", "data quality not yet measured"),
            stream=8,
            versions=True,
        ),
    ),
)

CRITERIA: tuple[Criterion, ...] = (POVERTY, UNIVERSITY, DATA_SYSTEM)
# How many there are, in words, for sentences and headings.
COUNT = in_words(len(CRITERIA))
# What is uncertain about the score whatever the criteria are.
SCORE_UNCERTAIN = (
    Uncertain(
        "weights",
        Words("น้ำหนักของเกณฑ์", "the weights of the criteria"),
        group=Words("น้ำหนัก", "weights"),
        stream=2,
        versions=True,
    ),
    Uncertain(
        "exponent",
        Words(f"วิธีรวม{COUNT.th}เกณฑ์เป็นคะแนนเดียว", f"the way the {COUNT.en} criteria are combined"),
        group=Words("วิธีรวมคะแนน", "how the criteria are combined"),
        stream=3,
        versions=False,
    ),
)
UNCERTAIN: tuple[Uncertain, ...] = tuple(
    sorted(
        (*SCORE_UNCERTAIN, *(uncertain for criterion in CRITERIA for uncertain in criterion.uncertain)),
        key=lambda uncertain: uncertain.stream,
    )
)
# The groups of all that is uncertain, each once, in the order of the last stream of each.
GROUPS: tuple[Words, ...] = tuple(reversed(dict.fromkeys(uncertain.group for uncertain in reversed(UNCERTAIN))))
NAMES: tuple[str, ...] = tuple(criterion.name for criterion in CRITERIA)
# What is mapped: each criterion, and their score.
SCORE = "score"
MAPS: tuple[str, ...] = (*NAMES, SCORE)
