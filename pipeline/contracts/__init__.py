"""What every stored table must be: key, columns, types, units, range, meaning, source.

Here: ``Column`` and ``Contract``, and the register ``CONTRACTS``: one entry per asset, under the asset's name, in
``raw_tables``, ``household_tables``, ``district_tables`` and ``pilot_tables``. Not here: reading files (``reading``)
and anything that computes a value.
"""

from pipeline.contracts.contract import Column, Contract, ContractError, Kind
from pipeline.contracts.district_tables import DISTRICT
from pipeline.contracts.household_tables import HOUSEHOLDS
from pipeline.contracts.pilot_tables import CHANGES, FIRMNESS, PILOTS
from pipeline.contracts.raw_tables import PAST_CHOICES, RAW, RAW_LAST, REGISTER_RAW

CONTRACTS: dict[str, Contract] = {
    contract.name: contract for contract in (*RAW, *HOUSEHOLDS, *RAW_LAST, *DISTRICT, *PILOTS)
}

__all__ = [
    "CHANGES",
    "CONTRACTS",
    "FIRMNESS",
    "PAST_CHOICES",
    "REGISTER_RAW",
    "Column",
    "Contract",
    "ContractError",
    "Kind",
]
