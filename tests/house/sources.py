"""The files of the house, for the tests that read them instead of running them."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: The rooms in the direction of the flow: each may know those before it.
FLOW = ("base", "contacts", "content", "participation", "campaigns", "worker", "config")

FOLDERS = {room: ROOT / room for room in FLOW} | {"config": ROOT / "site" / "config"}


def code(*rooms: str) -> list[Path]:
    """The Python files of the rooms (all, when none is named), migrations left out."""
    return [
        path
        for room in rooms or FLOW
        for path in sorted(FOLDERS[room].rglob("*.py"))
        if "migrations" not in path.parts
    ]


def templates() -> list[Path]:
    """Every template: those of the rooms, and those of the site."""
    folders = [*(FOLDERS[room] / "templates" for room in FLOW), ROOT / "site" / "templates"]
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".txt", ".xml", ".mjml"}
    ]


def tests() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


def styles() -> list[Path]:
    """Style sheets and scripts that a browser gets."""
    folders = [*(FOLDERS[room] / "static" for room in FLOW), ROOT / "site" / "static"]
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".css", ".js"}
    ]


def name(path: Path) -> str:
    """The path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()


def imported_modules(path: Path) -> set[str]:
    """Full names of all modules, and of all names in modules, that a file imports anywhere."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def importers(module: str, *, among: list[Path]) -> set[str]:
    """Names of the files that import the module or something in it."""
    return {
        name(path)
        for path in among
        if any(
            found == module or found.startswith(f"{module}.") for found in imported_modules(path)
        )
    }


def table_rows(path: Path) -> Iterator[list[str]]:
    """The cells of each row of the Markdown tables in a file, without headings and rulers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for line, following in pairwise([*lines, ""]):
        if line.startswith("|") and not line.startswith("| ---") and "| ---" not in following:
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
