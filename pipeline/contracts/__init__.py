"""What every stored table must be: key, columns, types, units, range, meaning, source.

Here: the words ``Column`` and ``Contract`` and the register ``CONTRACTS``, one entry per asset, under the
asset's name. The entries stand in ``raw``, ``households``, ``district`` and ``pilots``. Not here: reading
files (``intake``) and anything that computes a value.
"""

from pipeline.contracts.contract import Column, Contract, ContractError, Kind
from pipeline.contracts.district import DISTRICT
from pipeline.contracts.households import HOUSEHOLDS
from pipeline.contracts.pilots import PILOTS
from pipeline.contracts.raw import PAST_CHOICES, RAW, RAW_LAST, REGISTER_RAW

CONTRACTS: dict[str, Contract] = {
    contract.name: contract for contract in (*RAW, *HOUSEHOLDS, *RAW_LAST, *DISTRICT, *PILOTS)
}

__all__ = ["CONTRACTS", "PAST_CHOICES", "REGISTER_RAW", "Column", "Contract", "ContractError", "Kind"]
