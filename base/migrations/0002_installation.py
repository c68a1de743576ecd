from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('base', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=32)),
                ('ticks', models.BigIntegerField(default=0)),
                ('held_since', models.DateTimeField(blank=True, null=True)),
                ('held_reason', models.CharField(blank=True, choices=[('went_back', 'The database is older than it was: it was restored from a backup, or it lost what was written last.'), ('stranger', 'This database and this data folder have not worked together before: one of them was restored, copied or moved.')], max_length=12)),
                ('held_host', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'verbose_name': 'installation',
                'verbose_name_plural': 'installations',
                'permissions': [('release_mail', 'Can release mail that is held')],
                'default_permissions': (),
            },
        ),
    ]
