"""Files in a folder of inputs that are no inputs: what systems and programs leave behind, notes, the table of sources.

Here: one rule for all folders; which endings are those of data. Not here: inputs that no reader takes
(``sources.unread``).
"""

from pathlib import Path, PurePath

# Written by Windows, macOS and file servers.
OF_SYSTEMS = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "$recycle.bin", "@eadir"}
# How the names of hidden files, of open documents and of their locks begin; of backups of editors, end.
BEGINNINGS = (".", "~$")
ENDING = "~"
# The table of sources that may be fetched, in the folder of all inputs: a setting, on which no figure depends.
SOURCES_TABLE = "sources.toml"
# Notes for people, beside the sidecars.
NOTES = {SOURCES_TABLE, "readme.md", "readme.txt", "readme", "license", "license.txt", "license.md"}
# Endings of files that hold data: whoever puts one into the folder of a system expects it to be used.
DATA = (
    *(".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".parquet", ".json", ".geojson", ".dbf"),
    *(".zip", ".gz", ".7z", ".rar", ".sav", ".dta", ".mdb", ".accdb"),
)
# Endings of documents and pictures, in which no reader looks for data.
DOCUMENTS = (
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".md", ".html", ".htm", ".ppt", ".pptx", ".eml", ".msg", ".url", ".lnk"),
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".mp4", ".log", ".bak", ".tmp"),
)


def is_leftover(path: PurePath) -> bool:
    """Return whether a file is one that a system or a program left behind, or is in such a folder.

    Args:
        path: within the folder of inputs.

    Returns:
        Whether it is no input, and needs no word.

    >>> [is_leftover(Path(name)) for name in (".DS_Store", "__MACOSX/._a.csv", "~$a.xlsx", "Thumbs.db")]
    [True, True, True, True]
    >>> is_leftover(Path("tpmap/a.csv"))
    False
    """
    return any(
        part.casefold() in OF_SYSTEMS or part.startswith(BEGINNINGS) or part.endswith(ENDING) for part in path.parts
    )


def is_note(path: PurePath) -> bool:
    """Return whether a file is a note for people, or the table of sources.

    Args:
        path: the file.

    Returns:
        Whether it is a README, a licence or the table of sources.

    >>> is_note(Path("boundaries/README.md")), is_note(Path("a.csv"))
    (True, False)
    """
    return path.name.casefold() in NOTES


def is_document(path: PurePath) -> bool:
    """Return whether a file is a document or a picture: it is named in ``check``, and stops no run.

    Args:
        path: the file.

    Returns:
        Whether its ending is one of ``DOCUMENTS``.

    >>> is_document(Path("letter.PDF")), is_document(Path("a.csv"))
    (True, False)
    """
    return path.suffix.lower() in DOCUMENTS


def inputs_in(folder: Path) -> list[Path]:
    """List the files in a folder and its folders that are inputs or could be meant as such.

    Args:
        folder: a folder of inputs, which need not exist.

    Returns:
        All files but leftovers and notes, in the order of their names; links as they are.
    """
    found = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return [path for path in found if not is_leftover(path.relative_to(folder)) and not is_note(path)]
