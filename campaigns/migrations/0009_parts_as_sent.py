from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_one_repetition")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="holds",
            field=models.CharField(editable=False, max_length=120, null=True),
        ),
    ]
