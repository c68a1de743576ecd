"""Questions of a session's own: as an editor makes them, and as a session keeps them."""

from typing import Any


def asked(text: str, **overrides: Any) -> dict[str, Any]:
    """A question as its block in the page holds it."""
    values = {
        "text": text,
        "help": "",
        "kind": "line",
        "options": [],
        "required": False,
        "private": False,
        "only_if": "",
        "only_if_answer": "",
    }
    return values | overrides


def kept(name: str, text: str = "", **overrides: Any) -> dict[str, Any]:
    """A question as a session keeps it, with `name` for its id."""
    return {"id": name} | asked(text or f"Vraag {name}?", **overrides)


#: One of every kind: a condition, something required, and something private.
EVERY_KIND = [
    kept("bus", "Kom je met de bus?", kind="yes_no", required=True),
    kept("halte", "Welke halte?", only_if="bus", only_if_answer="yes", required=True),
    kept("zaal", "Welke zaal?", kind="choice", options=["Groot", "Klein"]),
    kept("dagdeel", "Wanneer?", kind="choices", options=["Ochtend", "Middag"]),
    kept("tekst", "Vertel", kind="text"),
    kept("eten", "Wat eet je niet?", private=True),
]
