from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def mark(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Mark what was planned before anybody was asked to how many people it goes.

    Counting them takes the tables as they are after all migrations: `confirm_earlier_plans`.
    """
    mailings = apps.get_model("campaigns", "Mailing").objects.using(schema_editor.connection.alias)
    mailings.filter(state="planned", confirmed_recipients=None).update(confirmed_recipients=0)


def unmark(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    mailings = apps.get_model("campaigns", "Mailing").objects.using(schema_editor.connection.alias)
    mailings.filter(confirmed_recipients=0).update(confirmed_recipients=None)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_parts_as_sent")]

    operations = [migrations.RunPython(mark, unmark)]
