"""The files for a server agree with the code they run."""

import json
import re
import shlex
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml

from tests.house import sources
from worker.app import QUEUES

COMPOSE = sources.ROOT / "docker-compose.yml"

#: Services that run the product's own image for as long as the server is up.
OURS = {"web", "worker-tick", "worker-swift", "worker-bulk", "beat"}

#: What the settings read; what the commands read beside them stands in docs/operations.md too.
SETTING = re.compile(r"""env\.\w+\(\s*["'](\w+)["']""")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text())


def test_compose_file_follows_the_specification(compose):
    schemas = files("check_jsonschema.builtin_schemas.vendor")
    schema = json.loads((schemas / "compose-spec.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)] == []


def _queues(service: dict[str, Any]) -> list[str]:
    command = service.get("command", [])
    words = shlex.split(command) if isinstance(command, str) else command
    return words[words.index("-Q") + 1].split(",") if "-Q" in words else []


def test_every_queue_has_its_worker(compose):
    deployed = [queue for service in compose["services"].values() for queue in _queues(service)]
    assert sorted(deployed) == sorted(QUEUES)


def test_lasting_services_are_watched_restarted_and_bounded(compose):
    lasting = {
        name: service
        for name, service in compose["services"].items()
        if "profiles" not in service and service.get("restart") != "no"
    }
    assert set(lasting) == OURS | {"postgres", "redis", "caddy"}
    for name, service in lasting.items():
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert service["read_only"] is True, name


def test_secrets_come_as_files(compose):
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"KEY|PASSWORD|DATABASE_URL|EMAIL_URL|_DSN", variable)
            assert not secret or variable.endswith("_FILE"), f"{name}: {variable}"
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"], name


def test_only_the_front_door_is_open(compose):
    with_ports = {name for name, service in compose["services"].items() if "ports" in service}
    assert with_ports - {"mailpit"} == {"caddy"}


def test_image_runs_as_an_ordinary_user():
    users = re.findall(r"^USER (\S+)", (sources.ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0", "0:0"}


def test_every_setting_is_explained():
    settings = sources.FOLDERS["config"] / "settings"
    read = {name for path in settings.glob("*.py") for name in SETTING.findall(path.read_text())}
    page = sources.ROOT / "docs" / "operations.md"
    explained = {row[0].strip("`") for row in sources.table_rows(page)}
    assert read - explained == set()
