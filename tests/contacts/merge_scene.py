"""Two rows that are one person, or one organisation, with something of every kind on both sides."""

from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import connection
from wagtail.models import ModelLogEntry, ReferenceIndex

from base.models import OutboxEvent
from campaigns.enums import MailingState
from contacts.models import (
    Community,
    CommunityOrganisation,
    CommunityRepresentative,
    Contact,
    ContactMoment,
    DistinctPair,
    Merge,
    Notice,
    Organisation,
)
from participation.models import Interest, OrganisationInvitation, Poll
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_consent,
    make_contact,
    make_mail_domain,
    make_membership,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)
from tests.factories.content import make_session
from tests.factories.participation import (
    make_agreement,
    make_invitation,
    make_poll,
    make_poll_answer,
    make_question,
    make_registration,
)

LATER = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

#: What a merge adds and leaves: its own memory, the audit log, what is told to others.
_NOT_COMPARED = (Merge, ModelLogEntry, OutboxEvent)


def make_moment(**overrides: Any) -> ContactMoment:
    values = {"happened_on": TODAY, "kind": "phone", "text": "Gebeld.", "created_at": NOW}
    return ContactMoment.objects.create(**values | overrides)


def make_notice(contact: Contact, key: str, **overrides: Any) -> Notice:
    values = {
        "kind": "registered",
        "address": contact.email,
        "contact": contact,
        "key": key,
        "created_at": NOW,
        "not_before": NOW,
    }
    return Notice.objects.create(**values | overrides)


def make_two_people() -> tuple[Contact, Contact]:
    """The one who stays and the one who goes: each kind of row once alone and once on both."""
    kept = make_contact(given_name="Amina", family_name="Berg", email="amina@wilg.example.org")
    gone = make_contact(
        given_name="",
        initials="A.",
        family_name="Berg",
        email="a.berg@wilg.example.org",
        phone="030 1234567",
        language="en",
        tags=["pers"],
        wants_less_mail=True,
        paused_until=date(2026, 5, 1),
    )
    earlier = make_contact(given_name="Mina", merged_into=gone)
    assert earlier.pk > gone.pk > kept.pk
    organisation, other = make_organisation(), make_organisation()
    communities = [Community.objects.create(name=f"Kring {n}", slug=f"kring-{n}") for n in (1, 2)]
    sessions = [make_session(capacity=3) for _n in range(3)]
    polls: dict[int, Poll] = {}
    mailings = [make_mailing(state=MailingState.SENDING) for _n in range(4)]
    for person, n in ((kept, 0), (gone, 1)):
        made = {"contact": person}
        make_representation(person, organisation, valid_from=date(2021 - n, 1, 1), function="")
        for own in (sessions[0], sessions[1 + n]):
            make_invitation(own, person, answer="none" if person is kept else "registered")
            Interest.objects.create(session=own, contact=person, since=NOW)
            registration = make_registration(
                session=own,
                organisation=organisation,
                answers={"need": "" if person is kept else "Tolk"},
                representation=person.representations.first(),
                **made,
            )
            make_question(registration=registration, session=own, **made)
            make_agreement(session=own, organisation=organisation, **made)
            polls[own.pk] = polls.get(own.pk) or make_poll(session=own)
            make_poll_answer(polls[own.pk], "Ja", organisation=organisation, **made)
            make_notice(person, f"{own.pk}:{person.pk}", context={"registration": registration.pk})
        for mailing in (mailings[0], mailings[1 + n]):
            make_delivery(mailing=mailing, organisation=organisation, **made)
        CommunityRepresentative.objects.create(
            community=communities[0], organisation=organisation, **made
        )
        CommunityRepresentative.objects.create(community=communities[n], organisation=other, **made)
        make_consent(person)
        make_consent(person, purpose="announcements", given_at=NOW if n else LATER)
        make_moment(**made)
    # One that was sent to the one who goes, and left out with the one who stays.
    make_delivery(mailing=mailings[3], contact=kept, state="excluded", reason="suppressed")
    make_delivery(mailing=mailings[3], contact=gone, state="sent", sent_at=NOW)
    make_representation(gone, other, function="voorzitter")
    gone.consents.filter(purpose="announcements").update(withdrawn_at=LATER)
    make_suppression(gone, scope="purpose", purpose="announcements")
    make_suppression(gone, reason="hard_bounce")
    DistinctPair.objects.create(
        kin="contact", first_id=gone.pk, second_id=make_contact().pk, decided_at=NOW
    )
    return kept, gone


def make_two_organisations() -> tuple[Organisation, Organisation]:
    """The one that stays and the one that goes, as `make_two_people`."""
    above = make_organisation(name="Koepel Wilg")
    kept = make_organisation(name="Stichting Wilg", website="", themes=(make_theme(),))
    shared = kept.themes.get()
    gone = make_organisation(
        name="Wilg (SW)",
        website="https://wilg.example.org/",
        themes=(shared, make_theme()),
        parent=above,
        languages=["nl"],
    )
    session, *others = (make_session() for _n in range(3))
    mailing = make_mailing(state=MailingState.SENDING)
    communities = [Community.objects.create(name=f"Kring {n}", slug=f"kring-{n}") for n in (1, 2)]
    person = make_contact()
    question = make_question()
    for organisation, n in ((kept, 0), (gone, 1)):
        made = {"organisation": organisation}
        colleague = make_contact()
        for each in (person, colleague):
            place = make_representation(each, organisation, role="observer" if n else "primary")
        make_registration(session=session, contact=colleague, representation=place, **made)
        make_invitation(session, colleague, **made)
        make_poll_answer(contact=colleague, **made)
        for own in (session, others[n]):
            OrganisationInvitation.objects.create(
                session=own,
                source="" if organisation is kept else "brief",
                invited_at=LATER if organisation is kept else NOW,
                **made,
            )
        make_delivery(mailing=mailing, contact=colleague, representation=place, **made)
        make_agreement(session=session, **made)
        question.organisations.add(organisation)
        make_question().organisations.add(organisation)
        CommunityRepresentative.objects.create(community=communities[0], contact=person, **made)
        for community in (communities[0], communities[n]):
            CommunityOrganisation.objects.get_or_create(
                community=community, defaults={"tier": "partner" if n else "core"}, **made
            )
        make_membership(organisation, valid_from=date(2019 + n, 1, 1))
        make_membership(
            organisation, kind="aspirant", valid_from=None, valid_until=date(2018, 12, 31)
        )
        make_alias(organisation, "De Wilg")
        make_moment(**made)
        make_organisation(name=f"Afdeling {n}", parent=organisation)
    make_alias(gone, "Stichting Wilg")
    make_mail_domain(kept, "wilg.example.org")
    make_mail_domain(gone, "sw.example.org")
    DistinctPair.objects.create(
        kin="organisation", first_id=above.pk, second_id=gone.pk, decided_at=NOW
    )
    return kept, gone


def database_dump() -> dict[str, list[str]]:
    """Every row of every table as text, but for what a merge rightly adds."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model in _NOT_COMPARED or not model._meta.managed:
                continue
            # Wagtail's index of references is written anew, with new keys.
            left_out = {"id"} if model is ReferenceIndex else set()
            columns = [each.column for each in model._meta.local_concrete_fields]
            names = ", ".join(f'"{name}"' for name in columns if name not in left_out)
            cursor.execute(f'SELECT {names} FROM "{model._meta.db_table}"')  # noqa: S608 -- our own names
            found[model._meta.label] = sorted(map(repr, cursor.fetchall()))
    return found
