"""Data flows one way. These two kinds of reference are out of import-linter's sight.

The rest of the directions is checked by import-linter (`lint-imports`, in `make check`).
"""

from django.apps import apps

from tests.house import sources


def test_relations_point_back_only():
    order = {room: place for place, room in enumerate(sources.FLOW)}
    forward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for room in sources.FLOW
        if apps.is_installed(room)
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.is_relation
        and field.related_model
        and order.get(field.related_model._meta.app_label, -1) > order[room]
    ]
    assert forward == []


def test_django_mail_is_used_by_the_mail_backend_alone():
    found = sources.importers("django.core.mail", among=sources.code())
    assert found <= {"contacts/email_backend.py"}


def test_smtp_is_spoken_by_the_transport_alone():
    found = sources.importers("smtplib", among=sources.code())
    assert [path for path in found if not path.startswith("worker/transport")] == []


def test_celery_is_known_to_the_worker_alone():
    found = sources.importers("celery", among=sources.code())
    assert [path for path in found if not path.startswith("worker/")] == []
