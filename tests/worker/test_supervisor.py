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

#: Writes its name when told to end; takes its time for it while there is a file `hold`.
CHILD = """
import os, signal, sys, time
name = sys.argv[1]
def end(*ignored):
    while name == "b" and os.path.exists("hold"):
        time.sleep(0.02)
    open("ended", "a").write(name)
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(f"{name}.pid", "a").write(f"{os.getpid()}\\n")
time.sleep(600)
"""

SCRIPT = """
import os, sys
from pathlib import Path
from worker.supervisor import Child, Supervisor
folder, child = Path(sys.argv[1]), sys.argv[2]
children = [
    Child("a", [sys.executable, "-c", child, "a"], is_server=True),
    Child("b", [sys.executable, "-c", child, "b"]),
    Child("c", [sys.executable, "-c", child, "c"]),
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
        [sys.executable, "-c", SCRIPT, str(tmp_path), CHILD],
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

    wait_until(lambda: pids("a") and pids("b") and pids("c"))
    yield process, pids
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_supervisor_leaves_no_orphan(supervisor, number):
    process, pids = supervisor
    children = pids("a") + pids("b") + pids("c")
    assert all(is_alive(pid) for pid in children)
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


def test_servers_end_after_all_others(supervisor, tmp_path):
    process, _ = supervisor
    (tmp_path / "hold").touch()
    process.send_signal(signal.SIGINT)
    wait_until((tmp_path / "ended").exists)
    time.sleep(0.3)
    assert (tmp_path / "ended").read_text() == "c"
    (tmp_path / "hold").unlink()
    assert process.wait(timeout=20) == 0
    assert (tmp_path / "ended").read_text() == "cba"


def test_taken_port_is_named_with_its_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as caught:
            check_port(port, used_by="web", variable="PORT")
    assert str(caught.value) == (
        f"Port {port} is taken; web needs it. Free it, or choose another with PORT=…"
    )
