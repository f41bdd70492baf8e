"""Portals and servers: which file is meant, and how it is asked for.

Here: CKAN's ``package_show``, Overpass queries. Not here: downloading (``downloading``), files on this machine
(``fetching``). CKAN needs one call, so that its client library (ckanapi) would bring more than it saves: it also asks
without the checks of ``reaching``.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.errors import InputError, Problem, shown_value
from pipeline.receiving.downloading import Request, remove_part
from pipeline.receiving.reaching import checked_address
from pipeline.receiving.source_table import Source

LARGEST_PACKAGE_BYTES = 20_000_000


def request_of(source: Source, file: str, part: Path, ask: Callable[[Request, Path], object]) -> Request:
    """Say what to ask for a source on the network.

    Args:
        source: the source.
        file: its name in messages.
        part: the part file of its download; a description of a dataset is put beside it for a moment.
        ask: downloads an answer into a file.

    Returns:
        The request of the file itself.

    Raises:
        InputError: the portal has no such dataset, or not exactly one such resource.
    """
    hosts, largest = tuple(source.hosts), source.largest_bytes
    if source.kind == "overpass":
        return Request(source.address, file, largest, hosts, {"data": source.query})
    if source.kind == "file":
        return Request(source.address, file, largest, hosts)
    address = f"{source.address.rstrip('/')}/api/3/action/package_show?id={quote(source.dataset, safe='')}"
    answer = part.with_name(f"{part.name}.package")
    remove_part(answer)
    try:
        ask(Request(address, file, LARGEST_PACKAGE_BYTES, hosts), answer)
        found = resource_address(json.loads(answer.read_bytes()), source, file)
    except (ValueError, RecursionError):
        problem = "an answer that is not the JSON of a CKAN portal"
        raise InputError(Problem(file, problem, "a CKAN portal", "correct address: it ends before /api/")) from None
    finally:
        remove_part(answer)
    host = checked_address(source.address).netloc
    return Request(found, file, largest, (*hosts, host))


def resource_address(package: Any, source: Source, file: str) -> str:
    """Find the address of a resource in the description of a CKAN dataset.

    Args:
        package: the answer of ``package_show``.
        source: names the resource, or its format.
        file: the source in messages.

    Returns:
        Its address.

    Raises:
        InputError: not exactly one resource fits, or its address may not be reached.
    """
    result = package.get("result") if isinstance(package, dict) and package.get("success") else None
    resources = result.get("resources") if isinstance(result, dict) else None
    if not isinstance(resources, list):
        found = f"no dataset {shown_value(source.dataset)}"
        raise InputError(Problem(file, found, "a dataset of the portal", "correct dataset", column="dataset"))
    key, wanted = ("name", source.resource) if source.resource else ("format", source.format)
    known = [one for one in resources if isinstance(one, dict)]
    fitting = [one for one in known if str(one.get(key, "")).strip().casefold() == wanted.strip().casefold()]
    if len(fitting) != 1:
        here = ", ".join(shown_value(one.get(key, "")) for one in known[:8]) or "none"
        problem = f"{len(fitting)} resources with the {key} {shown_value(wanted)} (the dataset has {here})"
        column = "resource" if source.resource else "format"
        raise InputError(Problem(file, problem, "exactly one", "name one of them in resource", column=column))
    address = str(fitting[0].get("url", ""))
    try:
        parts = checked_address(address)
    except ValueError as error:
        raise InputError(Problem(file, f"a resource at {shown_value(address)}", str(error), "ask the portal")) from None
    if parts.scheme == "file" or (
        parts.netloc != checked_address(source.address).netloc and parts.hostname not in source.hosts
    ):
        fix = f'if that is right, add it: hosts = ["{parts.hostname}"]'
        raise InputError(Problem(file, f"a resource on {parts.hostname}", "the same host, or one in hosts", fix))
    return address
