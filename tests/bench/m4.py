"""M4: a whole mailing of 10,000, against what somebody with Django has today.

- plain: Django's own `send_messages`, over one connection;
- birdsong: the loop of wagtail-birdsong, which makes all messages and then sends them, with the
  function of the package itself;
- post_office: django-post_office, queued and then sent by two processes.

Each lives in a virtual environment of its own, kept in the data folder, on SQLite. Their mail is
ours: the compiled text as Django templates, with the same fields and a signed link wherever ours
has one. Timed are reading the people, making the mail, queueing it (post_office) and sending it.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench import child, databases, figures, mailing, postfix
from tests.bench.databases import Environment

RECIPIENTS = 10_000
REACH = 12

DJANGO = "Django==5.2.19"
PEERS = {
    "plain": [DJANGO],
    "birdsong": [DJANGO, "wagtail-birdsong==2.0.0"],
    "post_office": [DJANGO, "django-post_office==3.12.0"],
}
#: What Django and these need themselves: the environments hold this and no more.
NEEDED = ["asgiref==3.13.0", "sqlparse==0.6.1", "nh3==0.3.8"]

COLUMNS = {
    **{name: f"{name}/s" for name in PEERS},
    "sqlite": "ours SQLite/s",
    "sqlite_ratio": "ratio",
    "postgresql": "ours PostgreSQL/s",
    "postgresql_ratio": "ratio",
}


def measure() -> None:
    """Print a table and, as the last line, the result as JSON."""
    count = figures.part_of(RECIPIENTS)
    pythons = {name: _environment(name, pins) for name, pins in PEERS.items()}
    with ExitStack() as stack:
        port = stack.enter_context(postfix.sink())
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bijeen-m4-")))

        def prepare(environment: Environment) -> None:
            octets = child.run(mailing.fill, environment=environment, people=count)
            child.run(write_templates, environment=environment, folder=str(scratch))
            print(f"A message of ours has {octets:,} octets.")

        fresh = {}
        for name, new_databases in databases.DATABASES.items():
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bijeen-m4-"))
            fresh[name] = stack.enter_context(new_databases(Path(folder), prepare=prepare))
        table = figures.Table(f"M4: a whole mailing of {count:,}", COLUMNS)
        for _round in range(figures.ROUNDS):
            run = {
                name: count / _peer(name, python, scratch, port, count)
                for name, python in pythons.items()
            }
            fastest = max(run.values())
            for name, new in fresh.items():
                environment = mailing.to_port(new(), port)
                ours = child.run(mailing.send, environment=environment, port=port)
                run[name] = count / ours["seconds"]
                run[f"{name}_since_click"] = count / ours["since_click"]
                run[f"{name}_ratio"] = run[name] / fastest
            table.add("", run)
        table.close()
    runs = table.of("")
    figures.conclude(
        "M4",
        value={name: round(figures.median(runs, f"{name}_ratio"), 1) for name in fresh},
        reach=REACH,
        unit="times the fastest of the others",
        runs=runs,
    )


def _environment(name: str, pins: list[str]) -> Path:
    """Make the virtual environment of a peer, unless it is there; return its Python."""
    data = Path(os.environ.get("BIJEEN_DATA") or child.ROOT / "var").resolve()
    folder, wanted = data / "bench" / name, "\n".join([*pins, *NEEDED])
    mark, python = folder / "pins.txt", folder / "bin" / "python"
    if not mark.exists() or mark.read_text() != wanted:
        print(f"Making the virtual environment of {name} in {folder}.", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # wagtail-birdsong's loop is a function without Wagtail: the rest of it is not needed.
        subprocess.run([*install, "--no-deps", *pins, *NEEDED], check=True)
        mark.write_text(wanted)
    return python


def _peer(name: str, python: Path, folder: Path, port: int, count: int) -> float:
    """Return the seconds that a peer needs for so many messages."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(child.ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.bench.peers.settings",
        "PEER_FOLDER": str(folder),
        "PEER_PORT": str(port),
    }
    done = subprocess.run(
        [str(python), "-m", "tests.bench.peers.run", name, str(count)],
        env=environment,
        cwd=child.ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if found["sent"] != count:
        raise RuntimeError(f"{name} sent {found['sent']} of {count}.")
    return float(found["seconds"])


# --- what runs in a process of its own --------------------------------------------------------


def write_templates(*, folder: str) -> None:
    """Write our compiled mail as Django templates, with what its fields say."""
    import django

    django.setup()
    from campaigns.compiling import compile_messages
    from campaigns.models import Mailing
    from campaigns.rendering import Recipient, Voice, messages_of
    from campaigns.segments import Segments
    from contacts.models import Representation
    from content.selectors import site_settings

    sending = Mailing.objects.get()
    (compiled,) = messages_of(compile_messages(sending)).values()
    message = compiled.as_text()

    def template(segments: Segments) -> str:
        return "".join(
            piece if isinstance(piece, str) else f"{{{{ {_variable(piece.name)} }}}}"
            for piece in segments
        )

    out = Path(folder)
    quiet = "{{% autoescape off %}}{}{{% endautoescape %}}".format
    (out / "subject.txt").write_text(quiet(template(message.subject)))
    (out / "mail.txt").write_text(quiet(template(message.text)))
    (out / "mail.html").write_text(template(message.html))
    spoken = Representation.objects.select_related("contact", "organisation").first()
    assert spoken is not None
    recipient = Recipient(
        contact=spoken.contact, language="nl", organisation_name=spoken.organisation.name
    )
    voice = Voice(session=sending.session, site=site_settings(), purpose=sending.purpose)
    facts = {
        _variable(name): value
        for (name, _number), value in voice.values(message.fields(), recipient).items()
    }
    (out / "facts.json").write_text(json.dumps(facts))


def _variable(name: str) -> str:
    return name.replace(".", "_")
