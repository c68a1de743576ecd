"""`make bench`: the measures by name. Each prints, as its last line, one JSON object."""

import sys
from collections.abc import Callable

from tests.bench import m10

MEASURES: dict[str, Callable[[], None]] = {"M10": m10.measure}


def main(names: list[str]) -> int:
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
