"""What every stored table must be: key, columns, types, units, range, meaning, source.

Here: the words ``Column`` and ``Contract`` and the register ``CONTRACTS``, one entry per asset, under the
asset's name. The entries stand in ``raw``, ``district`` and ``pilots``, as the assets do. Not here: reading
files (``intake``) and anything that computes a value.
"""

from pipeline.contracts.contract import Column, Contract, ContractError, Kind
from pipeline.contracts.district import DISTRICT
from pipeline.contracts.pilots import PILOTS
from pipeline.contracts.raw import RAW, REGISTER_RAW

CONTRACTS: dict[str, Contract] = {contract.name: contract for contract in (*RAW, *DISTRICT, *PILOTS)}

__all__ = ["CONTRACTS", "REGISTER_RAW", "Column", "Contract", "ContractError", "Kind"]
