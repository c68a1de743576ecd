from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Max, Min


def make_batches(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let what was claimed, or deferred once, be found as it is from now on."""
    alias = schema_editor.connection.alias
    rows = apps.get_model("campaigns", "Delivery").objects.using(alias)
    batch = apps.get_model("campaigns", "Batch")
    claims = rows.filter(state="claimed").order_by().values("mailing_id", "claim")
    held = claims.annotate(first_id=Min("pk"), last_id=Max("pk"))
    batch.objects.using(alias).bulk_create(batch(**stretch) for stretch in held)
    rows.exclude(state__in=("deferred", "claimed")).filter(next_attempt_at__isnull=False).update(
        next_attempt_at=None
    )


def forget_batches(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    batches = apps.get_model("campaigns", "Batch").objects.using(schema_editor.connection.alias)
    batches.exclude(claim="").delete()


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0012_rows_change_in_place")]

    operations = [migrations.RunPython(make_batches, forget_batches)]
