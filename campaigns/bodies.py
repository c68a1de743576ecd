"""Looking through a body: every block in it, the parts for some people only, what is wrong."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.blocks import Block

from campaigns.enums import Whom


def block_problems(error: ValidationError) -> list[str]:
    """Return what is wrong in a block, and in those inside it, in words."""
    inner = getattr(error, "block_errors", None)
    if inner is None:
        return list(error.messages)
    own = [str(message) for message in error.non_block_errors]  # type: ignore[attr-defined]  # both kinds of Wagtail's have it
    of_children = (inner.values() if isinstance(inner, dict) else inner) or []
    return own + [words for each in of_children if each for words in block_problems(each)]


def only_for_parts(body: Any) -> list[tuple[int, tuple[Whom, ...]]]:
    """Return (place in the body, for whom) of the parts that are for some people only."""
    return [
        (place, child.block.part(child.value).whom)
        for place, child in enumerate(body)
        if child.block_type == "only_for"
    ]


def leaves(body: Any) -> Iterator[tuple[Block, Any]]:
    """Yield every block that says something, with its value: those inside others as well."""
    for child in body:
        match child.block_type:
            case "only_for":
                yield from leaves(child.value["content"])
            case "columns":
                yield from leaves(child.value["left"])
                yield from leaves(child.value["right"])
            case _:
                yield child.block, child.value
