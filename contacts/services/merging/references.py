"""Wagtail's index of what refers to what, by which the admin shows where something is used.

It is kept by signals, which the statements of a merge do not send.
"""

from collections.abc import Iterable

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from wagtail.models import ReferenceIndex


def referring_to(row: Model) -> list[list[str]]:
    """Return what refers to the row as [model, primary key]."""
    kind = ContentType.objects.get_for_model(type(row))
    found = ReferenceIndex.objects.filter(to_content_type=kind, to_object_id=str(row.pk))
    sources = found.order_by("pk").values_list("base_content_type", "object_id").distinct()
    return [
        [f"{source.app_label}.{source.model}", pk]
        for source, pk in ((ContentType.objects.get_for_id(each), pk) for each, pk in sources)
    ]


def refresh_references(sources: Iterable[list[str]]) -> None:
    """Write down anew to what these rows refer, as far as they are there."""
    for label, pk in sources:
        row = apps.get_model(label)._base_manager.filter(pk=pk).first()
        if row is not None:
            ReferenceIndex.create_or_update_for_object(row)
