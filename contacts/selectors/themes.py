"""Themes: a small tree."""

from django.db.models import Q, QuerySet

from contacts.models import Theme


def theme_and_parts(slug: str) -> QuerySet[Theme]:
    """The theme with this slug and what lies below it, three deep."""
    return Theme.objects.filter(Q(slug=slug) | Q(parent__slug=slug) | Q(parent__parent__slug=slug))
