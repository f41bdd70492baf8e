"""``data/raw/sources.toml``, the table of sources: what may be fetched, from where, how often, and into which file.

Here: the table, its checks, the place that a file may have under ``data/raw``. Not here: fetching (``fetching``),
whether an address may be reached (``reaching``). The table is a setting, not an input: no figure depends on it.
"""

import hashlib
import json
import re
import unicodedata
from datetime import date, timedelta
from difflib import get_close_matches
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import InputError, Problem, shown_path, shown_value
from pipeline.households.citizen_ids import without_ids
from pipeline.leftovers import SOURCES_TABLE, is_note
from pipeline.project import HOUSEHOLDS, NOT_ROWS
from pipeline.reading.file_content import read_toml
from pipeline.reading.sidecar import SIDECAR
from pipeline.receiving.content import CONTENT_OF
from pipeline.receiving.reaching import checked_address

LONGEST_NAME = 200
# The keys of a source that decide which file is received, and where it goes.
DECIDING = ("kind", "address", "dataset", "resource", "format", "query", "member", "target", "content", "sha256")
DAYS = {"day": 1, "week": 7}
# Decided by the working group, never fetched: a file from elsewhere would change the weights.
NEVER_RECEIVED = "policy"


# In words, what a text must be that is compared with a pattern.
FORMS = {"hosts": "names of hosts, such as data.go.th", "sha256": "64 digits from 0 to f"}


def checked_target(target: str) -> str:
    """Check a place for a file under ``data/raw``.

    Args:
        target: a system folder and a file name, ``dbd/new_firms_by_district.csv``; three parts for household rows.

    Returns:
        The same text.

    Raises:
        ValueError: it leads elsewhere, has an unusual name, or is not the place of a file of figures.

    >>> checked_target("households/tpmap/rows.csv")
    'households/tpmap/rows.csv'
    >>> checked_target("policy.toml")
    Traceback (most recent call last):
    ValueError: a system folder and a file name, such as dbd/new_firms_by_district.csv
    """
    parts = target.split("/")
    of_rows = parts[0] == HOUSEHOLDS
    if len(parts) != (3 if of_rows else 2):
        raise ValueError("a system folder and a file name, such as dbd/new_firms_by_district.csv")
    for part in parts:
        if not plain_name(part):
            raise ValueError('plain names without leading dots, control characters or any of \\ : * ? " < > |')
    folders, name = parts[:-1], parts[-1]
    if not all(re.fullmatch(r"[a-z][a-z0-9_]*", folder) for folder in folders):
        raise ValueError("folder names in small letters, such as dbd")
    if parts[0] == NEVER_RECEIVED:
        raise ValueError("a folder of figures; the policy is decided by the working group")
    if name in NOT_ROWS or is_note(PurePosixPath(name)) or name.endswith(SIDECAR):
        raise ValueError("a file of figures, not a sidecar, a mapping or notes")
    if without_ids(name) != name:
        raise ValueError("a name without citizen ids")
    if PurePosixPath(name).suffix.lower() not in CONTENT_OF:
        raise ValueError(f"a name that ends in one of {', '.join(CONTENT_OF)}")
    return target


def plain_name(name: str) -> bool:
    r"""Check whether a name of a file or folder means the same on every system.

    Args:
        name: one part of a path.

    Returns:
        False for hidden names, separators, control characters, and names that another system would change.

    >>> [plain_name(name) for name in ("รายชื่อ 2569.csv", ".hidden", "a/b", "..", "a\\b", "a\n.csv", "x.", " x")]
    [True, False, False, False, False, False, False, False]
    """
    return bool(
        name == unicodedata.normalize("NFC", name)
        and name == name.strip(" .\u00a0\ufeff")
        and 0 < len(name.encode("utf-8", "replace")) <= LONGEST_NAME
        and not re.search(r'[/\\:*?"<>|]', name)
        and all(c.isprintable() or unicodedata.category(c) == "Mn" for c in name)
    )


class Inbox(BaseModel):
    """Whether and how files are taken up from ``data/inbox``."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    enabled: bool = False
    largest_mb: Annotated[int, Field(gt=0, le=20_000)] = 2_000


class Source(BaseModel):
    """One source.

    Attributes:
        name: its name in the table.
        kind: how it is asked: a file, a CKAN portal, an Overpass server, the newest file of a folder.
        address: of the file, the portal, the server or the folder.
        hosts: other hosts to which the address may lead.
        dataset: the CKAN dataset.
        resource: the name of the CKAN resource, or the pattern of names in the folder.
        format: the format of the CKAN resource, if its name is not known.
        query: in Overpass QL.
        member: the file to take out of a ZIP archive.
        target: the place of the file under ``data/raw``.
        content: what is received, checked by its first bytes.
        largest_mb: the largest size, as received and unpacked.
        every: how often.
        sha256: of the file as received, if it is known and never changes.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str
    kind: Literal["file", "ckan", "overpass", "folder"]
    address: str
    target: Annotated[str, AfterValidator(checked_target)]
    content: Literal["csv", "xlsx", "json", "parquet", "gpkg", "zip"]
    every: Literal["day", "week", "month", "year"]
    title_th: Annotated[str, Field(min_length=1)]
    title_en: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    licence: Annotated[str, Field(min_length=1)]
    source_th: str = ""
    note: str = ""
    enabled: bool = False
    largest_mb: Annotated[int, Field(gt=0, le=20_000)] = 50
    hosts: list[Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]] = []
    dataset: str = ""
    resource: str = ""
    format: str = ""
    query: str = ""
    member: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""

    @model_validator(mode="after")
    def _fits_together(self) -> "Source":
        """Check what the keys of one source must have in common."""
        checked_address(self.address, self.kind)
        needed = {"ckan": ("dataset",), "overpass": ("query",), "folder": ("resource",)}.get(self.kind, ())
        if lacking := [key for key in needed if not getattr(self, key)]:
            raise ValueError(f"the key {lacking[0]}, because kind is {self.kind}")
        used = {
            "dataset": self.kind == "ckan",
            "format": self.kind == "ckan",
            "query": self.kind == "overpass",
            "resource": self.kind in ("ckan", "folder"),
        }
        if unused := [key for key, of_kind in used.items() if getattr(self, key) and not of_kind]:
            raise ValueError(f"no key {unused[0]}, because kind is {self.kind}")
        if self.kind == "ckan" and bool(self.resource) == bool(self.format):
            raise ValueError("either resource (a name) or format, so that exactly one resource is meant")
        if self.kind == "folder" and ("/" in self.resource or self.resource.startswith(".")):
            raise ValueError("a pattern of file names in resource, such as *.csv")
        if self.member and (self.content != "zip" or "\\" in self.member or ".." in self.member.split("/")):
            raise ValueError('content = "zip" and the path of one file in it, because there is a key member')
        wanted = CONTENT_OF[PurePosixPath(self.target).suffix.lower()]
        if not self.member and self.content != wanted:
            raise ValueError(f'content = "{wanted}", because target ends in {PurePosixPath(self.target).suffix}')
        return self

    @property
    def largest_bytes(self) -> int:
        return self.largest_mb * 1_000_000

    @property
    def definition(self) -> str:
        """A digest of what decides which file is received: what is known of another definition says nothing of this."""
        deciding = self.model_dump(include={*DECIDING})
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:16]

    def due(self, last: date | None, today: date) -> bool:
        """Check whether it is time to fetch the source again.

        Args:
            last: when it was last fetched without an error.
            today: the present day.

        Returns:
            True if it was never fetched, or as long ago as ``every`` says.

        >>> sample = {"name": "x", "kind": "file", "address": "https://x.org/a.csv", "target": "dbd/a.csv"}
        >>> sample |= {"content": "csv", "title_th": "ก", "title_en": "x", "source": "x", "licence": "x"}
        >>> monthly = Source(**sample, every="month")
        >>> monthly.due(date(2026, 1, 31), date(2026, 2, 27)), monthly.due(date(2026, 1, 31), date(2026, 2, 28))
        (False, True)
        """
        if last is None or last > today:
            return True
        if self.every in DAYS:
            return today - last >= timedelta(days=DAYS[self.every])
        months = 1 if self.every == "month" else 12
        year, month = divmod(last.year * 12 + last.month - 1 + months, 12)
        next_month = date(year + (month == 11), (month + 1) % 12 + 1, 1)
        return today >= min(date(year, month + 1, 1) + timedelta(days=last.day - 1), next_month - timedelta(days=1))


class SourceTable(BaseModel):
    """The checked table: the inbox, and the sources by name."""

    model_config = ConfigDict(frozen=True)

    inbox: Inbox = Inbox()
    sources: dict[str, Source] = {}

    @property
    def enabled(self) -> tuple[Source, ...]:
        """The sources that are switched on, in the order of the table."""
        return tuple(source for source in self.sources.values() if source.enabled)


def read_sources(raw: Path) -> SourceTable:
    """Read and check the table of sources.

    Args:
        raw: the folder of inputs; without ``sources.toml`` in it, nothing is switched on.

    Returns:
        The table.

    Raises:
        InputError: a key is missing, unknown or wrong, or two sources have one target; every problem is listed.
    """
    path = raw / SOURCES_TABLE
    if not path.is_file():
        return SourceTable()
    values = read_toml(path)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    problem = partial(_problem, shown_path(path), lines)
    problems = [
        problem((key,), f"the table or key {shown_value(key)}", "the tables [inbox] and [sources.<name>]", "correct it")
        for key in values
        if key not in ("inbox", "sources")
    ]
    inbox, sources = values.get("inbox", {}), values.get("sources", {})
    if not isinstance(sources, dict):
        found, fix = shown_value(sources), "write [sources.<name>] and its keys below it"
        raise InputError([*problems, problem(("sources",), found, "tables [sources.<name>]", fix)])
    checked: dict[str, Source] = {}
    try:
        settings = Inbox.model_validate(inbox)
    except ValidationError as error:
        settings, faults = Inbox(), _faults(error, ("inbox",), Inbox)
        problems += [problem(*fault) for fault in faults]
    for name, entry in sources.items():
        where = ("sources", name)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            found = f"the name {shown_value(name)}"
            problems.append(problem(where, found, "a name in small letters, digits and _", "rename the source"))
        elif not isinstance(entry, dict) or "name" in entry:
            found = "a key name" if isinstance(entry, dict) else shown_value(entry)
            problems.append(problem(where, found, f"a table [sources.{name}]", "write its keys below its name"))
        else:
            try:
                checked[name] = Source.model_validate({**entry, "name": name})
            except ValidationError as error:
                problems += [problem(*fault) for fault in _faults(error, where, Source)]
    places = [source.target.casefold() for source in checked.values()]
    for name, source in checked.items():
        first = next(iter(n for n, s in checked.items() if s.target.casefold() == source.target.casefold()))
        if places.count(source.target.casefold()) > 1 and first != name:
            found = f"the target of {first}, {source.target}"
            problems.append(problem(("sources", name, "target"), found, "one source for each target", "remove one"))
    if problems:
        raise InputError(problems)
    return SourceTable(inbox=settings, sources=checked)


def _faults(
    error: ValidationError, where: tuple[str, ...], model: type[BaseModel]
) -> list[tuple[tuple[str, ...], str, str, str]]:
    """Say what is wrong with one table: place, found, expected, how to fix it."""
    faults = []
    # A key that is unknown first: it is often the one that is missing, misspelt.
    for one in sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden"):
        key = str(one["loc"][0]) if one["loc"] else ""
        given = one["input"]
        found = f"{key} = {shown_value(given)}" if key else "keys that do not fit together"
        expected, fix = str(one["msg"]).removeprefix("Value error, "), f"correct {key}" if key else "correct these keys"
        if one["type"] == "missing":
            found, expected, fix = f"no {key}", "every source with " + ", ".join(_needed(model)), f"add {key} = …"
        elif one["type"] == "extra_forbidden":
            near = get_close_matches(key, model.model_fields, n=1)
            found, expected = f"the key {shown_value(key)}", f"the keys {', '.join(model.model_fields)}"
            fix = f"write {near[0]}" if near else "remove it"
        elif one["type"] == "string_pattern_mismatch":
            expected = FORMS[key]
        elif not key and isinstance(given, dict) and not given:
            expected = "a table with keys"
        faults.append(((*where, key) if key else where, found, expected, fix))
    return faults


def _needed(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required() and name != "name"]


def _problem(file: str, lines: list[str], where: tuple[str, ...], found: str, expected: str, fix: str) -> Problem:
    """Describe a problem of one key, with its line and its name."""
    return Problem(file, found, expected, fix, line=_line_of(lines, where), column=".".join(where))


def _line_of(lines: list[str], where: tuple[str, ...]) -> int | None:
    """Find the line of a key, or else of its table; TOML parsers do not give it.

    >>> text = ["[inbox]", "enabled = 1", "[sources.a]", 'query = \"\"\"', "enabled = 2", '\"\"\"', "enabled = 3"]
    >>> _line_of(text, ("sources", "a", "enabled")), _line_of(text, ("sources", "a", "kind"))
    (7, 3)
    """
    table = where[: 2 if where[0] == "sources" and len(where) > 1 else 1]
    header: int | None = None
    at: tuple[str, ...] = ()
    quoted = ""
    for number, line in enumerate(lines, start=1):
        if quoted:
            quoted = "" if quoted in line else quoted
            continue
        key = re.match(r"""\s*["']?([\w-]+)["']?\s*=""", line)
        if key and key[1] == where[-1] and at == where[:-1]:
            return number
        if found := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            at = tuple(part.strip().strip("\"'") for part in found[1].split("."))
            header = number if at == table or (header is None and at[: len(table)] == table) else header
        opened = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
        quoted = opened if key else ""
    return header
