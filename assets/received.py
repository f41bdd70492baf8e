"""What a night brings in before the inputs are read: files fetched from sources, and files dropped into the inbox.

Every asset is one call, and never stops a run: if a file cannot be used, the last good one is. Not here: which sources
there are (``data/raw/sources.toml``), bringing a file in (``pipeline.receiving``), reading it (``raw``).
"""

from pipeline.orchestration.receiving_step import receiving_asset
from pipeline.receiving import fetching, inbox
from pipeline.receiving.fetching import Receiver
from pipeline.receiving.outcome_records import Outcome


@receiving_asset("https")
def fetched(receiver: Receiver) -> list[Outcome]:
    """Files of the sources in data/raw/sources.toml that are switched on and due. No network is used while none is."""
    return fetching.fetch_due(receiver)


@receiving_asset("sftp")
def dropped(receiver: Receiver) -> list[Outcome]:
    """Files that agencies dropped into data/inbox, if it is switched on in data/raw/sources.toml."""
    return inbox.take_up_if_on(receiver)
