"""No orphan, whatever ends the supervisor; a dead child comes back; a taken port is one line."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from worker.supervisor import PortTakenError, check_port

ROOT = Path(__file__).parents[2]

SCRIPT = """
import os, sys
from pathlib import Path
from worker.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
write = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n'); time.sleep(600)"
children = [
    Child(name, [sys.executable, "-c", write, str(folder / f"{name}.pid")]) for name in ("a", "b")
]
supervisor = Supervisor(
    children=children, environment=dict(os.environ), folder=folder, logs=folder, say=print
)
supervisor.start()
print("started", flush=True)
supervisor.run()
print("stopped", flush=True)
"""


def is_alive(pid: int) -> bool:
    """A zombie answers `kill 0`; it is dead all the same."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=10.0):
    ends_at = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends_at:
        time.sleep(0.02)
    assert condition()


@pytest.fixture
def supervisor(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"

    def pids(name: str) -> list[int]:
        path = tmp_path / f"{name}.pid"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    wait_until(lambda: pids("a") and pids("b"))
    yield process, pids
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_supervisor_leaves_no_orphan(supervisor, number):
    process, pids = supervisor
    children = pids("a") + pids("b")
    assert [is_alive(pid) for pid in children] == [True, True]
    process.send_signal(number)
    process.wait(timeout=20)
    wait_until(lambda: not any(is_alive(pid) for pid in children))
    assert process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)


def test_supervisor_starts_a_dead_child_again(supervisor):
    _, pids = supervisor
    os.kill(pids("a")[0], signal.SIGKILL)
    wait_until(lambda: len(pids("a")) == 2)
    assert is_alive(pids("a")[1])
    assert len(pids("b")) == 1


def test_taken_port_is_named_with_its_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as caught:
            check_port(port, used_by="web", variable="PORT")
    assert str(caught.value) == (
        f"Port {port} is taken; web needs it. Free it, or choose another with PORT=…"
    )
