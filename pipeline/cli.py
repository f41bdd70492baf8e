"""The command ``pilot-areas``: the work of the Dagster UI from a terminal, in the same Dagster instance.

Here: commands and exit codes (0 done, 1 a fault of the program, 2 an input cannot be used). Not here: arguments
(``arguments``), what is printed (``report``), the work. Each command imports what it needs, since importing Dagster and
the geometry libraries is slow.
"""

import argparse
import gc
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.arguments import parser
from pipeline.errors import InputError, Problem, Stopped

if TYPE_CHECKING:
    from pipeline.policy import Policy
    from pipeline.project import Paths
    from pipeline.receiving.fetching import Receiver


def project_root(start: Path) -> Path:
    """Find the folder of the project.

    Args:
        start: where to begin; the nearest folder from here upwards with a ``dagster.yaml`` is the project.

    Returns:
        That folder, or else the folder that this module was installed from.

    Raises:
        InputError: there is no ``dagster.yaml`` in any of these folders.
    """
    for folder in (start, *start.parents):
        if (folder / "dagster.yaml").is_file():
            return folder
    here = Path(__file__).resolve().parent.parent
    if (here / "dagster.yaml").is_file():
        return here
    raise InputError(
        Problem(
            str(start),
            "no dagster.yaml in this folder or a parent folder",
            "the folder of the project",
            "change into it first",
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command and its arguments; those of the process by default.

    Returns:
        The exit code: 0 done, 1 a fault of the program or a difference found, 2 an input cannot be used, 130 stopped.
    """
    given = parser().parse_args(arguments)
    try:
        return COMMANDS[given.command](given)
    except Stopped as error:
        fault = "" if error.refused else " (a fault of the program, not of the inputs; `make ui` shows the run)"
        print(f"pilot-areas: {error}{fault}", file=sys.stderr)
        return 2 if error.refused else 1
    except InputError as error:
        print(f"pilot-areas: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(
            f"pilot-areas: {where}{error.strerror or error}; expected a path that can be read and written",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("pilot-areas: stopped; the published run is unchanged", file=sys.stderr)
        return 130


def _absolute(given: argparse.Namespace, name: str) -> Path | None:
    path: Path | None = getattr(given, name, None)
    return None if path is None else Path.cwd() / path


def _paths(given: argparse.Namespace) -> "tuple[Path, Paths]":
    """The project's root and folders."""
    from pipeline.project import Paths

    chosen = {name: _absolute(given, name) for name in ("raw", "processed", "maps", "policy")}
    root = project_root(Path.cwd())
    usual = Paths.of(root)
    raw = chosen["raw"] or usual.raw
    return root, Paths(
        raw=raw,
        processed=chosen["processed"] or usual.processed,
        maps=chosen["maps"] or usual.maps,
        policy=chosen["policy"] or raw / usual.policy.relative_to(usual.raw),
        root=root,
    )


def _run(given: argparse.Namespace) -> int:
    """Compute everything and publish it."""
    root, paths = _paths(given)
    from pipeline.report import listing
    from pipeline.report.terminal import progress

    with progress("reading, scoring, publishing") as shown:
        from pipeline.orchestration.definitions import run_everything

        run_everything(root, paths, shown)
    listing.print_shortlist(paths)
    return 0


def _check(given: argparse.Namespace) -> int:
    """Read the inputs and show their rows, repairs and problems."""
    _, paths = _paths(given)
    from pipeline.report import inputs, receipts
    from pipeline.report.terminal import progress

    with ExitStack() as stack:
        with progress("reading the inputs", len(inputs.RAW_TABLES)) as shown:
            from pipeline.orchestration.definitions import checked_inputs

            checked, failures = stack.enter_context(checked_inputs(paths, progress=shown))
        inputs.print_inputs(checked, failures)
    receipts.print_problems(paths)
    return 2 if failures else 0


def _mapping(given: argparse.Namespace) -> int:
    """Propose how to describe a file."""
    from pipeline.errors import InputError, Problem, shown_path
    from pipeline.proposals import proposal

    if given.out and given.out.exists():
        fix = "give another name, or move it away"
        raise InputError(Problem(shown_path(given.out), "a file", "a new file, so that nothing is replaced", fix))
    proposed = proposal(given.file)
    if given.out:
        given.out.write_text(proposed.text, encoding="utf-8")
    else:
        print(proposed.text, end="")
    if proposed.to_state:
        found, fix = f"nothing on {'; '.join(proposed.to_state)}", "state it in the proposal before it is saved"
        raise InputError(Problem(shown_path(given.file), found, "what every row needs", fix))
    return 0


def _explain(given: argparse.Namespace) -> int:
    """Show one district or province."""
    _, paths = _paths(given)
    from pipeline.report import explained
    from pipeline.stored_tables import Tables

    explained.print_explanation(Tables(paths.processed), " ".join(given.place))
    return 0


def _whatif(given: argparse.Namespace) -> int:
    """Compare the ranking under another policy with the published one."""
    _, paths = _paths(given)
    from pipeline import what_if
    from pipeline.policy import WhatIf
    from pipeline.report import comparisons
    from pipeline.stored_tables import Tables

    requested = WhatIf(given.weights, given.drop_agencies, given.without_criteria, dict(given.parameters))
    tables = Tables(paths.processed)
    before = what_if.published_ranking(tables)
    changes = requested.changes(before.policy, "whatif")
    without_ballot = [name for name in given.drop_agencies if name not in before.policy.voters]
    notes = [f"{name} has cast no ballot; dropping it changes nothing" for name in without_ballot]
    after = what_if.ranking_under(tables, before.policy.overridden(changes, "whatif"))
    after, conflict = what_if.with_portfolio(after)
    if conflict:
        notes.append(f"no portfolio: {conflict}")
    comparisons.print_what_if(before, after, changes, notes)
    return 0


def _backtest(given: argparse.Namespace) -> int:
    """Show the present rank of past choices."""
    file = Path.cwd() / given.list
    _, paths = _paths(given)
    from pipeline import backtest, what_if
    from pipeline.report import comparisons
    from pipeline.stored_tables import Tables

    today = what_if.published_ranking(Tables(paths.processed))
    choices = backtest.past_choices(file, today.districts["district_code"])
    recalls = backtest.recalls(choices.table, today.districts, today.provinces, today.policy)
    places = backtest.with_present_ranks(choices.table, today.districts, today.provinces)
    comparisons.print_past_choices(places, recalls, choices.header.ignored)
    return 0


def _policy(given: argparse.Namespace) -> int:
    """Make, show or check a policy file."""
    file = Path.cwd() / given.file if given.file else None
    _, paths = _paths(given)
    from pipeline import policy
    from pipeline.report import policies
    from pipeline.runs.rounds import known_rounds
    from pipeline.sources import dopa

    if given.action == "new" and file:
        taken = [known.name for known in known_rounds(paths)]
        policy.new_policy(paths.policy, file, given.round or file.stem, given.as_of, taken)
        policies.print_new_policy(file)
        return 0
    file = file or paths.policy
    try:
        parameters, _ = policy.read_policy(file, dopa.districts().table["district_code"])
    except InputError as error:
        for problem in error.problems:
            print(f"pilot-areas: {problem}", file=sys.stderr)
        return 2
    if given.action == "show":
        policies.print_policy(parameters, file)
        return 0
    conflict = _conflict(paths, parameters)
    if conflict:
        print(f"pilot-areas: {conflict}", file=sys.stderr)
        return 2
    policies.print_valid(parameters, file)
    return 0


def _conflict(paths: "Paths", policy: "Policy") -> Problem | None:
    """The rules that no portfolio of the published figures meets; None if there are no such rules, or no figures."""
    from pipeline import what_if
    from pipeline.stored_tables import Tables

    tables = Tables(paths.processed)
    try:
        _, rules = what_if.with_portfolio(what_if.ranking_under(tables, policy))
    except InputError:  # nothing published yet, or the policy is for other figures
        return None
    fix = "change one of them, in [portfolio] or shortlist_provinces"
    expected = "rules that one portfolio of the published figures can meet"
    return Problem("the policy", rules, expected, fix, column="portfolio") if rules else None


def _rounds(given: argparse.Namespace) -> int:
    """List, archive or compare rounds."""
    _, paths = _paths(given)
    from pipeline.report import comparisons
    from pipeline.runs import rounds

    if given.action == "list":
        comparisons.print_rounds(rounds.known_rounds(paths))
    elif given.action == "archive":
        comparisons.print_archived(rounds.archive(paths, given.name, date.today()))
    else:
        sides = [rounds.tables_of(paths, name) for name in (given.earlier, given.later)]
        comparisons.print_comparison((given.earlier, given.later), rounds.compare(*sides))
    return 0


def _verify(given: argparse.Namespace) -> int:
    """Rebuild a published run and compare it; exit code 1 if a byte differs."""
    _, paths = _paths(given)
    import tempfile

    from pipeline.report import comparisons
    from pipeline.report.terminal import progress
    from pipeline.runs import verifying

    archived = verifying.find_run(paths, given.run)
    with tempfile.TemporaryDirectory(prefix="pilot-areas-verify-") as temporary:
        rebuilt = verifying.restore_inputs(paths, archived, Path(temporary))
        with progress(f"rebuilding run {archived.record['run_id']}") as shown:
            from pipeline.orchestration.definitions import rebuild

            rebuild(rebuilt, shown)
        verdict = verifying.compare(archived, rebuilt)
    comparisons.print_verdict(archived, verdict)
    return 1 if verdict.differ else 0


def _sample(given: argparse.Namespace) -> int:
    """Write invented household rows."""
    root, paths = _paths(given)
    from pipeline.project import Paths
    from pipeline.report import inputs
    from pipeline.report.terminal import progress

    with progress("writing invented households") as shown:
        from pipeline import policy
        from pipeline.households.sample import Order, write_sample
        from pipeline.sources import data_systems, dopa, tpmap

        figures = paths.raw if (paths.raw / "tpmap").is_dir() else Paths.of(root).raw
        districts = dopa.districts().table
        rates = tpmap.district_rates(figures / "tpmap", districts).table
        rates = rates[rates["year"] == rates["year"].max()]
        as_of = policy.read_policy(figures / "policy" / "policy.toml")[0].as_of
        systems = data_systems.data_systems(figures / "data_systems", districts, as_of).table
        works_in = systems["system"].str.casefold() == given.system
        order = Order(
            given.households, given.seed, given.defects, given.format, given.system, persons=given.rows == "persons"
        )
        shown.message(f"{order.households:,} households of {order.system}")
        written = write_sample(order, paths.raw, rates, districts, set(systems.loc[works_in, "province_code"]))
    inputs.print_sample(written)
    return 0


def _fetch(given: argparse.Namespace) -> int:
    """Fetch sources, or list them."""
    _, paths = _paths(given)
    from pipeline.receiving import fetching
    from pipeline.report import receipts

    if given.list:
        receipts.print_sources(fetching.states(paths, fetching.today_in_thailand()))
        return 0
    with _receiver(paths, "fetching") as receiver:
        outcomes = fetching.fetch(receiver, given.names, fetching.today_in_thailand())
    return receipts.print_outcomes(outcomes, "nothing is switched on and due; `pilot-areas fetch --list` shows all")


def _inbox(given: argparse.Namespace) -> int:
    """Take up the files of the inbox."""
    _, paths = _paths(given)
    from pipeline.receiving import fetching, inbox
    from pipeline.report import receipts

    with _receiver(paths, "taking files up") as receiver:
        outcomes = inbox.take_up(receiver, fetching.today_in_thailand())
    return receipts.print_outcomes(outcomes, "the inbox is empty")


@contextmanager
def _receiver(paths: "Paths", title: str) -> "Iterator[Receiver]":
    """What bringing files in needs: the check of `pilot-areas check`, and the lock of a run while a file is placed."""
    from pipeline.receiving.fetching import Receiver
    from pipeline.report.terminal import progress
    from pipeline.runs.switching import exclusive_lock

    @contextmanager
    def read_inputs(
        staged: "Paths", tables: Collection[str]
    ) -> "Iterator[tuple[Paths, Mapping[str, Stopped]]]":  # imports Dagster only if there is a file to check
        from pipeline.orchestration.definitions import checked_inputs

        with checked_inputs(staged, tables) as found:
            yield found

    with progress(title, 0) as shown:
        yield Receiver(paths, read_inputs, lambda: exclusive_lock(paths), shown.message)


COMMANDS = {
    "run": _run,
    "check": _check,
    "explain": _explain,
    "mapping": _mapping,
    "whatif": _whatif,
    "backtest": _backtest,
    "policy": _policy,
    "rounds": _rounds,
    "fetch": _fetch,
    "inbox": _inbox,
    "sample": _sample,
    "verify": _verify,
}


def console_script() -> None:
    """Run ``main`` as a process, which ends with its exit code."""
    # Imports create a million objects that are used until the end. With Python's own thresholds, repeated searches for
    # cycles among them take a tenth of a run. Arrays and tables are not affected: they are freed when unused.
    gc.set_threshold(1_000_000, 50, 1000)
    sys.exit(main())


if __name__ == "__main__":
    console_script()
