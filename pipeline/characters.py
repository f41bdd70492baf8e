"""Characters that people type and software adds: what is removed or replaced before any cell or name is compared.

Here: tables of characters and one function that applies them. Not here: names of places (``gazetteer``), values of
cells (``reading``).
"""

import unicodedata

# Zero-width characters, the no-break space, and characters that change the direction of text: a name with one of them
# looks like another name.
INVISIBLE = dict.fromkeys(
    [0xFEFF, 0x00A0, 0x061C, 0x2060, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def plain(text: str | None) -> str:
    """Write text on one line, without invisible characters and repeated spaces, with Western digits.

    Args:
        text: a cell; None if it is empty.

    Returns:
        The text in Unicode NFC; empty for an empty cell.

    >>> plain(" ๑๐๐๑\\u200b"), plain("อำเภอ  ฝาง\\n"), plain(None)
    ('1001', 'อำเภอ ฝาง', '')
    """
    # A no-break space is removed by INVISIBLE, but here it separates words.
    spaced = (text or "").replace("\u00a0", " ").translate(INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", spaced).split()).translate(THAI_DIGITS)
