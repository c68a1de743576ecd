"""A picture as a mail carries it."""

from typing import Any


def mail_rendition(image: Any) -> Any:
    """Return a picture as mails carry it: twice as wide as it is shown, JPEG or PNG."""
    kind = "png" if image.file.name.lower().endswith((".png", ".gif", ".svg")) else "jpeg"
    return image.get_rendition(f"width-1104|format-{kind}")
