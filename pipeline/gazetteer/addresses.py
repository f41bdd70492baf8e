"""A place that a person writes as one text: a code, a name, or a district with its province.

Here: what one text means, for the command line. Not here: rows of files (``placements``), which keep to their province.
"""

import re

from pipeline.characters import plain
from pipeline.gazetteer import names
from pipeline.gazetteer.areas import DISTRICT, PROVINCE, SUBDISTRICT
from pipeline.gazetteer.codes import read_code
from pipeline.gazetteer.placements import Gazetteer

SUBDISTRICT_PART = re.compile(r"(?:ตำบล|ต\.|แขวง)\s*[^\s,]+")
# A space is often missing before the words for a level.
BEFORE_LEVEL = re.compile(r"(?<=[^\s,])(?=จังหวัด|จ\.|อำเภอ|อ\.)(?<!กิ่ง)(?<!กิ่ง )")
PROVINCE_WORD = re.compile(r"จังหวัด|จ\.|changwat|province", re.IGNORECASE)


def areas_named(gazetteer: Gazetteer, text: str) -> tuple[str, ...]:
    """List the provinces and districts that a text can mean.

    Args:
        gazetteer: codes and names.
        text: a code (``5001``, ``TH50``; that of a subdistrict means its district), a province, a district with its
            province in either order, or a district alone.

    Returns:
        Their codes, in order: none if there is no such place, several if the text does not say which.

    >>> from pipeline.gazetteer import installed
    >>> areas_named(installed(), "อ.เมือง จ.เชียงใหม่"), areas_named(installed(), "TH50"), areas_named(installed(), "เบตง")
    (('5001',), ('50',), ('9502',))
    """
    text = plain(text)
    code = read_code(text)
    if code.digits:
        levels = {PROVINCE: PROVINCE, DISTRICT: DISTRICT}
        found = gazetteer.area(text, levels.get(len(code.digits), SUBDISTRICT)).code
        return (found[:DISTRICT],) if found else ()
    if province := gazetteer.province(text):
        return (province,)
    words = BEFORE_LEVEL.sub(" ", SUBDISTRICT_PART.sub(" ", text)).replace(",", " ").split()
    found_in = {d for p, name in _splits(gazetteer, words) for d in gazetteer.districts_named(p, name)}
    if found_in or any(PROVINCE_WORD.search(word) for word in words):
        return tuple(sorted(found_in))
    name = " ".join(words)
    return tuple(sorted({d for p in gazetteer.provinces for d in gazetteer.districts_named(p, name)}))


def _splits(gazetteer: Gazetteer, words: list[str]) -> list[tuple[str, str]]:
    """Return each province that begins or ends the words, with the rest of the words."""
    cuts = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    pairs = [(gazetteer.province(a), b) for a, b in cuts] + [(gazetteer.province(b), a) for a, b in cuts]
    return [(province, rest) for province, rest in pairs if province and names.bare_name(rest)]
