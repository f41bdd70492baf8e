"""The policy as a file and as a table: reading, checking and writing it.

Here: ``policy.toml`` in and out, and the table of parameters. Not here: what a parameter may be (``sections``,
``criterion_sections``, ``whole``), what-ifs (``changes``).
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.criterion import NAMES
from pipeline.errors import InputError, Problem, shown_path
from pipeline.policy.changes import WhatIf
from pipeline.policy.whole import Policy, flat, validated
from pipeline.reading.file_content import read_toml
from pipeline.reading.sidecar import Origin
from pipeline.reading.table import Received

BALLOT = f"""
# One ballot per agency that votes: 100 points divided among the criteria. With ballots, their mean is the weight, and
# the section [weights] must be deleted. For each ballot, remove the marks # and fill in:
#
# [[ballots]]
# agency = "{{agency}}"
# points = {{{{ {", ".join(f"{name} = 0" for name in NAMES)} }}}}
# cast_by = ""
# cast_on = {{today}}
# note = ""
"""
# A ballot to fill in as an earlier policy has it, perhaps with other criteria: the heading of BALLOT, and its lines.
BALLOT_IN_COMMENTS = re.compile(
    r"^(?:# One ballot per agency that votes.*\n(?:#.*\n)*?)?"
    r"# *\[\[ballots\]\][ \t]*(?:\n|\Z)(?:# *\w+ *=.*(?:\n|\Z))*",
    re.M,
)


def read_policy(path: Path, known_districts: Collection[str] | None = None) -> tuple[Policy, Origin]:
    """Read and check the policy in a TOML file.

    Args:
        path: the file.
        known_districts: the district codes that exist; codes are not checked without them.

    Returns:
        The policy, and where it comes from: the digest of the file, who decided it and when.

    Raises:
        InputError: names every parameter that is missing, unknown or out of range.
    """
    file = shown_path(path)
    if not path.is_file():
        raise InputError(Problem(file, "no such file", "the policy of the round", "give its path with --policy"))
    parameters = read_toml(path)
    if parameters.get("ballots") and "weights" in parameters:
        raise InputError(
            Problem(
                file,
                "both [weights] and [[ballots]]",
                "one of the two: the mean of the ballots is the weight",
                "delete [weights]",
                column="weights",
            )
        )
    policy = validated(parameters, file)
    if known_districts is not None and (problems := unknown_codes(policy, set(known_districts), file)):
        raise InputError(problems)
    origin = Origin(
        file=f"policy/{path.name}",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        title_th=f"นโยบายของรอบ: {policy.title_th}",
        title_en=f"Policy of the round: {policy.title_en}",
        source=policy.decision.decided_by,
        address="",
        licence="",
        received=str(policy.decision.decided_on or policy.as_of),
    )
    return policy, origin


def unknown_codes(policy: Policy, districts: set[str], file: str) -> list[Problem]:
    """Find codes in a policy that no district or province has.

    Args:
        policy: the policy.
        districts: the codes of all districts; the first two digits of each are a province.
        file: where the policy comes from, for messages.

    Returns:
        One problem for each parameter with such codes.
    """
    provinces = {code[:2] for code in districts}
    named = [
        ("poverty.suspect.named", "district_code", [n.district_code for n in policy.poverty.suspect.named], districts),
        ("portfolio.locks", "province_code", [n.province_code for n in policy.portfolio.locks], provinces),
        ("portfolio.vetoes", "province_code", [n.province_code for n in policy.portfolio.vetoes], provinces),
    ]
    return [
        Problem(
            file,
            ", ".join(sorted(set(codes) - known)),
            f"a {kind.replace('_', ' ')} of the DOPA list",
            "correct the code",
            column=column,
        )
        for column, kind, codes, known in named
        if set(codes) - known
    ]


def received_policy(path: Path, known_districts: Collection[str], what_if: WhatIf) -> Received:
    """Read the policy as a table, and apply a what-if to it.

    Args:
        path: the TOML file.
        known_districts: the codes of all districts.
        what_if: from the Launchpad; an empty one changes nothing.

    Returns:
        The table ``policy``: one row per parameter, with those marked that the what-if changes.

    Raises:
        InputError: names every parameter that is missing, unknown or out of range.
    """
    policy, origin = read_policy(path, known_districts)
    changes = what_if.changes(policy, "the Launchpad")
    table = table_of(policy.overridden(changes, "the Launchpad") if changes else policy, changes)
    return Received(table, (origin,), len(table))


def table_of(policy: Policy, changed: Collection[str] = ()) -> pd.DataFrame:
    """Write a policy as a table.

    Args:
        policy: the policy.
        changed: dotted names of the parameters to mark as changed.

    Returns:
        One row per parameter: its dotted name, its value as JSON, whether it is marked.
    """
    return pd.DataFrame(
        [(name, json.dumps(value, ensure_ascii=False), name in changed) for name, value in policy.rows()],
        columns=["parameter", "value", "overridden"],
    )


def from_table(table: pd.DataFrame) -> Policy:
    """Read a policy back from its table.

    Args:
        table: the table ``policy`` of a run made by this version of the program.

    Returns:
        The policy that the table was made from.

    Raises:
        InputError: for parameters that are missing, unknown or out of range.
    """
    return validated(_nested(table), "policy")


@dataclass(frozen=True)
class OlderPolicy:
    """The policy of an earlier round, completed so that today's program can use it.

    Attributes:
        added: parameters that it did not have yet, with the values of the newer policy.
        dropped: parameters that no longer exist.
    """

    policy: Policy
    added: tuple[str, ...]
    dropped: tuple[str, ...]


def from_older_table(table: pd.DataFrame, newer: Policy) -> OlderPolicy:
    """Read the policy of an earlier round from its table, which may lack parameters or have some that no longer exist.

    A parameter that it lacks takes the value of the newer policy. A criterion that it lacks had no weight.

    Args:
        table: the table ``policy`` of the earlier round.
        newer: a policy of today.

    Returns:
        The earlier policy with today's parameters, and which ones were added and dropped.

    Raises:
        InputError: for parameters that are out of range today.
    """
    older, wanted = dict(flat(_nested(table))), dict(newer.rows())
    added = tuple(name for name in wanted if name not in older)
    dropped = tuple(name for name in older if name not in wanted)
    without = {f"weights.{name}": 0.0 for name in NAMES}
    completed = {name: older[name] if name in older else without.get(name, value) for name, value in wanted.items()}
    completed["ballots"] = [
        {**ballot, "points": dict.fromkeys(NAMES, 0) | ballot["points"]} for ballot in completed["ballots"]
    ]
    return OlderPolicy(validated(_nested_names(completed), "the policy of the earlier round"), added, dropped)


def _nested(table: pd.DataFrame) -> dict[str, Any]:
    values = [json.loads(value) for value in table["value"]]
    return _nested_names(dict(zip(table["parameter"], values, strict=True)))


def _nested_names(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Nested dictionaries from dotted names.

    >>> _nested_names({"weights.poverty": 0.5, "seed": 1})
    {'weights': {'poverty': 0.5}, 'seed': 1}
    """
    nested: dict[str, Any] = {}
    for name, value in parameters.items():
        *path, last = name.split(".")
        section = nested
        for step in path:
            section = section.setdefault(step, {})
        section[last] = value
    return nested


def to_toml(policy: Policy) -> str:
    """Write a policy as TOML.

    Args:
        policy: the policy; with ballots, their weights are left out, since they follow from them.

    Returns:
        The text of a ``policy.toml`` that reads back as the same policy.
    """
    import tomlkit

    parameters = policy.model_dump(exclude_none=True)
    del parameters["weights" if policy.ballots else "ballots"]
    return tomlkit.dumps(parameters)


def new_policy(source: Path, target: Path, round_name: str, as_of: date | None, archived: Collection[str] = ()) -> None:
    """Write a policy file for another round, with the comments and parameters of an existing one, without its ballots.

    Args:
        source: the existing policy file.
        target: the file to write.
        round_name: the name of the new round.
        as_of: the date to which ages of data are measured; that of ``source`` if None.
        archived: names of archived rounds; if that of ``source`` is among them, the new round is compared with it.

    Raises:
        InputError: ``target`` exists, or ``source`` is not a valid policy.
    """
    import tomlkit

    policy, _ = read_policy(source)
    if target.exists():
        raise InputError(
            Problem(shown_path(target), "a file", "an unused name", "give another name, or move the file away")
        )
    text = tomlkit.parse(source.read_text(encoding="utf-8-sig"))
    text["round"], text["title_th"], text["title_en"] = round_name, f"รอบ {round_name}", f"Round {round_name}"
    if as_of:
        text["as_of"] = as_of
    earlier = policy.round if policy.round in archived else ""
    text["decision"] = {"decided_by": "", "previous_round": earlier, "contact": policy.decision.contact}
    if policy.ballots:
        del text["ballots"]
        text["weights"] = policy.weights.model_dump()
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = BALLOT_IN_COMMENTS.sub("", tomlkit.dumps(text)).rstrip() + "\n"
    whole += BALLOT.format(agency=policy.agencies[0], today=as_of or policy.as_of)
    validated(tomlkit.parse(whole).unwrap(), shown_path(target))
    target.write_text(whole, encoding="utf-8")
