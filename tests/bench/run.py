"""`make bench`: the measures by name. Each prints, as its last line, one JSON object."""

import signal
import sys
from collections.abc import Callable

from tests.bench import m1, m2, m4, m5, m6, m7, m8, m9, m10

MEASURES: dict[str, Callable[[], None]] = {
    "M1": m1.measure,
    "M2": m2.measure_postgresql,
    "M3": m2.measure_sqlite,
    "M4": m4.measure,
    "M5": m5.measure,
    "M6": m6.measure,
    "M7": m7.measure,
    "M8": m8.measure,
    "M9": m9.measure,
    "M10": m10.measure,
}


def main(names: list[str]) -> int:
    # Like Ctrl-C: by leaving every `with`, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        known = ", ".join(MEASURES)
        print(f"No measure is called {', '.join(unknown)}. There are: {known}.", file=sys.stderr)
        return 2
    for name in names or MEASURES:
        MEASURES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
