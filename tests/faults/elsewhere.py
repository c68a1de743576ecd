"""Run a module as if on another machine: `python -m tests.faults.elsewhere HOST MODULE …`."""

import runpy
import socket
import sys

if __name__ == "__main__":
    host, module, *arguments = sys.argv[1:]
    socket.gethostname = lambda: host
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
