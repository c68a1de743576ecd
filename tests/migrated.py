"""The database of SQLite with every migration applied, made once and then copied.

Applying them takes half a minute of a processor. What comes of it is kept by what it was made of,
for the next run, for the other processes of the suite and for the houses that some tests build.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".migrated_cache"


def migrated() -> Path:
    """Return the file, with all tables and nothing else in them; not to be changed."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{_fingerprint()}.sqlite3"
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed
        if not path.exists():
            for old in FOLDER.glob("*.sqlite3"):
                old.unlink()
            _make(path)
    return path


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        new = Path(folder) / "new.sqlite3"
        subprocess.run(
            [sys.executable, "site/manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "config.settings.test",
                "DATABASE_URL": f"sqlite:///{new}",
                "BIJEEN_DATA": folder,
            },
            check=True,
        )
        shutil.copyfile(new, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


def _fingerprint() -> str:
    """Return a hash of our migrations and of the libraries that bring others."""
    made_of = sha256()
    for path in [ROOT / "requirements-dev.lock", *sorted(ROOT.glob("*/migrations/*.py"))]:
        made_of.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return made_of.hexdigest()[:20]
