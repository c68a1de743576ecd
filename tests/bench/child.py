"""A function of a measure in a process of its own: `python -m tests.bench.child MODULE:NAME JSON`.

So no round inherits memory, connections or settings from the one before. A child ends with the
process that started it, and takes along what it started itself.
"""

import importlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.databases import Environment
from tests.servers import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
STOP_LIMIT = 120.0  # seconds


def run(job: Callable[..., Any], *, environment: Environment, **arguments: Any) -> Any:
    """Call `job` with these arguments in a new process; return what it returns, by JSON."""
    with start(job, environment=environment, **arguments) as process:
        return answer(process)


@contextmanager
def start(
    job: Callable[..., Any], *, environment: Environment, **arguments: Any
) -> Iterator[subprocess.Popen[str]]:
    """Start such a process, whose input and output are pipes; it is gone afterwards."""
    name = f"{job.__module__}:{job.__name__}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.child", name, json.dumps(arguments)],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_LIMIT)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def answer(process: subprocess.Popen[str]) -> Any:
    """Wait for the end of a process and return what its job returned. SystemExit if it failed."""
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    if process.wait() != 0:
        raise SystemExit(f"{process.args!r} ended with {process.returncode}.")
    return json.loads(lines[-1])


def main(name: str, arguments: str) -> None:
    # A shell that starts its jobs in the background lets them ignore this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    module, _colon, function = name.partition(":")
    result = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
