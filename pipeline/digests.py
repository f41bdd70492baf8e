"""Digests of files that are too large to read at every run.

Here: the sha256 of a file, remembered by size, time and inode, as git does for its index. Not here: what digests are
compared for (``project``, ``runs``, ``households``).
"""

import hashlib
import json
import os
import time
from pathlib import Path

CHUNK = 8 << 20
# Reading a smaller file takes less time than looking its digest up.
SMALLEST_KEPT = 10 << 20
# Two changes within the resolution of a time stamp look like one, so digests of files just changed are not remembered.
SETTLED_SECONDS = 2.0

_known: dict[str, tuple[tuple[int, int, int], str]] = {}
_recalled: set[Path] = set()
_unsaved: set[str] = set()


def sha256_of(path: Path) -> str:
    """Compute the sha256 of a file. The file is read again only if its size, time or inode has changed.

    Args:
        path: an existing file of any size.

    Returns:
        A hexadecimal digest of 64 characters.
    """
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
    """Save the known digests for the next process, if there are new ones.

    Args:
        file: the JSON file to replace; its folder is created.
    """
    if not _unsaved:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    temporary.write_text(json.dumps({name: [list(state), sha] for name, (state, sha) in sorted(_known.items())}))
    os.replace(temporary, file)
    _unsaved.clear()


def recall(file: Path) -> None:
    """Load saved digests, once per process. A missing or damaged file is ignored.

    Args:
        file: a file written by ``remember``.
    """
    if file in _recalled:
        return
    _recalled.add(file)
    try:
        saved = json.loads(file.read_text())
        for name, (state, sha) in saved.items():
            _known.setdefault(str(name), ((int(state[0]), int(state[1]), int(state[2])), str(sha)))
    except (OSError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
