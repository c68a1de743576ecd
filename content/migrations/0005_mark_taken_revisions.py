from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def mark_taken(apps, schema_editor):
    """What was published until now was followed up: the tick need not do so once more."""
    pages = apps.get_model("content", "SessionPage").objects
    live = pages.filter(pk=OuterRef("pk")).annotate(now_live=F("live_revision")).values("now_live")
    pages.filter(session__isnull=False).update(taken_revision=Subquery(live[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0004_taken_revision'),
    ]

    operations = [
        migrations.RunPython(mark_taken, migrations.RunPython.noop, elidable=True),
    ]
