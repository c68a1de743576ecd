"""docs/capabilities.md tells what works; a test with the line's number proves each claim."""

import re
from collections import defaultdict

from tests.house import sources

PAGE = sources.ROOT / "docs" / "capabilities.md"
LAST = 71
STATES = {"works", "partly", "not yet"}
MARK = re.compile(r"pytest\.mark\.capability\(([^)]*)\)")


def _claims() -> dict[str, tuple[list[str], str]]:
    """Number → the test files named beside it, and its state."""
    return {
        row[0]: (re.findall(r"`(tests/[^`]+)`", row[3]), row[4]) for row in sources.table_rows(PAGE)
    }


def _proofs() -> dict[str, set[str]]:
    """Number → the test files in which a test carries it."""
    proofs = defaultdict(set)
    for path in sources.tests():
        for arguments in MARK.findall(path.read_text()):
            for number in re.findall(r"C\d+", arguments):
                proofs[number].add(sources.name(path))
    return proofs


def test_every_line_is_listed_once():
    numbers = [row[0] for row in sources.table_rows(PAGE)]
    assert numbers == [f"C{number}" for number in range(1, LAST + 1)]
    assert {state for _, state in _claims().values()} <= STATES


def test_what_works_has_a_test_with_its_number():
    proofs = _proofs()
    unproven = {
        number: files
        for number, (files, state) in _claims().items()
        if state != "not yet" and not (files and set(files) <= proofs[number])
    }
    assert unproven == {}


def test_what_has_a_test_with_its_number_is_said_to_work():
    claims = _claims()
    silent = {
        number: files
        for number, files in _proofs().items()
        if claims.get(number, ([], "not yet"))[1] == "not yet"
    }
    assert silent == {}
