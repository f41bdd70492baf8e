"""What every stored table must be: key, columns, types, units, range, meaning, source.

Here: ``Column`` and ``Contract``, and the register ``CONTRACTS``: one entry per asset, under the asset's name, in
``raw_tables`` (with ``layer_tables``), ``household_tables``, ``release_tables``, ``district_tables``, ``pilot_tables``,
``uncertainty_tables`` and ``file_tables``. Not here: reading files (``reading``), lists of values that pages show too
(``categories``), anything that computes a value.
"""

from pipeline.contracts.contract import SEPARATOR, Column, Contract, ContractError, Kind, by_name
from pipeline.contracts.district_tables import DISTRICT
from pipeline.contracts.file_tables import FILES
from pipeline.contracts.household_tables import HOUSEHOLDS
from pipeline.contracts.pilot_tables import CHANGES, PILOTS
from pipeline.contracts.raw_tables import PAST_CHOICES, RAW, RAW_LAST, SUBDISTRICT_POINTS_FILE
from pipeline.contracts.release_tables import PUBLISHED, releases, tpmap_counts
from pipeline.contracts.uncertainty_tables import UNCERTAINTY

CONTRACTS: dict[str, Contract] = by_name(
    (*RAW, tpmap_counts, *HOUSEHOLDS, releases, *RAW_LAST, *PUBLISHED, *DISTRICT, *PILOTS, *UNCERTAINTY, *FILES)
)

# The tables that come from files, in contrast to those that list files and repairs.
AS_RECEIVED = tuple(contract.name for contract in (*RAW, tpmap_counts, *HOUSEHOLDS))
RAW_TABLES = (*AS_RECEIVED, releases.name, *(contract.name for contract in RAW_LAST))

__all__ = [
    "AS_RECEIVED",
    "CHANGES",
    "CONTRACTS",
    "PAST_CHOICES",
    "RAW_TABLES",
    "SEPARATOR",
    "SUBDISTRICT_POINTS_FILE",
    "Column",
    "Contract",
    "ContractError",
    "Kind",
]
