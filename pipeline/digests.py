"""Digests of files that are too large to read at every run.

Here: a file's sha256, and remembering it by size, time and inode, as git does for its index. Not here: what a digest
decides (``workspace``, ``households``).
"""

import hashlib
import json
import os
import time
from pathlib import Path

CHUNK = 8 << 20
# Smaller files are read sooner than looked up.
SMALLEST_KEPT = 10 << 20
# A file changed within the grain of its own time stamp could look unchanged; such a digest is not remembered.
SETTLED_SECONDS = 2.0

_known: dict[str, tuple[tuple[int, int, int], str]] = {}
_recalled: set[Path] = set()
_unsaved: set[str] = set()


def sha256_of(path: Path) -> str:
    """The sha256 of a file, read again only where its size, time or inode is another than when it was last read."""
    name, now = str(path.resolve()), _state(path)
    if name in _known and _known[name][0] == now:
        return _known[name][1]
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    settled = _state(path) == now and time.time() - now[1] / 1e9 > SETTLED_SECONDS
    if settled and now[0] >= SMALLEST_KEPT:
        _known[name] = now, digest.hexdigest()
        _unsaved.add(name)
    return digest.hexdigest()


def remember(file: Path) -> None:
    """Keep the digests known so far in ``file``, for the next process; nothing is written where nothing is new."""
    if not _unsaved:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    beside.write_text(json.dumps({name: [list(state), sha] for name, (state, sha) in sorted(_known.items())}))
    os.replace(beside, file)
    _unsaved.clear()


def recall(file: Path) -> None:
    """Take up the digests kept in ``file``, once, if it is there and whole."""
    if file in _recalled:
        return
    _recalled.add(file)
    try:
        kept = json.loads(file.read_text())
        for name, (state, sha) in kept.items():
            _known.setdefault(str(name), ((int(state[0]), int(state[1]), int(state[2])), str(sha)))
    except (OSError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return


def _state(path: Path) -> tuple[int, int, int]:
    said = path.stat()
    return said.st_size, said.st_mtime_ns, said.st_ino
