"""The text of a proposal: ``mapping.toml`` for household rows, ``SOURCE.toml`` for a table, each line with its reason.

Not here: how columns are guessed (``guesses``).
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.contracts import CONTRACTS, Contract
from pipeline.contracts.raw_tables import SUBDISTRICT_POINTS_FILE
from pipeline.contracts.shared_columns import YEAR as YEAR_COLUMN
from pipeline.errors import InputError, Problem, shown_path
from pipeline.households.answers import ANSWERS, Answers, plain_word
from pipeline.households.citizen_ids import without_ids
from pipeline.households.mapping import COLUMNS, Mapping
from pipeline.layers import LAYERS
from pipeline.proposals.guesses import (
    PRIVATE,
    Guess,
    guesses,
    is_of_households,
    named_like_persons,
    rows_of_persons,
    words_of,
)
from pipeline.proposals.strange_file import StrangeFile, look_at
from pipeline.reading.columns import ColumnMap
from pipeline.reading.file_content import LARGEST_BYTES
from pipeline.reading.layout import TABLE as LAYOUT_TABLE
from pipeline.reading.layout import UNKNOWN, read_layouts
from pipeline.reading.numbers import number_of
from pipeline.reading.places_named import PROVINCE_NAME, columns_found, names_for
from pipeline.reading.sidecar import COLUMNS as COLUMNS_TABLE
from pipeline.reading.table import parse_table
from pipeline.sources import data_systems, dopa, nesdc, subdistricts, universities
from pipeline.sources.release_files import FIGURES, LEVELS, PLACE_NAMES, RELEASE, TPMAP_NAMES
from pipeline.sources.unread import is_taken

# The folder, the contract and the usual name of the file of each table.
TABLES = (
    ("dopa", CONTRACTS["population"], dopa.DISTRICT_FILE),
    ("dopa", CONTRACTS["subdistrict_population"], dopa.SUBDISTRICT_FILE),
    ("nesdc", CONTRACTS["regions"], nesdc.REGIONS),
    ("universities", CONTRACTS["universities"], universities.CAMPUSES),
    ("partnerships", CONTRACTS["partnerships"], universities.PARTNERSHIPS),
    ("data_systems", CONTRACTS["data_systems"], data_systems.SYSTEMS),
    ("data_systems", CONTRACTS["acceptances"], data_systems.ACCEPTANCES),
    *((layer.folder, CONTRACTS[layer.name], layer.file) for layer in LAYERS),
    ("tpmap", CONTRACTS["poverty"], "tpmap_2022_by_district.csv"),
    ("subdistrict_points", SUBDISTRICT_POINTS_FILE, subdistricts.SUBDISTRICT_POINTS_FILE.name),
    ("tpmap_aggregates", RELEASE, ""),
)
# A release needs figures, and codes or names.
PARTS_OF_RELEASE = 2
FEWEST_COLUMNS, MOST_NAMED = 2, 6
# Columns of places and years, which many tables have.
COMMON = (*LEVELS, *PLACE_NAMES, "place_code", "code", "lon", "lat", "year", "name_th", "name_en")
# Of the columns of a table, the share by which a second one may be worse to be named too.
CLOSE = 0.2
# The policy's ``households.smallest_count`` as it comes with the project.
SMALLEST_COUNT = 5
YEAR = re.compile(r"(?<![0-9])(25[0-9]{2}|20[0-9]{2})(?![0-9])")


@dataclass(frozen=True)
class Proposal:
    """How a file could be described.

    Attributes:
        text: TOML with comments, for a person to check and save.
        to_state: what a person has to state in it before the file can be used; nothing if it can be used as it is.
    """

    text: str
    to_state: tuple[str, ...] = ()


def proposal(path: Path, smallest_count: int = SMALLEST_COUNT) -> Proposal:
    """Propose how to describe a file.

    Args:
        path: delimited text, a workbook or Parquet.
        smallest_count: words of answers that fewer rows have are not shown.

    Returns:
        The proposal.

    Raises:
        InputError: the file cannot be read, it is like none of our tables, or could not be used as one.
    """
    if without_ids(path.name) != path.name:
        found, fix = "a name that contains a citizen id (hidden here)", "rename the file"
        raise InputError(Problem(shown_path(path.parent), found, "a name without ids", fix))
    file = look_at(path)
    of_households = guesses(file, COLUMNS)
    if is_of_households(of_households):
        return _mapping(file, of_households, smallest_count)
    ranked = sorted((_candidate(file, *table) for table in TABLES), key=lambda each: each.rank, reverse=True)
    best, other = ranked[:2]
    good = [guess for guess in best.found if guess.good]
    if not any(guess.by_name for guess in good) or len(good) < FEWEST_COLUMNS:
        # Names are not shown: they could be cells of a file without a heading.
        found = f"{len(file.names):,} columns, of which none has a name that is known"
        expected = "a heading, and columns like those of household rows or of a table"
        fix = "look at docs/changing.md; a new kind of table needs a layer"
        raise InputError(Problem(shown_path(path), found, expected, fix))
    if best.lacking:
        close = f"; {other.words} next" if best.share - other.share < CLOSE else ""
        lacking = ", ".join(best.lacking[:MOST_NAMED]) + (", …" if len(best.lacking) > MOST_NAMED else "")
        said = ", ".join(f"{guess.theirs} = {guess.ours}" for guess in good)
        found = f"{best.words} ({said}); without {lacking}{close}"
        raise InputError(Problem(shown_path(path), found, "every column", "add the columns to the file and run again"))
    if file.encoding == "parquet":
        raise InputError(Problem(shown_path(path), f"Parquet for {best.folder}", "CSV or .xlsx", "export it again"))
    text = _sidecar(file, best)
    _try(file, best, text)
    return Proposal(text)


@dataclass(frozen=True)
class Candidate:
    """A table that a file could be.

    Attributes:
        folder: under ``data/raw/``.
        contract: of the table.
        usual: the usual name of its file; empty if it may have any.
        found: guesses for its columns.
        lacking: its columns that the file does not have.
    """

    folder: str
    contract: Contract
    usual: str
    found: tuple[Guess, ...]
    lacking: tuple[str, ...]

    @property
    def needed(self) -> int:
        """How many columns its file must have."""
        return PARTS_OF_RELEASE if self.contract is RELEASE else len(self.contract.column_names)

    @property
    def share(self) -> float:
        """The share of its columns that the file has."""
        return 1 - len(self.lacking) / self.needed

    @property
    def rank(self) -> tuple[bool, int, float]:
        """Whether the file has all its columns, how many that few other tables have, and the share of all."""
        own = sum(guess.good and guess.by_name and guess.ours not in COMMON for guess in self.found)
        return not self.lacking, own, self.share

    @property
    def words(self) -> str:
        """How much of it was found."""
        return f"{self.needed - len(self.lacking)} of {self.needed} columns of {self.folder} ({self.contract.name})"


def _candidate(file: StrangeFile, folder: str, contract: Contract, usual: str) -> Candidate:
    found = guesses(file, (*contract.column_names, *names_for(contract.column_names)))
    good = [guess.ours for guess in found if guess.good]
    if contract is RELEASE:
        figures = {column.name for column in FIGURES} & {guess.ours for guess in found if guess.by_name}
        codes = set(good) & {*LEVELS, PROVINCE_NAME}
        lacking = [*([] if figures else ["a column of figures"]), *([] if codes else ["codes or names of areas"])]
    else:
        wanted, _ = columns_found(good, contract.column_names, ColumnMap())
        lacking = [name for name in wanted if name not in good]
    return Candidate(folder, contract, usual, tuple(found), tuple(lacking))


def _try(file: StrangeFile, best: Candidate, text: str) -> None:
    """Read the file as proposed; raise ``InputError`` with the first problem if it cannot be used so."""
    content = file.path.read_bytes()
    if best.contract is RELEASE or len(content) > LARGEST_BYTES:
        return
    stated = tomllib.loads(text)
    (name,) = stated["sha256"]
    columns = ColumnMap(stated.get(COLUMNS_TABLE, {}).get(name, {}))
    layout = read_layouts(stated.get(LAYOUT_TABLE, {}), "", [name]).of(name)
    try:
        parse_table(content, shown_path(file.path), best.contract, columns, {}, layout)
    except InputError as error:
        more = f" (and {len(error.problems) - 1:,} more)" if len(error.problems) > 1 else ""
        first = error.problems[0]
        raise InputError(replace(first, found=f"{first.found}{more}")) from None


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _about(file: StrangeFile) -> list[str]:
    kind = file.encoding + (f", separated by {file.delimiter!r}" if file.delimiter else "")
    heading = f"heading in line {' and '.join(map(str, file.heading_rows))}; " if file.heading_rows else ""
    return [
        "# Proposed by `pilot-areas mapping propose`; not used until a person has checked and saved it.",
        f"# {file.path.name}: {kind}; {heading}{len(file.rows):,} rows looked at",
    ]


def _layout(file: StrangeFile, table: str) -> list[str]:
    lines = [f"sheet = {_text(file.sheet)}  # the sheet with most cells"] if file.sheet else []
    if len(file.heading_rows) > 1:
        lines.append(f"heading_rows = {list(file.heading_rows)}")
    elif file.heading_rows not in ((), (1,)):
        lines.append(f"heading_row = {file.heading_rows[0]}")
    if file.not_rows:
        lines.append(f"not_rows = {json.dumps(list(file.not_rows), ensure_ascii=False)}  # totals, sources, notes")
    return ["", table, *lines] if lines else []


def _columns(found: Sequence[Guess], table: str, own: Sequence[str] = ()) -> list[str]:
    lines = ["", table]
    for guess in found:
        why = f"{guess.share:.0%} of {guess.filled:,} filled cells fit" + ("" if guess.by_name else "; by cells only")
        needed = guess.theirs != guess.ours and guess.theirs not in own
        mark = "" if guess.good and needed else "# "
        note = "" if needed else "; no line is needed"
        lines.append(f"{mark}{_text(guess.theirs)} = {_text(guess.ours)}  # {why}{note}")
    return lines


def _not_used(file: StrangeFile, found: Sequence[Guess]) -> list[str]:
    used = {guess.theirs for guess in found if guess.good}
    rest = [name for name in file.names if name and name not in used]
    return [f"# not used: {', '.join(rest)}"] if rest else []


def _mapping(file: StrangeFile, found: list[Guess], smallest_count: int) -> Proposal:
    lines = [*_about(file), "# Save as mapping.toml in data/raw/households/<system>/, beside the file."]
    if persons := rows_of_persons(file, found):
        lines += ["", f'rows = "persons"  # {persons}']
    elif named := named_like_persons(file):
        lines.append(f"# Look whether rows are persons ({', '.join(named)}); no household has several rows or ids.")
    lines += [*_layout(file, "[layout]"), *_columns(found, "[columns]")]
    # Without a column map, files must use our names: a map states all columns that the file has.
    lines = [line.removeprefix("# ") if line.endswith("no line is needed") else line for line in lines]
    lines += _not_used(file, found)
    known_year = None
    if not any(guess.ours == "survey_year" and guess.good for guess in found):
        years = YEAR.findall(file.above) or YEAR.findall(file.path.stem)
        stated = f"survey_year = {years[0]}  # from the title or the name of the file" if years else ""
        year = stated or "# survey_year = 2565  # it is in no column: state it"
        lines += ["", "[constants]", year]
        known_year = int(years[0]) if years else None
    for guess in found:
        if guess.ours in ANSWERS and guess.ours not in PRIVATE:
            lines += _words(file, guess, smallest_count)
    columns = {guess.ours: guess.theirs for guess in found if guess.good}
    lacking = Mapping(columns, frozenset(columns), known_year, bool(persons)).missing(file.names)
    to_state = [*lacking, *(f"the words of {guess.theirs}" for guess in found if _has_other_words(file, guess))]
    return Proposal("\n".join(lines) + "\n", tuple(to_state))


def _has_other_words(file: StrangeFile, guess: Guess) -> bool:
    return guess.ours in ANSWERS and guess.good and words_of(file, guess.theirs, guess.ours, 1)[2] > 0


def _words(file: StrangeFile, guess: Guess, smallest_count: int) -> list[str]:
    counts, others, _ = words_of(file, guess.theirs, guess.ours, smallest_count)
    said = Answers().of(guess.ours)
    shown = [f"{word or 'empty'} ({count:,})" for word, count in counts.most_common()]
    shown += [f"{others:,} other words, not shown"] if others else []
    lines = ["", f"# words found in {guess.theirs}: {', '.join(shown) or 'none'}"]
    unknown = [w for w in counts if plain_word(w) not in {*said.meanings, *said.not_known, *UNKNOWN}]
    if unknown:
        words = json.dumps(unknown, ensure_ascii=False)
        lines += [f"# state what these mean: {words}", f"# [values.{guess.ours}]", "# yes = []", "# no = []"]
    return lines


def _sidecar(file: StrangeFile, best: Candidate) -> str:
    path, folder, usual, found = file.path, best.folder, best.usual, best.found
    if folder == "tpmap":
        years = [
            number_of(row[file.names.index(g.theirs)], YEAR_COLUMN)
            for g in found
            if g.ours == "year"
            for _, row in file.rows
        ]
        usual = f"tpmap_{next(filter(None, years), 2022):.0f}_by_district.csv"
    name = path.name if not usual or is_taken(path.name, folder) else Path(usual).stem + path.suffix.lower()
    content = path.read_bytes()
    lines = [
        *_about(file),
        f"# Save as SOURCE.toml in data/raw/{folder}/, and the file as {name} beside it. If there is one already, add",
        "# the tables below to it. State title, source, address and licence.",
        f"title_th = {_text(path.stem)}",
        f"title_en = {_text(path.stem)}",
        'source = "to be stated"',
        'address = ""',
        'licence = "not stated"',
        f'received = "{date.fromtimestamp(path.stat().st_mtime).isoformat()}"',
        *_layout(file, f"[layout.{_text(name)}]"),
        *_columns(found, f"[columns.{_text(name)}]", () if usual else tuple(TPMAP_NAMES)),
        *_not_used(file, found),
        "",
        "[sha256]",
        f"{_text(name)} = {_text(hashlib.sha256(content).hexdigest())}",
    ]
    return "\n".join(lines) + "\n"
