"""The content of one file: its bytes within a limit, with their digest, or TOML.

Not here: what the bytes or the lines mean (``table``, ``sidecar``).
"""

import hashlib
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, Problem, shown_path

LARGEST_BYTES = 50_000_000


def read_content(folder: Path, name: str) -> tuple[bytes, str]:
    """Read a whole file of at most ``LARGEST_BYTES``.

    Args:
        folder: the folder of one source.
        name: the file within it.

    Returns:
        The bytes, and their sha256 in hexadecimal.

    Raises:
        InputError: there is no such file, or it is larger than a table of districts can be.
    """
    path = folder / name
    if not path.is_file():
        here = sorted(p.name for p in folder.glob("*") if p.is_file()) if folder.is_dir() else []
        near = get_close_matches(name, here, n=1)
        fix = f"rename {near[0]} to {name}" if near else f"put {name} into {shown_path(folder)}/"
        found = "no such file" + (f" (the folder has {', '.join(here)})" if here else "")
        raise InputError(Problem(shown_path(path), found, f"the file {name}", fix))
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise InputError(
            Problem(
                shown_path(path),
                f"{size:,} bytes",
                f"at most {LARGEST_BYTES:,}",
                "replace it with a table of districts; household rows belong in data/raw/households/",
            )
        )
    content = path.read_bytes()
    return content, hashlib.sha256(content).hexdigest()


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Args:
        path: the file, UTF-8 with or without a byte order mark.

    Returns:
        Its content as a dictionary.

    Raises:
        InputError: it is not UTF-8 or not TOML; the message has the parser's line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            Problem(shown_path(path), f"a byte that is not UTF-8 at {error.start}", "UTF-8", "save as UTF-8")
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or nested too deeply
        raise InputError(
            Problem(shown_path(path), str(error)[:200], "TOML (name = value)", "correct the line named")
        ) from error
