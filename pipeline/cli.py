"""``pilot-areas``: the same work from a terminal, in the same Dagster instance as the UI.

Here: arguments, progress, what is printed, exit codes (0 done, 1 a fault of the program, 2 an input cannot be
used). Not here: the work. Dagster and the geometry are imported only by the commands that need them.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError, Problem, Stopped

if TYPE_CHECKING:
    from pipeline.workspace import Paths

DESCRIPTION = """\
Where public programmes against poverty should begin: a ranked shortlist of Thai provinces, each with its
pilot districts and the reasons.

  pilot-areas check           what is in data/raw, and whether it can be used
  pilot-areas run             everything, from data/raw to data/processed and maps/index.html
  pilot-areas explain 9501    why a district (four digits) or province (two) stands where it stands
  pilot-areas sample          invented household rows to try it with
"""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="pilot-areas", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="make everything and publish it",
        description="Reads the inputs, scores the districts, makes the shortlist, the page and the workbooks, and"
        " publishes them in one step. If an input cannot be used, it says which and why (exit code 2), and what was"
        " published before stays.",
    )
    check = commands.add_parser(
        "check",
        help="look at the inputs only",
        description="Reads every input as `run` would and shows what is there: rows, age, what was mended, what is"
        " wrong. Publishes nothing.",
    )
    explain = commands.add_parser(
        "explain",
        help="why a district or province stands where it stands",
        description="Shows rank, score, the three criteria with their parts, and in a sentence each the reason, the"
        " comparison with the median eligible district, and what would put it on the list.",
    )
    explain.add_argument("code", metavar="CODE", help="DOPA code: 9501 (a district) or 95 (a province)")
    sample = commands.add_parser(
        "sample",
        help="invent household rows to try it with",
        description="Writes invented household rows into data/raw/households/<system>/, whose district totals follow"
        " the published rates and survey sizes, with the faults of real exports. Everything that rests on them is"
        " marked as sample. Remove the folder to go back to real figures.",
    )
    sample.add_argument("--households", type=int, default=100_000, metavar="N", help="how many (100000)")
    sample.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other answers and faults (1)")
    sample.add_argument(
        "--defects", type=float, default=0.02, metavar="SHARE", help="share of rows with a fault (0.02)"
    )
    sample.add_argument(
        "--format", choices=("parquet", "csv", "xlsx"), default="parquet", help="kind of file (parquet)"
    )
    sample.add_argument("--system", choices=("tpmap", "pppconnext"), default="tpmap", help="as exported by (tpmap)")
    for command in (run, check, sample):
        command.add_argument("--raw", type=Path, metavar="DIR", help="folder of inputs (data/raw)")
    for command in (run, check):
        command.add_argument(
            "--policy", type=Path, metavar="FILE", help="policy of the round (policy/policy.toml in the inputs)"
        )
    for command in (run, explain):
        command.add_argument("--processed", type=Path, metavar="DIR", help="folder of figures (data/processed)")
    run.add_argument("--maps", type=Path, metavar="DIR", help="folder of pages (maps)")
    return top


def project_root(start: Path) -> Path:
    """The nearest folder, from ``start`` upwards, that has a ``dagster.yaml``; else the one this is installed from."""
    for folder in (start, *start.parents):
        if (folder / "dagster.yaml").is_file():
            return folder
    here = Path(__file__).resolve().parent.parent
    if (here / "dagster.yaml").is_file():
        return here
    raise InputError(
        Problem(str(start), "no dagster.yaml here or above", "the folder of the project", "change into it first")
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = parser().parse_args(arguments)
    try:
        return {"run": run, "check": check, "explain": explain, "sample": sample}[given.command](given)
    except Stopped as error:
        fault = "" if error.refused else " (a fault of the program, not of the inputs; `make ui` shows the run)"
        print(f"pilot-areas: {error}{fault}", file=sys.stderr)
        return 2 if error.refused else 1
    except InputError as error:
        print(f"pilot-areas: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("pilot-areas: stopped; what was published before stays", file=sys.stderr)
        return 130


def _absolute(given: argparse.Namespace, name: str) -> Path | None:
    path: Path | None = getattr(given, name, None)
    return None if path is None else Path.cwd() / path


def _paths(given: argparse.Namespace) -> "tuple[Path, Paths]":
    """The project's root and folders; the process then works from the root, as the Dagster instance does."""
    from pipeline.workspace import Paths

    chosen = {name: _absolute(given, name) for name in ("raw", "processed", "maps", "policy")}
    root = project_root(Path.cwd())
    os.chdir(root)
    os.environ["DAGSTER_HOME"] = str(root)
    usual = Paths.of(root)
    raw = chosen["raw"] or usual.raw
    return root, Paths(
        raw=raw,
        processed=chosen["processed"] or usual.processed,
        maps=chosen["maps"] or usual.maps,
        policy=chosen["policy"] or raw / usual.policy.relative_to(usual.raw),
    )


def run(given: argparse.Namespace) -> int:
    """Materialise everything and publish."""
    root, paths = _paths(given)
    from pipeline import report

    with report.progress("reading, scoring, publishing") as shown:
        from pipeline.definitions import run_everything
        from pipeline.storage import News

        run_everything(root, paths, shown.stored, News(shown.say))
    report.shortlist(paths)
    return 0


def check(given: argparse.Namespace) -> int:
    """Read the inputs and show what is there."""
    _, paths = _paths(given)
    from pipeline import report

    with report.progress("reading the inputs", len(report.RAW_TABLES)) as shown:
        from pipeline.definitions import look_at_inputs
        from pipeline.storage import News

        looked_at, failures = look_at_inputs(paths, shown.stored, News(shown.say))
    report.inputs(looked_at, failures)
    return 2 if failures else 0


def explain(given: argparse.Namespace) -> int:
    """Show one district or province."""
    _, paths = _paths(given)
    from pipeline import report

    report.explained(paths, given.code)
    return 0


def sample(given: argparse.Namespace) -> int:
    """Invent household rows."""
    root, paths = _paths(given)
    from pipeline import report
    from pipeline.workspace import Paths

    with report.progress("inventing households") as shown:
        from pipeline import policy
        from pipeline.households.sample import Order, write
        from pipeline.sources import data_systems, dopa, tpmap

        figures = paths.raw if (paths.raw / "tpmap").is_dir() else Paths.of(root).raw
        districts = dopa.districts().table
        year = policy.read(figures / "policy" / "policy.toml")[0].poverty.survey_year
        rates = tpmap.district_rates(figures / "tpmap", districts, year).table
        systems = data_systems.data_systems(figures / "data_systems", districts).table
        works_in = systems["system"].str.casefold() == given.system
        order = Order(given.households, given.seed, given.defects, given.format, given.system)
        shown.say(f"{order.households:,} households of {order.system}")
        written = write(order, paths.raw, rates, districts, set(systems.loc[works_in, "province_code"]))
    report.sample(written)
    return 0


def console_script() -> None:
    """``main`` as a command, which lives for seconds.

    Leaves at once when done: freeing all that was imported would take 0.7 s more; looking for cycles among it, time and
    again, 0.9 s.
    """
    gc.disable()
    try:
        code = main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 2
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    console_script()
