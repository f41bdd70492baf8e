"""The last step of a run: publish the workspace, or report what a what-if would change.

Here: the body of the asset ``published``. Not here: the folder of a run and the switch to it (``runs``).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from pipeline import stored_tables, what_if
from pipeline.orchestration.declaring import without_traceback
from pipeline.project import Paths
from pipeline.runs import publishing
from pipeline.stored_tables import published_table


@dataclass(frozen=True)
class Lineage:
    """The tables from which each table is made.

    Attributes:
        made_from: their names by the name of each table, in an order in which they can be made.
    """

    made_from: dict[str, tuple[str, ...]]


def publish(context: dg.AssetExecutionContext, paths: Paths, lineage: Lineage) -> Iterator[dg.MaterializeResult[None]]:
    """Publish the workspace. If the policy was changed for a what-if, only log what it would change.

    Args:
        context: the run.
        paths: the folders of the project.
        lineage: the tables from which each table is made.

    Yields:
        The published run; nothing for a what-if.
    """
    changed_parameters = without_traceback(publishing.changed_parameters)
    if changed := changed_parameters(paths):
        context.log.warning("What-if, not published: " + "; ".join(changed))
        if (before := published_table(paths, "provincial_shortlist")) is not None:
            after = stored_tables.read(paths.table("provincial_shortlist"), "provincial_shortlist")
            changes = what_if.in_words(what_if.moves(before, after))
            context.log.info(f"Changes from the published run:\n{changes}")
            context.log_event(dg.AssetObservation("published", metadata={"what if": dg.MetadataValue.md(changes)}))
        return
    record = context.instance.get_run_record_by_id(context.run.run_id)
    began = record.start_time if record and record.start_time else time.time()
    done = without_traceback(publishing.publish)(
        paths, lineage.made_from, context.run.run_id, datetime.fromtimestamp(began, UTC)
    )
    yield dg.MaterializeResult(
        metadata={
            "run_id": done.run_id,
            "page": dg.MetadataValue.path(str(paths.maps / "index.html")),
            "figures": dg.MetadataValue.path(str(paths.processed)),
            "files": done.files,
        }
    )
