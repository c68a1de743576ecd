"""People, organisations and notices: what the other rooms write through."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.forms import PasswordResetForm
from django.core.exceptions import ValidationError
from django.db import transaction

from contacts import services
from contacts.email_backend import NoticeBackend
from contacts.errors import AddressInvalid, AddressTaken, AmbiguousName, NameMissing, NameTaken
from contacts.models import Contact, Notice, Organisation
from contacts.selectors import find_organisation
from contacts.services.notices import create_notice
from tests.factories.base import make_user
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_contact,
    make_organisation,
    make_representation,
)

# Again on PostgreSQL: imports, and rows that may be there once.
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def confirm(**values: Any) -> Contact:
    given: dict[str, Any] = {
        "email": "Amina@example.org",
        "given_name": "Amina",
        "family_name_prefix": "de",
        "family_name": "Vries",
        "language": "nl",
        "address_source": "formulier",
        "now": NOW,
    } | values
    return services.confirm_contact(**given)


def test_contact_without_address_has_no_key():
    for _n in range(2):
        contact = services.create_contact(email=" ", given_name="Amina", now=NOW)
        assert (contact.address_key, contact.address_hash) == (None, "")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"email": "geen"}, AddressInvalid),
        ({"email": "TAKEN@example.org"}, AddressTaken),
        ({"email": "a@example.org", "phone": "x" * 41}, ValidationError),
        ({"email": "a@example.org", "language": "fr"}, ValidationError),
    ],
)
def test_wrong_contact_is_not_made(values, error):
    make_contact(email="taken@example.org")
    with pytest.raises(error):
        services.create_contact(**values, now=NOW)
    assert Contact.objects.count() == 1


def test_confirmed_address_is_made_once_and_found_after():
    first = confirm()
    assert (first.full_name, first.address_source) == ("Amina de Vries", "formulier")
    assert confirm(email="amina@EXAMPLE.org", given_name="Bo") == first
    assert Contact.objects.get().given_name == "Amina"


def test_confirming_fills_in_a_name_only_where_there_is_none():
    nameless = make_contact(email="amina@example.org", given_name="", family_name="")
    confirm()
    nameless.refresh_from_db()
    assert nameless.full_name == "Amina de Vries"


def test_suggested_organisation_is_matched_or_waits_for_review():
    known = make_organisation(name="Stichting Wilg")
    make_alias(known, "De Wilg")
    assert services.suggest_organisation(name="stichting  WILG", now=NOW) == known
    assert services.suggest_organisation(name="de wilg", now=NOW) == known
    new = services.suggest_organisation(name=" Nieuwe  Eik ", now=NOW)
    assert (new.name, new.slug, new.reviewed) == ("Nieuwe Eik", "nieuwe-eik", False)
    assert services.suggest_organisation(name="Nieuwe Eik", now=NOW) == new
    with pytest.raises(NameMissing):
        services.suggest_organisation(name="  ", now=NOW)


def test_ambiguous_alias_is_named_and_a_suggestion_becomes_its_own():
    for name in ("Stichting Ruil", "Straat en Rijk"):
        make_alias(make_organisation(name=name), "STRO")
    with pytest.raises(AmbiguousName) as raised:
        find_organisation("stro")
    assert raised.value.organisations == ["Stichting Ruil", "Straat en Rijk"]
    assert services.suggest_organisation(name="STRO", now=NOW).reviewed is False
    assert find_organisation("stro") == Organisation.objects.get(name="STRO")


def test_own_name_goes_before_an_alias_of_another():
    own = make_organisation(name="STRO")
    make_alias(make_organisation(name="Stichting Ruil"), "STRO")
    assert find_organisation("Stro") == own
    assert find_organisation("") is None


def test_organisations_get_names_and_slugs_of_their_own():
    names = ("Wilg!", "Wilg+", "中文", "日本")
    make_organisation(name="Een andere naam", slug="wilg")
    slugs = [services.create_organisation(name=name, now=NOW).slug for name in names[:1]]
    slugs += [services.create_organisation(name=name, now=NOW).slug for name in names[2:]]
    assert slugs == ["wilg-2", "x", "x-2"]
    with pytest.raises(NameTaken):
        services.create_organisation(name=names[1], now=NOW)
    assert Organisation.objects.count() == 4


def test_representing_twice_is_one_place_whose_function_is_filled_in():
    contact, organisation = make_contact(), make_organisation()
    first = services.represent(contact=contact, organisation=organisation, now=NOW)
    assert (first.function, first.valid_from) == ("", TODAY)
    for function in ("directeur", "adviseur"):
        again = services.represent(
            contact=contact, organisation=organisation, function=function, now=NOW
        )
        assert (again, again.function) == (first, "directeur")


def test_representing_again_after_an_end_is_a_new_place():
    ended = make_representation(valid_from=date(2019, 1, 1), valid_until=TODAY - timedelta(days=1))
    new = services.represent(contact=ended.contact, organisation=ended.organisation, now=NOW)
    assert new.pk != ended.pk


def notice(key: str = "registered:1", **values) -> bool:
    return create_notice(
        **{
            "kind": "registered",
            "address": "amina@example.org",
            "contact": None,
            "language": "nl",
            "context": {"registration": 1},
            "key": key,
            "now": NOW,
        }
        | values
    )


def test_notice_of_one_act_is_made_once():
    assert [notice(), notice(), notice("registered:2")] == [True, False, True]
    row = Notice.objects.order_by("id")[0]
    assert (row.state, row.not_before, row.attempt) == ("queued", NOW, 0)


def test_notice_is_undone_with_its_act():
    with transaction.atomic():
        notice()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_mail_of_django_itself_becomes_a_notice(settings, rf):
    settings.EMAIL_BACKEND = "contacts.email_backend.NoticeBackend"
    user = make_user(email="amina@example.org", password="een-lang-wachtwoord")
    contact = make_contact(email="amina@example.org")
    form = PasswordResetForm({"email": user.email})
    assert form.is_valid()
    form.save(
        domain_override="example.org",
        email_template_name="wagtailadmin/account/password_reset/email.txt",
    )
    row = Notice.objects.get()
    assert (row.kind, row.address, row.contact, row.language) == (
        "system",
        "amina@example.org",
        contact,
        "nl",
    )
    assert sorted(row.context) == ["body", "html", "subject"]
    assert row.context["subject"]
    assert "/password_reset/confirm/" in row.context["body"]


def test_backend_makes_a_notice_for_each_recipient():
    class Message:
        subject, body, content_subtype = "Hallo", "Tekst", "plain"
        alternatives = (("<p>Tekst</p>", "text/html"),)

        def __init__(self, *recipients: str) -> None:
            self._recipients = list(recipients)

        def recipients(self) -> list[str]:
            return self._recipients

    backend = NoticeBackend()
    messages: list[Any] = [Message("a@example.org", "root@localhost", "a@example.org"), Message()]
    assert backend.send_messages(messages) == 1
    assert [(row.address, row.context) for row in Notice.objects.order_by("id")] == [
        (address, {"subject": "Hallo", "body": "Tekst", "html": "<p>Tekst</p>"})
        for address in ("a@example.org", "root@localhost")
    ]
