"""A part of a page that is kept for as long as nothing changed."""

from functools import partial

from django import template
from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.utils.safestring import SafeString

from base import memory

register = template.Library()


class KeptNode(Node):
    def __init__(self, nodelist: NodeList, name: str, of: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.name = name
        self.of = of

    def render(self, context: Context) -> SafeString:
        make = partial(self.nodelist.render, context)
        of = [one.resolve(context) for one in self.of]
        is_preview = getattr(getattr(context, "request", None), "is_preview", False)
        if is_preview or any(one in (None, "") for one in of):
            return make()
        return memory.kept(self.name, make, *of)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands between `{% kept name of … %}` and `{% endkept %}`; names are unique.

    It may show only what follows from `of`, the language and what is published: nothing of the
    visitor, the draft or the clock. Where one of `of` is empty, and in a preview, it is made anew.
    """
    _tag, name, *of = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, name, [parser.compile_filter(one) for one in of])
