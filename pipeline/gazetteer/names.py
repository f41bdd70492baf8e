"""Names of areas as Thai offices write them: with or without the word for the level, short, in English.

Here: the form in which names are compared, the words before and after a name, official short names. Not here: which
area has a name (``placements``). Spelling is not corrected beyond typing habits that look the same, and romanised
names are compared with the official ones only.
"""

import os
import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.characters import plain

# PyThaiNLP would create a folder for downloads in the user's home, which may be read-only.
if "PYTHAINLP_READ_MODE" not in os.environ:  # the older name of this setting
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")


@dataclass(frozen=True)
class Words:
    """The words for a level that stand before or after a name.

    Attributes:
        pattern: the words, with the spaces that belong to them.
        letter: the first letter of the Thai word, which may stand before a name without a full stop or a space.
    """

    pattern: re.Pattern[str]
    letter: str


PROVINCE_WORDS = Words(re.compile(r"^(?:จังหวัด|จว?\.|จ\s)\s*|^changwat\b\s*|\s*\bprovince$", re.IGNORECASE), "จ")
DISTRICT_WORDS = Words(
    re.compile(
        r"^(?:กิ่ง\s*)?(?:อำเภอ|อ\.|อ\s|เขต)\s*|^กิ่ง\s*"
        r"|^(?:king\s+)?(?:amphoe|amphur)\b\s*|^khet\b\s*|\s*\b(?:minor\s+)?district$",
        re.IGNORECASE,
    ),
    "อ",
)
BETWEEN = re.compile(r"[\s.'’-]+")
# The sign that says that the rest of a name is left out.
SHORTENED = "ฯ"
SHORTEST_STEM = 3
CAPITAL = "เมือง"
CAPITAL_EN = "mueang"
# Official short names of provinces, in the form in which names are compared.
SHORT_PROVINCES = {
    "กทม": "10",
    "กรุงเทพ": "10",
    "krungthepmahanakhon": "10",
    "อยุธยา": "14",
    "ayutthaya": "14",
}
# Bangkok has no capital district; that of Ayutthaya has the name of its province, without เมือง.
WITHOUT_CAPITAL = ("10",)
SHORT_DISTRICTS = {("14", "อยุธยา"): "1401", ("14", "ayutthaya"): "1401"}


@lru_cache(maxsize=20_000)
def compared(text: str) -> str:
    """Write a name in the form in which names are compared.

    Args:
        text: a name without the word for its level.

    Returns:
        Characters in their usual order (เเ as แ, ํา as ำ), small letters, no spaces, full stops and hyphens.

    >>> compared("เเม่  เเตง") == compared("แม่แตง"), compared("ลําพูน") == compared("ลำพูน"), compared("Ko Pha-ngan")
    (True, True, 'kophangan')
    """
    from pythainlp.util import normalize

    text = plain(text)
    return BETWEEN.sub("", normalize(text) if text else "").casefold()


def bare_name(text: str | None, words: Words = DISTRICT_WORDS) -> str:
    """Write a name in the form in which names are compared, without the word for its level.

    Args:
        text: the cell; None if it is empty.
        words: the words for the level.

    Returns:
        The name; empty for an empty cell.

    >>> bare_name(" อำเภอ ฝาง\\ufeff"), bare_name("เขตบางรัก"), bare_name("กิ่ง อ.สามชัย"), bare_name("Fang District")
    ('ฝาง', 'บางรัก', 'สามชัย', 'fang')
    """
    text = _straight(plain(text))
    return compared(words.pattern.sub("", words.pattern.sub("", text, count=1), count=1))


@lru_cache(maxsize=20_000)
def possible_names(text: str | None, words: Words) -> tuple[str, ...]:
    """List the names that a cell can mean, the likeliest first.

    Args:
        text: the cell; None if it is empty.
        words: the words for the level.

    Returns:
        The whole cell, the cell without the words for the level, and that without the first letter of the word, each in
        the form in which names are compared; none for an empty cell.

    >>> possible_names("อ.เมือง", DISTRICT_WORDS), possible_names("อฝาง", DISTRICT_WORDS)
    (('อเมือง', 'เมือง'), ('อฝาง', 'ฝาง'))
    """
    name = bare_name(text, words)
    found = (compared(_straight(plain(text))), name, name.removeprefix(words.letter))
    return tuple(dict.fromkeys(each for each in found if each))


def stem_of(name: str) -> str:
    """Return what stands before the sign ฯ, which says that the rest of a name is left out.

    Args:
        name: a name in the form in which names are compared.

    Returns:
        The beginning of the name; empty without the sign, or if it is too short to say anything.

    >>> stem_of("สุราษฎร์ฯ"), stem_of("สุราษฎร์ธานี")
    ('สุราษฎร์', '')
    """
    stem, sign, rest = name.partition(SHORTENED)
    return stem if sign and not rest and len(stem) >= SHORTEST_STEM else ""


def _straight(text: str) -> str:
    """Write two sara e as sara ae and nikhahit with sara aa as sara am, so that words for levels are recognised."""
    return text.replace("เเ", "แ").replace("\u0e4d\u0e32", "\u0e33")
