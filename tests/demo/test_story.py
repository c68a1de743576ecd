"""The story, on services of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.services
def test_story_counts_every_mail():
    done = subprocess.run(
        [sys.executable, str(ROOT / "site" / "manage.py"), "demo", "--story"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1].startswith("OK, ")
