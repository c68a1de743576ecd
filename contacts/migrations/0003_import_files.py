"""The octets of an upload get a row of their own; files that were not imported yet move along."""

import django.db.models.deletion
from django.db import migrations, models


def _move(apps, schema_editor):
    contact_import = apps.get_model("contacts", "ContactImport")
    import_file = apps.get_model("contacts", "ImportFile")
    for found in contact_import.objects.exclude(content=b"").iterator(chunk_size=1):
        import_file.objects.create(contact_import=found, content=found.content)


def _move_back(apps, schema_editor):
    contact_import = apps.get_model("contacts", "ContactImport")
    import_file = apps.get_model("contacts", "ImportFile")
    for kept in import_file.objects.iterator(chunk_size=1):
        contact_import.objects.filter(pk=kept.pk).update(content=kept.content)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_communities_merges_and_choices")]

    operations = [
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                (
                    "contact_import",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="contacts.contactimport",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.AlterField(
            model_name="contactimport",
            name="content",
            field=models.BinaryField(default=b""),
        ),
        migrations.RunPython(_move, _move_back),
        migrations.RemoveField(model_name="contactimport", name="content"),
    ]
