"""What a newcomer may count on when opening the repository."""

import re
import tomllib

import pytest

from tests.house import sources

#: In two halves, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
NOT_WRITTEN = "NotImplemented" + "Error"

LONGEST = 500  # lines


def test_site_folder_is_no_package():
    # As a package it would hide the standard library's `site` module.
    assert not (sources.ROOT / "site" / "__init__.py").exists()


def test_files_are_short():
    files = [*sources.code(), *sources.templates(), *sources.tests(), *sources.styles()]
    lengths = {sources.name(path): len(path.read_text().splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_nothing_is_left_for_later():
    files = [*sources.code(), *sources.templates(), *sources.tests(), *sources.styles()]
    found = [
        sources.name(path)
        for path in files
        if UNFINISHED.search(text := path.read_text()) or NOT_WRITTEN in text
    ]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_file_holds_no_addresses(lock):
    text = (sources.ROOT / lock).read_text()
    assert [
        line for line in text.splitlines() if re.search(r"://|index-url|find-links", line)
    ] == []


def _locked(lock: str) -> dict[str, str]:
    """Library → version and marker, as a lock file names them."""
    text = (sources.ROOT / lock).read_text()
    found = re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\\\n]+)", text, re.MULTILINE)
    return {name: version.strip() for name, version in found}


def test_development_lock_contains_the_runtime_lock():
    # One environment serves both: installing the second may not change the first.
    runtime, development = _locked("requirements.lock"), _locked("requirements-dev.lock")
    assert {name: development.get(name) for name in runtime} == runtime


def test_lock_files_name_every_declared_library():
    project = tomllib.loads((sources.ROOT / "pyproject.toml").read_text())
    declared = project["project"]["dependencies"]
    for_development = project["dependency-groups"]["dev"]
    assert _names(declared) - set(_locked("requirements.lock")) == set()
    assert _names(for_development) - set(_locked("requirements-dev.lock")) == set()


def test_every_library_has_its_reason():
    project = tomllib.loads((sources.ROOT / "pyproject.toml").read_text())
    page = sources.ROOT / "docs" / "decisions" / "0005-libraries.md"
    explained = {row[0].strip("`") for row in sources.table_rows(page)}
    assert explained == _names(project["project"]["dependencies"])


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!; ]", requirement)[0] for requirement in requirements}


def _targets() -> set[str]:
    makefile = (sources.ROOT / "Makefile").read_text()
    return set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/operations.md"])
def test_commands_in_the_documents_exist(page):
    text = (sources.ROOT / page).read_text()
    named = set(re.findall(r"`make ([a-z]+)", text) + re.findall(r"^make ([a-z]+)", text, re.M))
    assert named <= _targets()
    assert named  # the expression above still finds them


def test_readme_names_the_two_commands():
    readme = (sources.ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme


def test_links_between_documents_lead_somewhere():
    pages = [*sources.ROOT.glob("*.md"), *(sources.ROOT / "docs").rglob("*.md")]
    broken = [
        f"{sources.name(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_places_named_in_the_architecture_exist():
    text = (sources.ROOT / "docs" / "architecture.md").read_text()
    named = {path for path in re.findall(r"`([a-z_./]+/[a-z_./]*)`", text) if path[0] != "."}
    missing = [
        path
        for path in named
        # Some grow from a module into a folder; both go by the same name.
        if not (sources.ROOT / path).exists() and not (sources.ROOT / f"{path}.py").exists()
    ]
    assert missing == []
