from django.db import migrations, models
from django.db.models import F
from django.db.models.deletion import SET_NULL


def set_moves_apart(apps, schema_editor):
    """Until now one column told of both: a move is by the same person, to another session."""
    registrations = apps.get_model('participation', 'Registration').objects
    moves = registrations.filter(contact=F('takes_over__contact')).exclude(
        session=F('takes_over__session')
    )
    for pk, moved_from in list(moves.values_list('pk', 'takes_over')):
        registrations.filter(pk=pk).update(moved_from=moved_from, takes_over=None)
    # PostgreSQL alters no table of which foreign keys are still to be checked.
    schema_editor.connection.check_constraints()


def put_moves_back(apps, schema_editor):
    registrations = apps.get_model('participation', 'Registration').objects
    registrations.filter(takes_over=None).update(takes_over=F('moved_from'))
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):

    dependencies = [
        ('participation', '0003_changes_offers_and_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='registration',
            name='moved_from',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=SET_NULL, related_name='moved_to', to='participation.registration'),
        ),
        migrations.RunPython(set_moves_apart, put_moves_back),
    ]
