"""Proposals of ``mapping.toml`` and ``SOURCE.toml`` for a file that nobody has described yet, for a person to confirm.

``strange_file`` reads any file to lines of text, ``guesses`` says which column could be which of ours, ``proposing``
writes the proposal. Nothing here is used by a run, and no cell of a column of ids, names or addresses is shown. Not
here: reading a described file (``reading``, ``households``, ``sources``).
"""

from pipeline.proposals.proposing import Proposal, proposal

__all__ = ["Proposal", "proposal"]
