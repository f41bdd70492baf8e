"""Which of our columns a column of a strange file could be: by its name, and by how many of its cells fit.

Not here: the heading and the rows (``strange_file``), the text of a proposal (``proposing``).
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.characters import plain
from pipeline.contracts.shared_columns import LON, YEAR
from pipeline.dimensions import DIMENSIONS
from pipeline.gazetteer import DISTRICT, PROVINCE, SUBDISTRICT, installed
from pipeline.gazetteer.codes import read_code
from pipeline.households.answers import ANSWERS, Answers, plain_word
from pipeline.proposals.strange_file import StrangeFile
from pipeline.reading.layout import UNKNOWN
from pipeline.reading.numbers import number_of
from pipeline.reading.people import CITIZEN_ID, HOUSEHOLD_ID, SURNAME, compared_name
from pipeline.sources.release_files import TPMAP_NAMES

# Names that files use, by our name, in the form of `compared_name`.
NAMES: dict[str, str] = {
    "household_id": HOUSEHOLD_ID,
    "citizen_id": CITIZEN_ID,
    "province_code": "รหัสจังหวัด provinceid provcode provincecode changwatcode",
    "district_code": "รหัสอำเภอ รหัสเขต amphurid amphoeid ampcode amphurcode districtid",
    "subdistrict_code": "รหัสตำบล รหัสแขวง tumbolid tambonid tamcode tamboncode รหัสหมู่บ้าน villageid ccaatt ccaattmm",
    "province_name": "จังหวัด ชื่อจังหวัด province changwat",
    "district_name": "อำเภอ เขต ชื่ออำเภอ อำเภอ/เขต amphur amphoe district",
    "place_code": "subdistrict_code รหัสตำบล tumbolid tambonid",
    "lon": "lng long longitude ลองจิจูด",
    "lat": "latitude ละติจูด",
    "members": "สมาชิก จำนวนสมาชิก จำนวนสมาชิกในครัวเรือน จำนวนสมาชิกครัวเรือน hhsize householdsize จำนวนคน",
    "health": "สุขภาพ",
    "living": "ความเป็นอยู่ สภาพความเป็นอยู่",
    "education": "การศึกษา",
    "income": "รายได้",
    "accessibility": "เข้าถึงบริการรัฐ การเข้าถึงบริการรัฐ การเข้าถึงบริการภาครัฐ การเข้าถึงบริการ",
    "income_per_person": "รายได้ต่อคน รายได้เฉลี่ยต่อคน รายได้ต่อหัว",
    "welfare_card": "บัตรสวัสดิการ บัตรสวัสดิการแห่งรัฐ บัตรคนจน",
    "survey_year": "ปี ปีสำรวจ ปีที่สำรวจ year surveyyear",
    "year": "ปี พ.ศ. ปีพ.ศ.",
    "population_persons": "ประชากร จำนวนประชากร รวม total population",
    "male_persons": "ชาย male",
    "female_persons": "หญิง female",
    "houses": "บ้าน จำนวนบ้าน ครัวเรือน house",
    "name_th": "ชื่อ ชื่อไทย ชื่อสถาบัน ชื่อมหาวิทยาลัย มหาวิทยาลัย สถาบันอุดมศึกษา",
    "campus_code": "รหัสสถาบัน รหัสวิทยาเขต รหัสมหาวิทยาลัย",
    "campus_name": "วิทยาเขต ชื่อวิทยาเขต campus",
    "kind": "ประเภท ประเภทสถาบัน สังกัด",
    "name_en": "ชื่ออังกฤษ",
    "region_th": "ภาค",
}
BEFORE = re.compile(r"^(?:มิติที่[0-9]+|มิติด้าน|มิติ|ด้าน|ตกเกณฑ์)")
# Columns whose cells are never shown, and names of columns that say that rows are persons.
PRIVATE = ("household_id", "citizen_id")
OF_PERSONS = ("ชื่อ", *SURNAME.split(), "อายุ", "เพศ", "ความสัมพันธ์", "firstname", "age")
# Of what unknown answers are made that may be shown: digits from 0 to 9, and parts of words that describe no one.
ANSWER = re.compile(
    r"[0-9](\.0)?|(ไม่|ไร้|มี|ได้|ผ่าน|ตก|เข้า|ต่ำกว่า|สูงกว่า|เกณฑ์|จน|ยากจน|ใช่|ปกติ|ปัญหา|พอ|เพียง|ขาด|ครบ|ดี|แน่ใจ|ตอบ|ทราบ|บัตร)+"
    r"|pass(ed)?|fail(ed)?|poor|not ?poor|non-?poor|good|bad|low|high|has|none|ok"
)
# Of the households, the share with several persons from which rows are persons.
PERSONS_SHARE = 0.05
FITS, FITS_WITHOUT_NAME = 0.5, 0.95


@dataclass(frozen=True)
class Guess:
    """A column of the file, and ours that it could be.

    Attributes:
        theirs: its name in the file.
        ours: our name.
        share: of its filled cells, how many fit.
        filled: how many cells are filled.
        by_name: whether its name says so too.
    """

    theirs: str
    ours: str
    share: float
    filled: int
    by_name: bool

    @property
    def good(self) -> bool:
        """Whether enough cells fit for the line to be proposed; what words of answers mean can be stated."""
        if self.by_name and self.ours in ANSWERS:
            return True
        return self.share >= (FITS if self.by_name else FITS_WITHOUT_NAME)


def _year(cell: str) -> bool:
    year = number_of(cell, YEAR)
    return year is not None and 1900 <= year <= 2200


def _code(digits: int) -> Callable[[str], bool]:
    def fits(cell: str) -> bool:
        code = read_code(cell).digits
        if digits == SUBDISTRICT and len(code) == 8:
            cell = code[:SUBDISTRICT]
        return installed().area(cell, digits).code is not None

    return fits


def _answer(column: str) -> Callable[[str], bool]:
    words = Answers().of(column)
    known = {*words.meanings, *words.not_known}
    return lambda cell: plain_word(cell) in known


def _number(least: float, most: float) -> Callable[[str], bool]:
    def fits(cell: str) -> bool:
        number = number_of(cell, LON)
        return number is not None and least <= number <= most

    return fits


FIT: Mapping[str, Callable[[str], bool]] = {
    "citizen_id": lambda cell: bool(re.fullmatch(r"[0-9]{13}", re.sub(r"[\s-]", "", cell))),
    "household_id": lambda cell: bool(cell),
    "province_code": _code(PROVINCE),
    "district_code": _code(DISTRICT),
    "subdistrict_code": _code(SUBDISTRICT),
    "province_name": lambda cell: installed().province(cell) is not None,
    "district_name": lambda cell: any(installed().districts_named(p, cell) for p in installed().provinces),
    "lon": _number(97, 106),
    "lat": _number(5, 21),
    "members": _number(0, 40),
    "income_per_person": _number(-1e7, 1e9),
    "survey_year": _year,
    "year": _year,
    **{column: _answer(column) for column in ANSWERS},
}
# Our columns that content alone can tell.
BY_CONTENT = ("citizen_id", "subdistrict_code", "district_code", "province_name")


def guesses(file: StrangeFile, ours: Sequence[str]) -> list[Guess]:
    """Say which of our columns each column of a file could be.

    Args:
        file: its names and rows.
        ours: our columns of the table.

    Returns:
        At most one guess for each column of the file and for each of ours, in the order of the file.
    """
    known = {compared_name(name): name for name in ours}
    known |= {compared_name(theirs): name for theirs, name in TPMAP_NAMES.items() if name in ours}
    known |= {
        compared_name(word): name
        for name in ours
        for word in NAMES.get(name, "").split()
        if compared_name(word) not in known
    }
    found: list[Guess] = []
    for at, theirs in enumerate(file.names):
        cells = [plain(row[at]) for _, row in file.rows if at < len(row) and plain(row[at])]
        key = compared_name(theirs)
        name = known.get(key) or known.get(BEFORE.sub("", key))
        candidates = [name] if name else [each for each in BY_CONTENT if each in ours and theirs]
        best = max(
            (_guess(theirs, each, cells, by_name=bool(name)) for each in candidates),
            key=lambda g: g.share,
            default=None,
        )
        if best and theirs and (best.by_name or best.good) and best.ours not in {g.ours for g in found}:
            found.append(best)
    return found


def _guess(theirs: str, ours: str, cells: Sequence[str], *, by_name: bool) -> Guess:
    distinct = Counter(cells)
    fits = FIT.get(ours, bool)
    share = sum(count for cell, count in distinct.items() if fits(cell)) / len(cells) if cells else 1.0
    return Guess(theirs, ours, share, len(cells), by_name)


def words_of(file: StrangeFile, theirs: str, ours: str, least: int) -> tuple[Counter[str], int, int]:
    """Count the words of a column of answers that can be shown.

    Args:
        file: its names and rows.
        theirs: the name of the column.
        ours: our name of it.
        least: rarer words are not shown.

    Returns:
        How often each word occurs that is known or made of parts of answers; how many other words there are, which may
        be amounts, names or free text; and how many words have no meaning yet.
    """
    at, words = file.names.index(theirs), Answers().of(ours)
    known = {*words.meanings, *words.not_known, *UNKNOWN}
    counts = Counter(plain(row[at]) for _, row in file.rows if at < len(row))
    answers = {word for word in counts if plain_word(word) in known or ANSWER.fullmatch(plain_word(word))}
    shown = Counter({word: count for word, count in counts.items() if word in answers and count >= least})
    return shown, len(counts) - len(shown), sum(plain_word(word) not in known for word in counts)


def rows_of_persons(file: StrangeFile, found: Sequence[Guess]) -> str:
    """Say why the rows of a file are persons.

    Args:
        file: its names and rows.
        found: the guesses.

    Returns:
        The reason; empty if rows seem to be households, or if no id of a household joins them.
    """
    at = {guess.ours: file.names.index(guess.theirs) for guess in found if guess.good}
    if "household_id" not in at:
        return ""
    surveys: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for _, row in file.rows:
        if row[at["household_id"]]:
            survey = row[at["household_id"]], row[at["survey_year"]] if "survey_year" in at else ""
            person = (row[at["citizen_id"]],) if "citizen_id" in at else tuple(row)
            surveys.setdefault(survey, set()).add(person)
    several = sum(len(persons) > 1 for persons in surveys.values())
    if several <= PERSONS_SHARE * max(len(surveys), 1):
        return ""
    what = "citizen ids" if "citizen_id" in at else "rows"
    return f"{several:,} of {len(surveys):,} households have several {what}"


def named_like_persons(file: StrangeFile) -> list[str]:
    """List columns that only rows of persons usually have.

    Args:
        file: its names.

    Returns:
        Their names.
    """
    return [name for name in file.names if compared_name(name) in OF_PERSONS]


def is_of_households(found: Sequence[Guess]) -> bool:
    """Return whether guesses are those of household rows.

    Args:
        found: the guesses for the columns of household rows.

    Returns:
        Whether three dimensions, or an id and the members, are among them.
    """
    ours = {guess.ours for guess in found if guess.good}
    return len(ours & set(DIMENSIONS)) >= 3 or (bool(ours & set(PRIVATE)) and "members" in ours)
