"""The dimensions of poverty, each once, with its words.

Here: what household rows are counted by, in the order of columns and pages. Contracts, sections of the policy, SQL and
pages take their lists from here. Not here: other lists of values (``categories``). An intake of household rows depends
on this module and not on those lists, so that a new word for a status does not make all rows be read again.
"""

from pipeline.criterion import Words, in_words

# The dimensions of poverty in TPMAP.
DIMENSIONS: dict[str, Words] = {
    "health": Words("สุขภาพ", "health"),
    "living": Words("ความเป็นอยู่", "living conditions"),
    "education": Words("การศึกษา", "education"),
    "income": Words("รายได้", "income"),
    "accessibility": Words("การเข้าถึงบริการรัฐ", "access to state services"),
}
# How many there are, in words.
DIMENSION_COUNT = in_words(len(DIMENSIONS))
