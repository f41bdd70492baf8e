"""The structure of the program: which room may import which, names that occur once, references in docstrings."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

# Rooms by floor, the lowest first. A room imports rooms of lower floors only; a new room must be added here.
FLOORS = (
    {
        "characters",
        "code_version",
        "criterion",
        "digests",
        "errors",
        "leftovers",
        "places",
        "run_progress",
        "small_cells",
    },
    {"arguments", "categories", "dimensions", "gazetteer", "layers"},
    {"contracts", "lower_bound"},
    {"reading"},
    {"policy", "sources"},
    {"project"},
    {"stored_tables", "workspace"},
    {"figures", "published_figures", "queries", "scoring"},
    {"criteria", "poverty_years", "score_analysis", "shortlist"},
    {"sentences"},
    {"district_table"},
    {"explain", "findings", "households", "uncertainty", "what_if", "workbooks"},
    {"poverty_findings"},
    {"backtest", "downloads", "pages", "runs"},
    {"proposals", "receiving"},
    {"report"},
    {"orchestration"},
    {"cli"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Rooms that a room does not import although they are below it.
NEVER = {
    "pages": {
        "criteria",
        "households",
        "places",
        "reading",
        "score_analysis",
        "scoring",
        "sentences",
        "sources",
        "what_if",
    },
    "runs": {"criteria", "households", "places", "scoring", "sources", "uncertainty"},
    "criteria": {"contracts", "project", "reading", "sources", "stored_tables", "workspace"},
    "uncertainty": {"contracts", "project", "reading", "shortlist", "sources", "stored_tables", "workspace"},
}
# Names that are unclear without their module: each belongs to one function at most.
UNCLEAR = ("build", "data", "measure", "read", "received")
SOURCES = [*sorted((ROOT / "pipeline").rglob("*.py")), *sorted((ROOT / "assets").rglob("*.py"))]


def room_of(path: Path) -> str:
    inside = path.relative_to(ROOT / "pipeline")
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imported(path: Path) -> Iterator[tuple[str, str | None]]:
    """Every module that a file imports, in functions too, with the alias it is given."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, name.asname) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{name.name}", name.asname) for name in node.names)


def test_a_room_imports_lower_floors_only() -> None:
    wrong = []
    for path in (ROOT / "pipeline").rglob("*.py"):
        room = room_of(path)
        for module, _ in imported(path):
            if not module.startswith("pipeline."):
                continue
            other = module.split(".")[1]
            if other == room or path == ROOT / "pipeline" / "__init__.py":
                continue
            if FLOOR[other] >= FLOOR[room] or other in NEVER.get(room, ()):
                wrong.append(f"{path.relative_to(ROOT)}: {module}")
    assert wrong == []


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path) for path in (ROOT / "pipeline").rglob("*.py")} - {"__init__"}
    assert rooms <= set(FLOOR)


def test_only_orchestration_and_assets_know_dagster() -> None:
    importing = {
        path.relative_to(ROOT).parts[: 1 if path.parent.name == "assets" else 2]
        for path in SOURCES
        if any(module.split(".")[0].startswith("dagster") for module, _ in imported(path))
    }
    assert importing == {("assets",), ("pipeline", "orchestration")}
    assert not [
        f"{path.relative_to(ROOT)}: {module}"
        for path in SOURCES
        for module, _ in imported(path)
        if module.startswith("dagster._")
    ]


def test_only_orchestration_imports_assets() -> None:
    importing = {
        room_of(path)
        for path in (ROOT / "pipeline").rglob("*.py")
        if any(module.split(".")[0] == "assets" for module, _ in imported(path))
    }
    assert importing == {"orchestration"}


def test_no_module_name_twice() -> None:
    names = Counter(path.stem for path in SOURCES if path.stem != "__init__")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_unclear_function_name_twice() -> None:
    defined = [
        (node.name, path.relative_to(ROOT).as_posix())
        for path in SOURCES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name in UNCLEAR
    ]
    assert [one for one in defined if sum(one[0] == other[0] for other in defined) > 1] == []


def test_assets_use_our_modules_by_their_names() -> None:
    aliases = [
        f"{path.relative_to(ROOT)}: {module} as {alias}"
        for path in (ROOT / "assets").glob("*.py")
        for module, alias in imported(path)
        if alias and module.startswith("pipeline")
    ]
    assert aliases == []


def modules() -> set[str]:
    """Every module and package, by its name and by the end of its dotted name: ``rounds``, ``runs.rounds``."""
    found = set()
    for path in SOURCES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        found |= {".".join(parts[i:]) for i in range(len(parts))}
    return found


def test_docstrings_refer_to_modules_that_exist() -> None:
    """What a module leaves to others (`Not here: … (``module``)`) is in a module, file or folder of that name."""
    known = modules()
    wrong = []
    for path in SOURCES:
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for brackets in re.findall(r"\(([^()]*)\)", text.partition("Not here:")[2]):
            for name in re.findall(r"``([^`]+)``", brackets):
                folders = (path.parent, ROOT / "pipeline", ROOT)
                if name not in known and not any((folder / name).exists() for folder in folders):
                    wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert wrong == []


def public_functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Every public function and method but properties, assets and checks, which Dagster calls and describes."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bodies = [
            tree.body,
            *(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"),
        ]
        for node in (node for body in bodies for node in body if isinstance(node, ast.FunctionDef)):
            decorators = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
            if not node.name.startswith("_") and not re.search("property|asset|check|overload", decorators):
                yield path, node


def test_public_functions_document_arguments_results_and_errors() -> None:
    wrong, found = [], 0
    for path, node in public_functions():
        text, found = ast.get_docstring(node) or "", found + 1
        arguments = [a.arg for a in (*node.args.args, *node.args.kwonlyargs) if a.arg not in ("self", "cls")]
        has_result = node.returns is not None and ast.unparse(node.returns) != "None"
        needed = {
            "Args:": bool(arguments),
            "Returns:": has_result and "Yields:" not in text,
            "Raises:": any(isinstance(inner, ast.Raise) for inner in ast.walk(node)),
        }
        lacking = [section for section, must in needed.items() if must and section not in text]
        if lacking or not text:
            wrong.append(f"{path.relative_to(ROOT)}: {node.name} lacks {', '.join(lacking) or 'a docstring'}")
    assert found > 300
    assert wrong == []
