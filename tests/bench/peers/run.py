"""One peer, once: `python -m tests.bench.peers.run NAME COUNT` in that peer's environment."""

import importlib
import json
import os
import sys
import time


def main(name: str, count: int) -> None:
    """Make the people, let the peer write to them, and print the seconds that it took."""
    if name == "post_office":
        os.environ["PEER_APPS"] = "django.contrib.contenttypes post_office"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.bench.peers.models import Person

    for old in settings.FOLDER.glob("peer.sqlite3*"):
        old.unlink()
    call_command("migrate", run_syncdb=True, verbosity=0)
    Person.objects.bulk_create(
        Person(
            given_name="Amina",
            family_name=f"de Vries{number}",
            email=f"persoon{number}@leden.example.org",
            organisation=f"Stichting Voorbeeld {number % 500}",
        )
        for number in range(count)
    )
    peer = importlib.import_module(f"tests.bench.peers.{name}")
    started = time.perf_counter()
    sent = peer.send()
    print(json.dumps({"sent": sent, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
