"""The place of a received file: written beside, renamed over the last good one, with its sidecar; or quarantine.

Here: files and sidecars under ``data/raw``, and ``data/quarantine``. Not here: whether a file is good (``staged``).
tomlkit changes values of a sidecar and keeps its comments, columns and order, which are the analyst's.
"""

import errno
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

import tomlkit
from tomlkit.exceptions import TOMLKitError

from pipeline.errors import InputError, Problem, shown_path
from pipeline.project import HOUSEHOLDS, Paths
from pipeline.reading.file_content import read_toml
from pipeline.reading.sidecar import SIDECAR, own_sidecar
from pipeline.receiving.outcome_records import REASON, write_whole
from pipeline.receiving.source_table import Source
from pipeline.sources.boundaries import CARRIED

BOUNDARIES = "boundaries"
FILE_MODE, PRIVATE_MODE, PRIVATE_FOLDER = 0o644, 0o600, 0o700


@dataclass(frozen=True)
class Arrival:
    """A file that has arrived, before it is in its place.

    Attributes:
        file: where it is now.
        target: its place under ``data/raw``.
        sha256: its digest.
        received: the day.
        address: where it was fetched from; empty if it was dropped.
        giver: the folder of the inbox in which it was dropped; empty if it was fetched.
        statement: keys of a sidecar, for a place that has none yet.
    """

    file: Path
    target: PurePosixPath
    sha256: str
    received: date
    address: str = ""
    giver: str = ""
    statement: Mapping[str, str] | None = None

    @property
    def of_rows(self) -> bool:
        """Whether it has rows of households, which only the service's own user may read."""
        return self.target.parts[0] == HOUSEHOLDS


def statement_of(source: Source) -> dict[str, str]:
    """Compose what a new sidecar states of a source.

    Args:
        source: the source.

    Returns:
        The keys of a sidecar that the table of sources has.
    """
    keys = ("title_th", "title_en", "source_th", "source", "licence", "note")
    return {key: getattr(source, key) for key in keys if getattr(source, key)}


def rows_statement(system: str) -> dict[str, str]:
    """Compose what a new sidecar states of household rows that were dropped without one.

    Args:
        system: the system whose rows they are.

    Returns:
        The keys of a sidecar.
    """
    return {
        "title_th": f"ข้อมูลรายครัวเรือน {system}",
        "title_en": f"Household rows, {system}",
        "source_th": f"ข้อมูลรายครัวเรือน {system} จากกล่องรับแฟ้ม",
        "source": f"household rows of {system}, from the inbox",
        "licence": "under agreement, not for publication",
    }


def sidecar_of(folder: Path, target: PurePosixPath) -> Path:
    """Find the sidecar of a file: that of its folder, or its own for boundaries that are not the project's.

    Args:
        folder: the folder of the file.
        target: its place under ``data/raw``.

    Returns:
        The path, which need not exist.
    """
    if target.parts[0] == BOUNDARIES and target.name != CARRIED:
        return own_sidecar(folder / target.name)
    return folder / SIDECAR


def updated_sidecar(folder: Path, arrival: Arrival) -> tuple[Path, bytes]:
    """Compose the sidecar of an arrival: its day, address and digest; everything else is kept as it is.

    Args:
        folder: the folder that has, or will have, the file.
        arrival: the file.

    Returns:
        The path of the sidecar and its new content.

    Raises:
        InputError: the sidecar that is there cannot be read.
    """
    path = sidecar_of(folder, arrival.target)
    if path.is_file():
        read_toml(path)  # a sidecar that is not TOML is reported with its line
        try:
            document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
        except (TOMLKitError, ValueError):
            fix = "correct the sidecar"
            raise InputError(Problem(shown_path(path), "not TOML", "a sidecar", fix)) from None
    else:
        document = tomlkit.document()
        for key, value in (arrival.statement or {}).items():
            document[key] = value
        document["address"] = ""
    document["received"] = arrival.received
    if arrival.address:
        document["address"] = arrival.address
    if arrival.giver:
        document["received_from"] = arrival.giver
    elif "received_from" in document:
        del document["received_from"]
    digests = document.get("sha256")
    if not isinstance(digests, dict):
        digests = tomlkit.table()
        document["sha256"] = digests
    digests[arrival.target.name] = arrival.sha256
    return path, tomlkit.dumps(document).encode()


def checked_place(paths: Paths, target: PurePosixPath) -> Path:
    """Find the place of a file, and check that no link leads out of the folder of inputs.

    Args:
        paths: the folders of the project.
        target: its place under ``data/raw``.

    Returns:
        The path of the file, which need not exist.

    Raises:
        InputError: the system has no folder, or a link is in the way.
    """
    path = paths.raw / target
    if not path.parent.is_dir():
        expected, fix = "the folder of a system", "make it, with its SOURCE.toml, or correct target"
        raise InputError(Problem(shown_path(path.parent), "no such folder", expected, fix))
    if path.parent.resolve() != paths.raw.resolve() / target.parent or path.is_symlink() or path.is_dir():
        raise InputError(Problem(shown_path(path), "a link or a folder", "a file", "replace it by the file itself"))
    return path


def place(paths: Paths, arrival: Arrival) -> Path:
    """Put a file in its place, over the last good one, and record it in its sidecar.

    The file first, then the sidecar: after a crash between the two, the sidecar has an older digest, which `check`
    shows and the next fetch corrects.

    Args:
        paths: the folders of the project.
        arrival: a file that was checked; it is moved.

    Returns:
        Its path.

    Raises:
        InputError: there is no such place, or its sidecar cannot be read.
    """
    path = checked_place(paths, arrival.target)
    sidecar, content = updated_sidecar(path.parent, arrival)
    arrival.file.chmod(PRIVATE_MODE if arrival.of_rows else FILE_MODE)
    if arrival.of_rows:
        path.parent.chmod(PRIVATE_FOLDER)
    try:
        os.replace(arrival.file, path)
    except OSError as error:
        if error.errno != errno.EXDEV:  # another disk or mount
            raise
        write_whole(path, arrival.file.read_bytes(), PRIVATE_MODE if arrival.of_rows else FILE_MODE)
        arrival.file.unlink()
    write_whole(sidecar, content, PRIVATE_MODE if arrival.of_rows else FILE_MODE)
    return path


def record_again(paths: Paths, arrival: Arrival) -> None:
    """Correct the digest in the sidecar of a file that is in its place, if a crash kept it from being written.

    Args:
        paths: the folders of the project.
        arrival: the file as it was placed.

    Raises:
        InputError: its sidecar cannot be read.
    """
    path = checked_place(paths, arrival.target)
    sidecar = sidecar_of(path.parent, arrival.target)
    recorded = read_toml(sidecar).get("sha256", {}) if sidecar.is_file() else {}
    if not isinstance(recorded, dict) or recorded.get(path.name) != arrival.sha256:
        sidecar, content = updated_sidecar(path.parent, arrival)
        write_whole(sidecar, content, PRIVATE_MODE if arrival.of_rows else FILE_MODE)


def quarantine(paths: Paths, name: str, file: Path | None, kept_as: str, reasons: tuple[str, ...]) -> Path:
    """Keep a refused file apart, with its reason, readable by this user only. It replaces an earlier one of that name.

    Args:
        paths: the folders of the project.
        name: the name of its folder: the source, or ``OF_INBOX`` and what tells the file apart.
        file: the file, which is moved; none if there is nothing to keep.
        kept_as: its name there.
        reasons: what is wrong with it, a line each.

    Returns:
        The folder.
    """
    paths.quarantine.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder, new = paths.quarantine / name, paths.quarantine / f".{name}.{os.getpid()}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=PRIVATE_FOLDER)
    try:
        if file is not None:
            shutil.move(file, new / kept_as)
            (new / kept_as).chmod(PRIVATE_MODE)
        write_whole(new / REASON, ("\n".join(reasons) + "\n").encode())
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder


def release(paths: Paths, name: str) -> None:
    """Remove what an earlier file of the same name left in quarantine.

    Args:
        paths: the folders of the project.
        name: the name of its folder.
    """
    shutil.rmtree(paths.quarantine / name, ignore_errors=True)
