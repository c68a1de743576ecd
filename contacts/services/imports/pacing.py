"""How many rows one transaction takes, so that it stays short."""

#: No transaction of an import takes longer: on SQLite everybody else who writes waits for it.
BUDGET_SECONDS = 0.3
#: Reading and deciding stop at this part of the budget; what is decided is written in the rest.
DECIDING_SECONDS = BUDGET_SECONDS * 0.45

#: What a transaction aims at; a slow moment of the machine fits in the rest.
_AIM_SECONDS = BUDGET_SECONDS * 0.6

FIRST = 50
MOST = 4_000
#: Fewer rows take hardly less time: what they have in common takes most of it.
_LEAST = 25


def next_size(rows: int, seconds: float) -> int:
    """Return how many rows are likely to take that long, growing at most twofold a time."""
    fitting = rows * _AIM_SECONDS / max(seconds, 0.001)
    return min(MOST, max(_LEAST, min(2 * rows, int(fitting))))
