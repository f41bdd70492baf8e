"""The command line of `pilot-areas`: commands, arguments, help.

Not here: what a command does (``cli``).
"""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.criterion import COUNT, NAMES

DESCRIPTION = """\
Where public programmes against poverty should begin: a ranked shortlist of Thai provinces, each with its
pilot districts and the reasons.

  pilot-areas check           the inputs in data/raw, and whether they can be used
  pilot-areas run             compute everything, from data/raw to data/processed and maps/index.html
  pilot-areas explain 9501    why a district (four digits) or province (two) has its rank, and how certain it is
  pilot-areas whatif --weights poverty=0.6    provinces that would enter and leave the shortlist; nothing is published
  pilot-areas policy show     the parameters, ballots and weights of the round
  pilot-areas rounds list     archived rounds; archive the published run, compare rounds
  pilot-areas verify          rebuild the published run and compare every byte
  pilot-areas backtest L.csv  the present ranks of places chosen by past programmes
  pilot-areas fetch --list    sources of the inputs that can be fetched, if they are switched on
  pilot-areas inbox           take up the files that were dropped into data/inbox
  pilot-areas sample          write invented household rows to try the program
"""


def parser() -> argparse.ArgumentParser:
    """Build the command line of ``pilot-areas``.

    Returns:
        The parser; the namespace that it gives has ``command`` and the arguments of that command.
    """
    top = argparse.ArgumentParser(
        prog="pilot-areas", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="compute everything and publish it",
        description="Reads the inputs, scores the districts, makes the shortlist, the pages and the workbooks, and"
        " publishes them in one step. If an input cannot be used, it names the file and the reason (exit code 2), and"
        " the published run is unchanged.",
    )
    check = commands.add_parser(
        "check",
        help="check the inputs only",
        description="Reads every input as `run` would and shows rows, age, repairs and problems of each."
        " Publishes nothing.",
    )
    explain = commands.add_parser(
        "explain",
        help="why a district or province has its rank",
        description=f"Shows rank, score and the {COUNT.en} criteria with their parts, and answers: why this rank, what"
        " would put it on the shortlist or remove it, how certain the rank is and what is least certain, and its"
        " peers.",
    )
    explain.add_argument(
        "place",
        nargs="+",
        metavar="PLACE",
        help="code or name of a district (9501, อ.เมือง จ.ยะลา) or of a province (95, ยะลา)",
    )
    sample = commands.add_parser(
        "sample",
        help="write invented household rows to try the program",
        description="Writes invented household rows into data/raw/households/<system>/. Their district totals follow"
        " the published rates and survey sizes, and they have the faults of real exports. Everything computed from"
        " them is marked as sample. Remove the folder to go back to real figures.",
    )
    sample.add_argument("--households", type=int, default=100_000, metavar="N", help="number of households (100000)")
    sample.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the random numbers (1)")
    sample.add_argument(
        "--defects", type=float, default=0.02, metavar="SHARE", help="share of rows with a fault (0.02)"
    )
    sample.add_argument("--format", choices=("parquet", "csv", "xlsx"), default="parquet", help="file format (parquet)")
    sample.add_argument(
        "--rows",
        choices=("households", "persons"),
        default="households",
        help="what each row is; households have 1 to 5 persons (households)",
    )
    sample.add_argument(
        "--system",
        choices=("tpmap", "pppconnext"),
        default="tpmap",
        help="the system whose exports are imitated (tpmap)",
    )
    whatif = commands.add_parser(
        "whatif",
        help="which provinces would enter and leave the shortlist under another policy",
        description="Ranks the published figures with other weights or parameters and shows which provinces enter and"
        " leave the shortlist, and by how much values change. Nothing is written."
        " The Launchpad of the Dagster UI does the same with a whole run that is not published.",
    )
    whatif.add_argument(
        "--weights",
        type=_weights,
        default={},
        metavar="NAME=SHARE,…",
        help=f"{', '.join(NAMES)}; the others share the rest in proportion",
    )
    whatif.add_argument(
        "--drop-agencies", action="extend", nargs="+", default=[], metavar="AGENCY", help="leave out their ballots"
    )
    whatif.add_argument(
        "--without-criteria", action="extend", nargs="+", default=[], metavar="NAME", help="set their weight to 0"
    )
    whatif.add_argument(
        "--set",
        action="append",
        type=_parameter,
        default=[],
        metavar="NAME=VALUE",
        dest="parameters",
        help="any other parameter, as in `policy show`: poverty.gate.times_national_rate=1.2 (may be repeated)",
    )
    backtest = commands.add_parser(
        "backtest",
        help="the present ranks of places chosen by past programmes",
        description="Reads a list with the header code,year,programme (codes of provinces or districts) and shows"
        " the present rank of each place, how many are among the first K, and what chance alone would give. Past"
        " choices are context, not evidence of where poverty is.",
    )
    backtest.add_argument("list", type=Path, metavar="LIST.csv", help="code,year,programme")
    fetch, inbox = _receiving(commands)
    mapping = commands.add_parser(
        "mapping",
        help="propose how to describe a file that is new to the program",
        description="Reads a strange file and writes a commented mapping.toml (household rows) or SOURCE.toml (a"
        " table): encoding, sheet, heading, columns with the share of cells that fit. It is for a person to check and"
        " save; nothing is used by itself, and no id, name or address is shown.",
    )
    propose = mapping.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser(
        "propose", help="the proposal for one file"
    )
    propose.add_argument("file", type=Path, metavar="FILE", help="CSV, text, .xlsx or Parquet")
    propose.add_argument("--out", type=Path, metavar="FILE", help="file to write; an existing file is never changed")
    _policy(commands)
    rounds = _rounds(commands)
    verify = commands.add_parser(
        "verify",
        help="rebuild a run from its inputs and compare every byte",
        description="Takes the inputs archived with a run, computes everything in a temporary folder, and"
        " names each file that differs (exit code 1). Household rows are never archived; they are read from the inputs."
        " If only the code of the pages has changed since the run, tables are compared and pages are not.",
    )
    verify.add_argument(
        "run",
        nargs="?",
        default="current",
        metavar="RUN",
        help="`current` (the published run), a run id, or the name of an archived round",
    )
    for command in (run, check, sample, verify, fetch, inbox):
        command.add_argument("--raw", type=Path, metavar="DIR", help="folder of inputs (data/raw)")
    for command in (run, check):
        command.add_argument(
            "--policy", type=Path, metavar="FILE", help="policy of the round (policy/policy.toml in the inputs)"
        )
    for command in (run, explain, whatif, backtest, verify, *rounds):
        command.add_argument("--processed", type=Path, metavar="DIR", help="folder of figures (data/processed)")
    run.add_argument("--maps", type=Path, metavar="DIR", help="folder of pages (maps)")
    return top


def _receiving(commands: Any) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    fetch = commands.add_parser(
        "fetch",
        help="fetch inputs from the sources that are switched on",
        description="Fetches the sources of data/raw/sources.toml that are switched on and due, checks each file as"
        " `check` does, and puts it in its place with its sidecar. A file that cannot be used goes to data/quarantine,"
        " and the last good one stays (exit code 2). Nothing is switched on unless you do so.",
    )
    fetch.add_argument("names", nargs="*", metavar="NAME", help="sources to fetch, due or not (all that are due)")
    fetch.add_argument("--list", action="store_true", help="show the sources and the state of each; fetch nothing")
    inbox = commands.add_parser(
        "inbox",
        help="take up the files that were dropped into data/inbox",
        description="Takes up each file of data/inbox to which nothing was written for a minute: finds the system that"
        " reads it, checks it as `check` does, and puts it in its place with its sidecar. A file that cannot be used"
        " goes to data/quarantine (exit code 2).",
    )
    return fetch, inbox


def _policy(commands: Any) -> None:
    policy = commands.add_parser(
        "policy",
        help="the parameters of a round: new, show, check",
        description="A policy holds every parameter of a round and one ballot per agency: 100 points over the criteria."
        " The weights are their mean. Without ballots the weights are defaults that no agency has voted for.",
    )
    actions = policy.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("new", help="a policy file for another round, from the present one, without its ballots")
    new.add_argument("file", type=Path, metavar="FILE", help="file to write; an existing file is never changed")
    new.add_argument("--round", metavar="NAME", help="name of the round (the file's name)")
    new.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar="DATE",
        help="date to which ages of figures are computed, as 2026-12-31",
    )
    for name, what in (("show", "ballots, weights and parameters"), ("check", "whether the file can be used")):
        action = actions.add_parser(name, help=what)
        action.add_argument("file", type=Path, nargs="?", metavar="FILE", help="policy file (that of the inputs)")


def _rounds(commands: Any) -> list[argparse.ArgumentParser]:
    rounds = commands.add_parser(
        "rounds",
        help="archived rounds: list, archive, compare",
        description="An archived round is a folder under data/rounds with the digests of the inputs, the policy, the"
        " tables and the pages of a published run. Comparing two rounds shows how ranks moved, and how much of each"
        " move is due to the figures and how much to the policy.",
    )
    actions = rounds.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="list the archived rounds")
    archive = actions.add_parser("archive", help="archive the published run")
    archive.add_argument("name", nargs="?", metavar="NAME", help="name of the round (as in the policy)")
    compare = actions.add_parser("compare", help="changes of ranks from one round to another")
    compare.add_argument("earlier", metavar="A", help="an archived round")
    compare.add_argument("later", metavar="B", help="an archived round, or `current`: the published run")
    return [listed, archive, compare]


def _weights(given: str) -> dict[str, float]:
    """``poverty=0.6,university=0.2`` as a dictionary.

    >>> _weights("poverty=0.6, university=0.2")
    {'poverty': 0.6, 'university': 0.2}
    """
    found: dict[str, float] = {}
    for part in given.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not equals or name in found or not 0 <= number <= 1:
            raise argparse.ArgumentTypeError(
                f"found '{part.strip()}'; expected NAME=SHARE, each name once, shares from 0 to 1; to fix: write"
                " poverty=0.6,university=0.2"
            )
        found[name] = number
    return found


def _parameter(given: str) -> tuple[str, Any]:
    """``poverty.gate.times_national_rate=1.2`` as a name and a value.

    >>> _parameter("score.rho=1"), _parameter("poverty.gate.hot_spot_opens=false")
    (('score.rho', 1), ('poverty.gate.hot_spot_opens', False))
    """
    name, equals, value = given.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"found '{given}'; expected NAME=VALUE; to fix: write score.rho=1")
    try:
        return name.strip(), json.loads(value)
    except (ValueError, RecursionError):
        return name.strip(), value.strip()
