"""Who a household is stays unknown: the key of the pseudonyms, and where it lies.

A pseudonym is HMAC-SHA-256 of the id under a key that stands outside data and project. The same key gives the same
pseudonym in every file, so that households can be found again; without the key nobody can try out ids. Here: the key.
Not here: the digest itself, which DuckDB computes (``sql/stage.sql``).
"""

import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError, Problem

KEY = "PILOT_AREAS_KEY"
KEY_FILE = "PILOT_AREAS_KEY_FILE"
BLOCK = 64
SHORTEST = 32
LOSS = (
    "keep it safe and apart from the data: who has it can look for a citizen id among pseudonyms. If it is lost a new"
    " one is made: figures stay the same, only pseudonyms of earlier runs cannot be compared with later ones"
)


@dataclass(frozen=True, repr=False)
class Key:
    """The two padded keys of HMAC (RFC 2104), 64 bytes each."""

    inner: bytes
    outer: bytes

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        block = secret.ljust(BLOCK, b"\0")
        return cls(bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block))


def usual_file() -> Path:
    """Where the key lies: ``PILOT_AREAS_KEY_FILE``, else with the user's settings, not the project's."""
    settings = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(os.environ.get(KEY_FILE) or Path(settings) / "pilot-areas" / "pseudonym.key")


def key(project: Path, say: Callable[[str], None]) -> Key:
    """The key from ``PILOT_AREAS_KEY``, else from its file, made at first use and readable by its owner alone.

    Raises ``InputError`` for a key that is short, lies inside ``project``, or that others may read.
    """
    given = os.environ.get(KEY)
    if given is not None:
        return Key.of(_secret(given, f"the environment variable {KEY}"))
    path = usual_file()
    if path.resolve().is_relative_to(project.resolve()):
        raise InputError(
            Problem(str(path), "a key inside the project", "a place outside it", f"set {KEY_FILE} to another path")
        )
    if not path.is_file():
        _make(path)
        say(f"made the key of the pseudonyms, {path}: {LOSS}")
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError(Problem(str(path), "a key that others may read", "mode 0600", f"run chmod 600 {path}"))
    return Key.of(_secret(path.read_text(encoding="ascii", errors="replace").strip(), str(path)))


def _secret(text: str, where: str) -> bytes:
    secret = text.encode("utf-8")
    if not SHORTEST <= len(secret) <= BLOCK:
        raise InputError(
            Problem(
                where,
                f"{len(secret)} characters",
                f"a key of {SHORTEST} to {BLOCK} random characters",
                "remove it to have one made",
            )
        )
    return secret


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(
            Problem(str(path), error.strerror or "no access", "a place to keep the key", f"set {KEY_FILE} or {KEY}")
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(BLOCK // 2) + "\n")
