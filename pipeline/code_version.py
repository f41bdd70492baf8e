"""Which version of the code made something, for each room of the program.

Here: digests of source files, by room, and which rooms tables, intakes of household rows and pages depend on. Not here:
where a version is recorded (``workspace``, ``runs``). A room is a folder or module of ``pipeline/``, written with
slashes and without suffix, or ``assets``.
"""

import hashlib
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUFFIXES = {".py", ".sql", ".html", ".css", ".js"}


def rooms() -> tuple[str, ...]:
    """List every room of the program.

    Returns:
        ``assets``, the folders and the modules of ``pipeline/``, sorted.
    """
    found = {
        path.stem if path.is_file() else path.name
        for path in HERE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    return tuple(sorted({"assets", *found} - {"__init__"}))


@cache
def code_version(rooms: tuple[str, ...]) -> str:
    """Compute the version of the code in some rooms: a sha256 of their source files.

    Args:
        rooms: ``"households"`` (a folder), ``"queries"`` (a module), ``"pages/classes"`` (a module in a folder) or
            ``"assets"``. Their order has no effect.

    Returns:
        A hexadecimal digest of 64 characters.

    Raises:
        ValueError: there is no such room.

    >>> code_version(("errors", "digests")) == code_version(("digests", "errors"))
    True
    >>> code_version(("errors",)) == code_version(("digests",))
    False
    """
    digest = hashlib.sha256()
    for path in sorted({path for room in rooms for path in _sources(room)}):
        digest.update(path.relative_to(HERE.parent).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(room: str) -> list[Path]:
    folder = HERE.parent / room if room == "assets" else HERE / room
    if folder.is_dir():
        return [path for path in folder.rglob("*") if path.suffix in SUFFIXES]
    module = folder.with_name(f"{folder.name}.py")
    if module.is_file():
        return [module]
    raise ValueError(f"{room}: no such room; rooms are folders and modules of pipeline/")


# Pages and workbooks depend on everything, because they show the id of the run, which depends on everything.
EVERYTHING = rooms()
# Rooms that only show or print, parse arguments, or bring files in: no value in a table depends on them.
SHOWING = ("arguments", "cli", "downloads", "figures", "pages", "proposals", "receiving", "report", "workbooks")
# Tables depend on all other rooms, and on the classes of the maps, which are a table made in `pages`.
TABLES = (*(room for room in EVERYTHING if room not in SHOWING), "pages/classes")
# An intake of household rows depends on how files are read, what is counted and what is too small to publish.
HOUSEHOLDS = (
    "characters",
    "households",
    "reading",
    "contracts/contract",
    "contracts/household_tables",
    "contracts/shared_columns",
    "criteria/alkire_foster",
    "digests",
    "dimensions",
    "errors",
    "gazetteer",
    "leftovers",
    "places",
    "queries",
    "small_cells",
)


def code_versions() -> dict[str, str]:
    """Compute the version of each room, for the record of a run.

    Returns:
        Hexadecimal digests by room.
    """
    return {room: code_version((room,)) for room in sorted({*EVERYTHING, *TABLES})}
