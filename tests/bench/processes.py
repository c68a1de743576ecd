"""What processes have used, as the kernel counts it (Linux)."""

import os
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it and live."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def cpu_seconds(pid: int) -> float:
    """Return the seconds of processor time of a process, its children and theirs, dead or alive."""
    seconds = 0.0
    for member in family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        # User and system time, each of its own and of the children that it has buried.
        seconds += sum(map(int, fields[11:15])) * _TICK
    return seconds


def peak_memory(pid: int) -> float:
    """Return the most memory that a process has had resident so far, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak) / 1024
