"""Archived rounds, a folder each under ``data/rounds`` with inputs, policy, tables and pages; and their comparison.

Here: archiving the published run, listing rounds, and changes of rank by cause: the figures or the policy. Not here:
publishing (``publishing``), printing (``report``).
"""

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import policy as policies
from pipeline import shortlist
from pipeline.contracts import CONTRACTS
from pipeline.criterion import NAMES
from pipeline.digests import sha256_of
from pipeline.errors import InputError, Problem, shown_path
from pipeline.project import ROUND_RECORD as RECORD
from pipeline.project import Paths, read_record
from pipeline.runs import switching
from pipeline.sentences import change as sentences
from pipeline.stored_tables import Tables, TableSource
from pipeline.what_if import Ranking, published_ranking, ranking_under

CURRENT = "current"
# `\w` does not match Thai vowels and tone marks above and below a letter.
NAME = r"\w[\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e.-]{0,59}"


@dataclass(frozen=True)
class Round:
    """An archived round.

    Attributes:
        name: the name of the round and of its folder.
        folder: its folder.
        record: the content of its ``round.json``.
        faults: files that are missing, changed or not recorded.
    """

    name: str
    folder: Path
    record: dict[str, Any]
    faults: tuple[str, ...]

    @property
    def tables(self) -> Tables:
        """Its tables."""
        return Tables(
            self.folder / "processed", "compare rounds with the same rules for the criteria, or archive the round again"
        )


def archive(paths: Paths, name: str | None, today: date) -> Round:
    """Copy the published run into the folder of a round, in one step.

    Args:
        paths: the folders of the project.
        name: the name of the folder; the policy's round if None.
        today: the date to record.

    Returns:
        The archived round; if the same run is archived under that name already, that round.

    Raises:
        InputError: nothing is published, the name cannot be the name of a folder, or another run has that name.
    """
    policy = policies.from_table(Tables(paths.processed)("policy"))
    # The copy is of the folder of one run: a run published meanwhile does not change it, and its pages have no banner.
    now = switching.shown_run(paths)
    if now is None:
        raise InputError(Problem(shown_path(paths.state), "no run", "a published run", "run `pilot-areas run` first"))
    run = read_record(now / switching.PROCESSED / switching.RECORD)
    name = name or policy.round
    if not re.fullmatch(NAME, name) or name == CURRENT:
        raise InputError(
            Problem(
                "rounds archive",
                f"'{name}'",
                f"a name of letters, digits, '-', '_' and '.', other than {CURRENT}",
                "give another name",
            )
        )
    target = paths.rounds / name
    if target.exists():
        kept = archived_round(paths, name)
        if kept.record.get("run_id") == run["run_id"] and not kept.faults:
            return kept
        raise InputError(
            Problem(
                shown_path(target),
                f"a round of run {kept.record.get('run_id')}",
                "a name that is not used yet",
                "give another name, or move that folder away",
            )
        )
    with switching.exclusive_lock(paths):
        building = paths.rounds / f".{switching.BUILDING}{os.getpid()}"
        shutil.rmtree(building, ignore_errors=True)
        paths.rounds.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copytree(now, building)
            (building / "policy.toml").write_text(policies.to_toml(policy), encoding="utf-8")
            record = {
                "name": name,
                "round": policy.round,
                "run_id": run["run_id"],
                "archived_on": today.isoformat(),
                "sample": run["sample"],
                "inputs_sha256": run["inputs_sha256"],
                "policy_sha256": run["policy_sha256"],
                "files_sha256": _digests(building),
            }
            (building / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            os.replace(building, target)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return archived_round(paths, name)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != RECORD)
    return {p.relative_to(folder).as_posix(): sha256_of(p) for p in files}


def archived_round(paths: Paths, name: str) -> Round:
    """Read an archived round and compare its files with the recorded digests.

    Args:
        paths: the folders of the project.
        name: the name of the round.

    Returns:
        The round, with the files that differ.

    Raises:
        InputError: there is no such round, or its record is damaged.
    """
    folder = paths.rounds / name
    known = sorted(p.name for p in paths.rounds.glob("*") if (p / RECORD).is_file()) if paths.rounds.is_dir() else []
    if name not in known:
        raise InputError(
            Problem(
                "rounds",
                f"'{name}'",
                f"one of: {', '.join([*known, CURRENT])}",
                "archive the published run with `pilot-areas rounds archive NAME`",
            )
        )
    record = read_record(folder / RECORD)
    try:
        recorded = dict(record["files_sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            Problem(
                shown_path(folder / RECORD),
                f"no files_sha256 ({type(error).__name__})",
                "the record of a round",
                "archive it again",
            )
        ) from error
    found = _digests(folder)
    faults = [name for name in sorted({*recorded, *found}) if recorded.get(name) != found.get(name)]
    return Round(name, folder, record, tuple(faults))


def known_rounds(paths: Paths) -> list[Round]:
    """Read every archived round.

    Args:
        paths: the folders of the project.

    Returns:
        The rounds in the order of names.
    """
    if not paths.rounds.is_dir():
        return []
    return [archived_round(paths, p.name) for p in sorted(paths.rounds.iterdir()) if (p / RECORD).is_file()]


def tables_of(paths: Paths, name: str) -> Tables:
    """Return the tables of an archived round, or of the published run.

    Args:
        paths: the folders of the project.
        name: the name of the round, or ``current`` for the published run.

    Returns:
        The tables, each read when it is asked for.

    Raises:
        InputError: the round is unknown, or its files have changed since it was archived.
    """
    if name == CURRENT:
        return Tables(paths.processed)
    found = archived_round(paths, name)
    if found.faults:
        raise InputError(
            Problem(
                shown_path(found.folder),
                f"files that are missing or have changed since: {', '.join(found.faults[:3])}",
                "the round as it was archived",
                "restore the folder from a backup, or archive the round again",
            )
        )
    return found.tables


def changes_since_round(later: TableSource, paths: Paths) -> pd.DataFrame:
    """Compute what changed since the round that the policy names, one row per province and district.

    Args:
        later: the tables of this round named in ``what_if.RANKED_FROM``.
        paths: the folders of the project, with the archived rounds.

    Returns:
        A table like the contract ``round_changes``, without rows if the policy names no earlier round.

    Raises:
        InputError: the earlier round is not archived, or its files have changed since.
    """
    name = policies.from_table(later("policy")).decision.previous_round
    if not name:
        return CONTRACTS["round_changes"].conform(pd.DataFrame(columns=CONTRACTS["round_changes"].column_names))
    if not (paths.rounds / name / RECORD).is_file():
        raise InputError(
            Problem(
                shown_path(paths.policy),
                f"'{name}'",
                "the name of an archived round (`pilot-areas rounds list`)",
                "archive it, or leave the name empty",
                column="decision.previous_round",
            )
        )
    found = compare(tables_of(paths, name), later)
    levels = [
        table.rename(columns={f"{level}_code": "code"}).assign(level=level)
        for level, table in (("province", found.provinces), ("district", found.districts))
    ]
    moved = pd.concat(levels, ignore_index=True).assign(since=name)
    moved["change"] = shortlist.changes(moved["shortlisted_earlier"], moved["shortlisted_later"])
    return sentences.add_changes(moved)[CONTRACTS["round_changes"].column_names]


@dataclass(frozen=True)
class Comparison:
    """The comparison of two rounds.

    Attributes:
        provinces: one row per province, its ranks in both rounds and the two parts of its change of rank.
        districts: the same per district.
        policy_changed: dotted names of the rules that differ.
        added: parameters that the earlier round did not have yet; they are taken from the later one.
        dropped: parameters of the earlier round that no longer exist.
        same_goalposts: whether scores of the two rounds can be compared.
        same_program: whether today's program gives the later round's published ranks.
    """

    provinces: pd.DataFrame
    districts: pd.DataFrame
    policy_changed: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    same_goalposts: bool
    same_program: bool


def compare(earlier: Tables, later: TableSource) -> Comparison:
    """Compute the changes of rank from one round to another, by cause.

    ``rank_later - rank_earlier = (rank_between - rank_earlier) + (rank_later - rank_between)``, where ``rank_between``
    is the rank by the later figures and the earlier policy. The first part is the change by the figures, the second the
    change by the policy. The years that a policy uses and the way households are counted belong to the figures.

    Args:
        earlier: the tables of the earlier round, which may have fewer criteria or parameters.
        later: the tables of the later round named in ``what_if.RANKED_FROM``.

    Returns:
        The comparison of provinces, districts and policies.
    """
    b = published_ranking(later)
    older = policies.from_older_table(earlier("policy"), b.policy)
    a = Ranking(
        older.policy,
        earlier("district_scores", ["district_code", "rank", "score"]),
        earlier("provincial_shortlist", ["province_code", "rank", "value", "shortlisted"]),
    )
    rules_a, rules_b = dict(a.policy.rows()), dict(b.policy.rows())
    of_data = {name: value for name, value in rules_b.items() if not policies.effect_of(name).rule}
    between = ranking_under(later, a.policy.overridden(of_data, "rounds compare"))
    now = ranking_under(later, b.policy)
    goalposts = [n for n in rules_b if n.split(".")[0] in NAMES and "goalpost" in n and not n.endswith("source")]
    return Comparison(
        _moved(a, between, b, "provinces", "province_code", "value"),
        _moved(a, between, b, "districts", "district_code", "score"),
        tuple(name for name in rules_b if name not in of_data and rules_a[name] != rules_b[name]),
        older.added,
        older.dropped,
        all(rules_a[name] == rules_b[name] for name in goalposts),
        bool((now.provinces["rank"].to_numpy() == b.provinces["rank"].to_numpy()).all()),
    )


def _moved(a: Ranking, between: Ranking, b: Ranking, level: str, key: str, points: str) -> pd.DataFrame:
    """Compose one row per place: ranks and points in both rounds, and the parts of its change of rank (+ is down)."""
    columns = [key, "rank", points]
    whole = getattr(b, level)[[key, "name_th", "name_en"]]
    for name, ranking in (("earlier", a), ("between", between), ("later", b)):
        part = getattr(ranking, level)[columns].rename(columns={"rank": f"rank_{name}", points: f"{points}_{name}"})
        whole = whole.merge(part, on=key, how="left", validate="one_to_one")
    if level == "provinces":
        for name, ranking in (("earlier", a), ("later", b)):
            on = set(ranking.provinces.loc[ranking.provinces["shortlisted"].astype(bool), key])
            whole[f"shortlisted_{name}"] = whole[key].isin(on)
    ranks = {name: whole[f"rank_{name}"].astype("Int64") for name in ("earlier", "between", "later")}
    whole["move"] = ranks["later"] - ranks["earlier"]
    whole["by_figures"] = ranks["between"] - ranks["earlier"]
    whole["by_policy"] = ranks["later"] - ranks["between"]
    return whole
