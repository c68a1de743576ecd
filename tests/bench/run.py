"""`make bench`: the measures by name. Each prints, as its last line, one JSON object."""

import sys
from collections.abc import Callable

MEASURES: dict[str, Callable[[], None]] = {}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        known = ", ".join(MEASURES) or "none so far"
        print(f"No measure is called {', '.join(unknown)}. There are: {known}.", file=sys.stderr)
        return 2
    if not MEASURES:
        print("There are no measures yet.")
    for name in names or MEASURES:
        MEASURES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
