"""M10: an import of 50,000 contacts, against Django's get_or_create for each row.

Both read a CSV file, compare addresses and names in the same way, and end with the same people,
organisations and representations. The import writes its report, the audit log and what it takes to
undo it as well. `get_or_create` is timed on a smaller file of the same make, because it takes
minutes; its time for a row is what counts. Each run is a process of its own on a database that is
new: SQLite with the product's own settings, and a real PostgreSQL.
"""

import csv
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import child, databases, figures
from tests.bench.databases import Fresh

ROWS = 50_000
SAMPLE = 3_000
PEOPLE_PER_ORGANISATION = 12
DATABASES: dict[str, Callable[[Path], AbstractContextManager[Fresh]]] = {
    "sqlite": databases.sqlite,
    # Every statement of get_or_create would wait for the disk, and flatter the import.
    "postgresql": partial(databases.postgresql, fsync=False),
}
REACH = {"sqlite": 12, "postgresql": 20}
MEMORY_REACH = 300  # MB

HEADER = (
    "E-mail", "Voornaam", "Tussenvoegsel", "Achternaam", "Organisatie", "Functie", "Taal",
    "Telefoon",
)  # fmt: skip
FIRST_NAMES = [
    "Amina",
    "Bo",
    "Carla",
    "Dirk",
    "Eva",
    "Farid",
    "Gerda",
    "Hassan",
    "Ineke",
    "Joris",
    "Karima",
    "Lars",
    "Mieke",
    "Noor",
]
FAMILIES = [("", "Berg"), ("de", "Vries"), ("van den", "Heuvel"), ("", "Öztürk"), ("", "Bakker")]
FAMILIES += [("ten", "Have"), ("", "Visser"), ("", "Mulder"), ("de", "Boer"), ("", "El Idrissi")]
FUNCTIONS = ["directeur", "beleidsmedewerker", "adviseur", "vrijwilliger", ""]


def write_file(path: Path, *, rows: int) -> None:
    """Write a file of invented people; the same one each time."""
    chance = random.Random(7)
    organisations = rows // PEOPLE_PER_ORGANISATION
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for number in range(rows):
            first, (prefix, family) = chance.choice(FIRST_NAMES), chance.choice(FAMILIES)
            organisation = chance.randrange(organisations)
            writer.writerow(
                [
                    f"{first}.{number}@organisatie{organisation}.example.org",
                    first,
                    prefix,
                    f"{family}{number}",
                    f"Stichting Wilg {organisation}",
                    chance.choice(FUNCTIONS),
                    chance.choice(["nl", "en"]),
                    f"+31 6 {number:08}" if number % 2 else "",
                ]
            )


# --- what is measured: each in a process of its own -------------------------------------------


def _get_or_create(path: Path) -> None:
    """What a Django user writes: three get_or_create a row."""
    from django.utils import timezone
    from django.utils.text import slugify

    from contacts.addresses import address_hash, address_key
    from contacts.models import Contact, Organisation, Representation
    from contacts.names import name_key

    now = timezone.now()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            name, key = row["Organisatie"], address_key(row["E-mail"])
            organisation, _made = Organisation.objects.get_or_create(
                name_key=name_key(name), defaults={"name": name, "slug": slugify(name)}
            )
            contact, _made = Contact.objects.get_or_create(
                address_key=key,
                defaults={
                    "email": row["E-mail"],
                    "address_hash": address_hash(key),
                    "given_name": row["Voornaam"],
                    "family_name_prefix": row["Tussenvoegsel"],
                    "family_name": row["Achternaam"],
                    "language": row["Taal"],
                    "phone": row["Telefoon"],
                    "address_source": f"Import: {path.name}",
                    "created_at": now,
                },
            )
            Representation.objects.get_or_create(
                contact=contact,
                organisation=organisation,
                valid_until=None,
                defaults={"function": row["Functie"], "valid_from": timezone.localdate(now)},
            )


def _import(path: Path) -> None:
    """What the command does: stage the file and run it, without the pauses of the worker."""
    from django.utils import timezone

    from contacts.services.imports import run_import, stage_import

    staged = stage_import(
        file_name=path.name,
        content=path.read_bytes(),
        dry_run=False,
        options={},
        created_by=None,
        now=timezone.now(),
    )
    done = run_import(import_id=staged.pk, now=timezone.now(), pause=lambda seconds: None)
    if done.state != "done" or done.counts["conflict"] or done.counts["skipped"]:
        raise RuntimeError(f"The import did not do what it should: {done.state} {done.counts}")


WORK: dict[str, Callable[[Path], None]] = {"get_or_create": _get_or_create, "import": _import}


def take_times(*, work: str, path: str) -> dict[str, Any]:
    """Do the work twice, the second time with everything there; return what it took."""
    import django

    django.setup()
    from contacts.models import Contact, Organisation, Representation

    seconds = []
    for _time in range(2):
        started = time.perf_counter()
        WORK[work](Path(path))
        seconds.append(time.perf_counter() - started)
    made = [model.objects.count() for model in (Contact, Organisation, Representation)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": seconds, "made": made, "memory": memory}


# --- the measure ------------------------------------------------------------------------------


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""
    runs = []
    with tempfile.TemporaryDirectory(prefix="bijeen-m10-") as name:
        folder = Path(name)
        large, sample = folder / "people.csv", folder / "sample.csv"
        write_file(large, rows=ROWS)
        write_file(sample, rows=SAMPLE)
        print(
            f"{'database':<12}{'get_or_create':>15}{'import':>10}{'again':>10}{'':>9}{'memory':>9}"
        )
        for database, new_databases in DATABASES.items():
            with new_databases(folder) as fresh:
                for _round in range(figures.ROUNDS):
                    run = _one_round(database, fresh, large, sample)
                    runs.append(run)
                    print(
                        f"{database:<12}{run['get_or_create_us']:>12} µs"
                        f"{run['import_us']:>7} µs{run['again_us']:>7} µs"
                        f"{run['ratio']:>8}×{run['memory_mb']:>6} MB"
                    )
    by_database = {name: [run for run in runs if run["database"] == name] for name in DATABASES}
    value = {
        name: round(statistics.median(run["ratio"] for run in some), 1)
        for name, some in by_database.items()
    }
    value["memory_mb"] = max(run["memory_mb"] for run in runs)
    figures.conclude(
        "M10",
        value=value,
        reach=REACH | {"memory_mb": MEMORY_REACH},
        unit="times faster than get_or_create for each row (memory: MB at most)",
        runs=runs,
    )


def _one_round(database: str, fresh: Fresh, large: Path, sample: Path) -> dict[str, Any]:
    """Measure both side by side; times are microseconds for a row."""
    slow = child.run(take_times, environment=fresh(), work="get_or_create", path=str(sample))
    fast = child.run(take_times, environment=fresh(), work="import", path=str(large))
    people, organisations = ROWS, ROWS // PEOPLE_PER_ORGANISATION
    if fast["made"] != [people, organisations, people] or slow["made"][0] != SAMPLE:
        raise RuntimeError(f"Not the same outcome: {slow['made']} {fast['made']}")
    before, ours = slow["seconds"][0] / SAMPLE, fast["seconds"][0] / ROWS
    return {
        "database": database,
        "get_or_create_us": round(before * 1e6),
        "import_us": round(ours * 1e6),
        "again_us": round(fast["seconds"][1] / ROWS * 1e6),
        "ratio": round(before / ours, 1),
        "memory_mb": fast["memory"],
    }
