"""The text of a proposal: ``mapping.toml`` for household rows, ``SOURCE.toml`` for a table, each line with its reason.

Not here: how columns are guessed (``guesses``).
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline.contracts import CONTRACTS
from pipeline.errors import InputError, Problem, shown_path
from pipeline.households.answers import ANSWERS, Answers, plain_word
from pipeline.households.mapping import COLUMNS
from pipeline.layers import LAYERS
from pipeline.proposals.guesses import PRIVATE, Guess, guesses, is_of_households, rows_of_persons, words_of
from pipeline.proposals.strange_file import StrangeFile, look_at
from pipeline.reading.layout import UNKNOWN
from pipeline.reading.places_named import names_for
from pipeline.sources import data_systems, dopa, nesdc, universities
from pipeline.sources.release_files import RELEASE, TPMAP_NAMES
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
    ("tpmap_aggregates", RELEASE, ""),
)
FEWEST_COLUMNS = 2
YEAR = re.compile(r"(?<![0-9])(25[0-9]{2}|20[0-9]{2})(?![0-9])")


def proposal(path: Path) -> str:
    """Propose how to describe a file.

    Args:
        path: delimited text, a workbook or Parquet.

    Returns:
        TOML with comments, for a person to check and save.

    Raises:
        InputError: the file cannot be read, or none of its columns is like one of ours.
    """
    file = look_at(path)
    of_households = guesses(file, COLUMNS)
    if is_of_households(of_households):
        return _mapping(file, of_households)
    ranked = []
    for folder, contract, name in TABLES:
        found = guesses(file, (*contract.column_names, *names_for(contract.column_names)))
        good = [guess for guess in found if guess.good]
        ranked.append((len(good), len(good) / len(contract.column_names), folder, name, found))
    best = max(ranked, key=lambda each: each[:2])
    if best[0] < FEWEST_COLUMNS:
        raise InputError(
            Problem(
                shown_path(path),
                f"columns {', '.join(file.names[:6])}",
                "columns like those of household rows or of a table",
                "look at docs/changing.md; a new kind of table needs a layer",
            )
        )
    return _sidecar(file, best[2], best[3], best[4])


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


def _mapping(file: StrangeFile, found: list[Guess]) -> str:
    lines = [*_about(file), "# Save as mapping.toml in data/raw/households/<system>/, beside the file."]
    if persons := rows_of_persons(file, found):
        lines.append(
            f"# Rows may be persons, not households: {persons}. Rows of persons are not counted as households."
        )
    lines += [*_layout(file, "[layout]"), *_columns(found, "[columns]")]
    # Without a column map, files must use our names: a map states all columns that the file has.
    lines = [line.removeprefix("# ") if line.endswith("no line is needed") else line for line in lines]
    lines += _not_used(file, found)
    if not any(guess.ours == "survey_year" and guess.good for guess in found):
        years = YEAR.findall(file.above) or YEAR.findall(file.path.stem)
        stated = f"survey_year = {years[0]}  # from the title or the name of the file" if years else ""
        year = stated or "# survey_year = 2565  # it is in no column: state it"
        lines += ["", "[constants]", year]
    for guess in found:
        if guess.ours in ANSWERS and guess.ours not in PRIVATE:
            lines += _words(file, guess)
    return "\n".join(lines) + "\n"


def _words(file: StrangeFile, guess: Guess) -> list[str]:
    counts = words_of(file, guess.theirs)
    if not counts:
        return ["", f"# {guess.theirs}: too many different cells for answers"]
    said = Answers().of(guess.ours)
    shown = ", ".join(f"{word or 'empty'} ({count:,})" for word, count in counts.most_common())
    lines = ["", f"# words found in {guess.theirs}: {shown}"]
    unknown = [w for w in counts if plain_word(w) not in {*said.meanings, *said.not_known, *UNKNOWN}]
    if unknown:
        words = json.dumps(unknown, ensure_ascii=False)
        lines += [f"# state what these mean: {words}", f"# [values.{guess.ours}]", "# yes = []", "# no = []"]
    return lines


def _sidecar(file: StrangeFile, folder: str, usual: str, found: list[Guess]) -> str:
    path = file.path
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
