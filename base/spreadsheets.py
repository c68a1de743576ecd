"""Texts that somebody typed, on their way to a spreadsheet."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guarded_cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula: an apostrophe goes first (CWE-1236)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def unguarded_cell(text: str) -> str:
    """Undo `guarded_cell`, so that a file that we wrote can be read again."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_STARTS) else text
