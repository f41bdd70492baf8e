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
    """Every room: ``assets``, the folders and the modules of ``pipeline/``, in order."""
    found = {
        path.stem if path.is_file() else path.name
        for path in HERE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    return tuple(sorted({"assets", *found} - {"__init__"}))


@cache
def code_version(rooms: tuple[str, ...]) -> str:
    """The version of the code in some rooms: a sha256 of their source files.

    Args:
        rooms: ``"households"`` (a folder), ``"queries"`` (a module), ``"pages/classes"`` (a module in a folder) or
            ``"assets"``. Their order has no effect.

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


# Pages and workbooks: everything, since the id of a run, which they show, depends on everything.
EVERYTHING = rooms()
# Rooms that only show, print or ask: no value in a table depends on them.
SHOWING = ("arguments", "cli", "downloads", "figures", "pages", "report", "workbooks")
# Tables: all other rooms, and the classes of the maps, which are a table made in `pages`.
TABLES = (*(room for room in EVERYTHING if room not in SHOWING), "pages/classes")
# An intake of household rows: the rows, how files are read, what is counted, what is too small to publish.
HOUSEHOLDS = (
    "households",
    "reading",
    "categories",
    "contracts/contract",
    "contracts/household_tables",
    "contracts/shared_columns",
    "criteria/alkire_foster",
    "digests",
    "errors",
    "places",
    "queries",
    "small_cells",
)


def code_versions() -> dict[str, str]:
    """The version of each room, for the record of a run."""
    return {room: code_version((room,)) for room in sorted({*EVERYTHING, *TABLES})}
