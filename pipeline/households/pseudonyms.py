"""The key of the pseudonyms that replace household ids, and where it is kept.

A pseudonym is HMAC-SHA-256 of the id under a key that is kept outside data and project. The same key gives the same
pseudonym in every file, so that a household can be matched between files; without the key ids cannot be tested. Here:
the key. Not here: the digest itself, which DuckDB computes (``sql/stage.sql``).
"""

import os
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError, Problem
from pipeline.households.progress import Log

KEY = "PILOT_AREAS_KEY"
KEY_FILE = "PILOT_AREAS_KEY_FILE"
BLOCK = 64
SHORTEST = 32
KEEP_KEY_SAFE = (
    "keep it safe and separate from the data, since with it citizen ids can be searched for among pseudonyms. If it is"
    " lost, a new one is made: the figures stay the same, but pseudonyms of earlier runs cannot be compared with later"
    " ones"
)


@dataclass(frozen=True, repr=False)
class Key:
    """The two padded keys of HMAC (RFC 2104), 64 bytes each."""

    inner: bytes
    outer: bytes

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        """Derive the padded keys of HMAC from a secret.

        Args:
            secret: at most 64 bytes.

        Returns:
            The two padded keys.
        """
        block = secret.ljust(BLOCK, b"\0")
        return cls(bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block))


def key_file() -> Path:
    """Return the path of the key: ``PILOT_AREAS_KEY_FILE``, else a file in the user's settings, outside the project.

    Returns:
        The path; there may be no file yet.
    """
    settings = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(os.environ.get(KEY_FILE) or Path(settings) / "pilot-areas" / "pseudonym.key")


def pseudonym_key(project: Iterable[Path], log: Log) -> Key:
    """Read the key from ``PILOT_AREAS_KEY``, else from its file.

    The file is created at first use, and only its owner can read it.

    Args:
        project: the folders of the project, in which the key must not be kept.
        log: takes a line if a key was created.

    Returns:
        The key.

    Raises:
        InputError: the key is too short or too long, its file is inside the project, or other users can read it.
    """
    given = os.environ.get(KEY)
    if given is not None:
        return Key.of(_secret(given, f"the environment variable {KEY}"))
    path = key_file()
    if any(path.resolve().is_relative_to(folder.resolve()) for folder in project):
        raise InputError(
            Problem(str(path), "a key inside the project", "a key outside it", f"set {KEY_FILE} to another path")
        )
    if not path.is_file():
        _create_key(path)
        log(f"made the key of the pseudonyms, {path}: {KEEP_KEY_SAFE}")
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError(Problem(str(path), "a key that other users can read", "mode 0600", f"run chmod 600 {path}"))
    return Key.of(_secret(path.read_text(encoding="ascii", errors="replace").strip(), str(path)))


def _secret(text: str, where: str) -> bytes:
    secret = text.encode("utf-8")
    if not SHORTEST <= len(secret) <= BLOCK:
        raise InputError(
            Problem(
                where,
                f"{len(secret)} characters",
                f"a key of {SHORTEST} to {BLOCK} random characters",
                "remove it, and a new key is made",
            )
        )
    return secret


def _create_key(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(
            Problem(
                str(path),
                error.strerror or "permission denied",
                "a file for the key that can be written",
                f"set {KEY_FILE} or {KEY}",
            )
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(BLOCK // 2) + "\n")
