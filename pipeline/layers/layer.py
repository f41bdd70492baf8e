"""The definition of a layer: a file, its columns with their words, and where they are shown.

Not here: the declared layers (``declared``).

A layer holds no counts of persons: small counts are suppressed in poverty figures only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.criterion import CRITERIA, Words

NONE = Words("", "")


@dataclass(frozen=True)
class Value:
    """One column of a layer, in addition to the codes and names that its level gives it.

    Attributes:
        name: the column, unique among all tables of districts.
        meaning: one line in English, for contracts and workbooks.
        kind: ``count``, ``number`` or ``text``, as in ``contracts``.
        unit: in English.
        words: its heading in the dossier's table of districts, and before its figure for the province; none: not shown.
        unit_words: after its figure for the province.
        nullable: a cell may be empty.
        pattern: what a text must match.
        form: in words what the pattern asks for.
        part_of: the count that this one is part of; all its parts together are at most as many.
        downloads: whether workbooks of provinces and the GIS layer have the column.
    """

    name: str
    meaning: str
    kind: Literal["count", "number", "text"] = "count"
    unit: str = ""
    words: Words | None = None
    unit_words: Words = NONE
    nullable: bool = False
    pattern: str = ""
    form: str = ""
    part_of: str = ""
    downloads: bool = False


def check_columns(layers: "Iterable[Layer]", taken: Mapping[str, str]) -> None:
    """Check that each column of layers that is shown for districts has a name of its own.

    Capitals make no difference, because GeoPackage does not distinguish them.

    Args:
        layers: the declarations.
        taken: for each column of the tables that layers are joined to, the table.

    Raises:
        ValueError: a column has the name of another one, which it would replace.
    """
    tables = {column.casefold(): table for column, table in taken.items()}
    for layer in layers:
        for value in layer.values:
            if value.words or value.downloads:
                column = value.name.casefold()
                if column in tables:
                    raise ValueError(f"{layer.name}: {value.name} is a column of {tables[column]}; rename it")
                tables[column] = layer.name


def check_groups(groups: "Iterable[Group]") -> None:
    """Check that no two groups have one name, which would give one page two tables with one id.

    Args:
        groups: the groups of all layers, each once.

    Raises:
        ValueError: two groups have one name but other words.
    """
    names = [group.name for group in groups]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two groups of layers have the name {', '.join(sorted(twice))}; rename one")


@dataclass(frozen=True)
class Group:
    """Layers that dossiers show under one heading and in one table.

    Attributes:
        name: letters and ``_``, unlike those of other groups.
        words: the heading, without a capital.
    """

    name: str
    words: Words

    @property
    def table(self) -> str:
        """The id of its table on a page, and part of the name of its CSV file. No other part of a page begins so.

        >>> Group("forests", Words("ป่าไม้", "forests and parks")).table
        'layers_forests'
        """
        return f"layers_{self.name}"

    @property
    def heading(self) -> Words:
        """The heading with a capital.

        >>> Group("forests", Words("ป่าไม้", "forests and parks")).heading
        Words(th='ป่าไม้', en='Forests and parks')
        """
        return Words(self.words.th, self.words.en[:1].upper() + self.words.en[1:])


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes:
        name: the name of its table and asset.
        folder: the folder under ``data/raw/``.
        file: the CSV file in it.
        title: of its table, in English.
        description: one sentence for the Dagster UI.
        source: who publishes it, in English.
        group: what it is shown with.
        level: ``district`` or ``province``: a row for each; ``site``: a row for each named place.
        values: its columns.
        words: what the dossier calls it.
        missing: what the dossier shows for a province without a row.
        period: the text column with the first and last month, ``2015-01..2016-06``, of a district layer.
        remark: what the dossier adds after the figures of a province.
    """

    name: str
    folder: str
    file: str
    title: str
    description: str
    source: str
    group: Group
    level: Literal["district", "province", "site"]
    values: tuple[Value, ...]
    words: Words
    missing: Words
    period: str = ""
    remark: Words = NONE

    def __post_init__(self) -> None:
        if self.level != "district" and any(value.downloads for value in self.values):
            raise ValueError(f"{self.name}: only a layer of districts has columns in downloads")
        if "/" in self.folder or "/" in self.file:
            raise ValueError(f"{self.name}: folder and file are plain names under data/raw/")
        if any(value.words and value.kind == "text" for value in self.values):
            raise ValueError(f"{self.name}: dossiers show counts and numbers, not columns of text")

    @property
    def scored(self) -> bool:
        """Whether a criterion names the layer among its sources."""
        return any(self.name in criterion.sources for criterion in CRITERIA)

    @property
    def shown(self) -> tuple[Value, ...]:
        """The columns that dossiers show."""
        return tuple(value for value in self.values if value.words)

    @property
    def downloaded(self) -> tuple[str, ...]:
        """The columns that workbooks and the GIS layer have."""
        return tuple(value.name for value in self.values if value.downloads)
