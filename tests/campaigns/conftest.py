"""Golden files: mails as they were approved. `REGENERATE_GOLDEN=1 pytest …` writes them anew."""

import difflib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the golden file of this name, or write it when asked to."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("REGENERATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
            return
        approved = path.read_text(encoding="utf-8") if path.exists() else ""
        difference = "\n".join(
            difflib.unified_diff(
                approved.splitlines(), text.splitlines(), "approved", "now", lineterm=""
            )
        )
        assert text == approved, f"{name} differs; look, then set REGENERATE_GOLDEN=1\n{difference}"

    return compare
