from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_richer_blocks")]

    operations = [
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.UniqueConstraint(
                fields=("repeats", "repetition"), name="mailing_repeated_once"
            ),
        ),
    ]
