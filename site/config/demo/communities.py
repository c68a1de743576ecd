"""A community of practice: who is in it, who is named to speak, and the log of contacts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from contacts.enums import ContactMomentKind, Tier
from contacts.models import Community, Contact, ContactMoment, Organisation
from contacts.services.communities import create_community

NAME = "Leerkring Diaspora en ontwikkeling"
DESCRIPTION = (
    "Vier keer per jaar leggen we naast elkaar wat werkt als diaspora en "
    "ontwikkelingsorganisaties samen optrekken, en wat niet. Wie partner is, kijkt mee vanuit "
    "het land waar het werk gebeurt."
)
PLACES = {
    Tier.CORE: (
        "Stichting Dalmar Verbindt",
        "Baobab Skills Network",
        "Turkuaz Vrouwenkring",
        "Stichting Kente Kompas",
        "Kenniscentrum Diaspora Delta",
    ),
    Tier.EXTENDED: (
        "Vereniging Atlas Kompas",
        "Lontar Diaspora Nederland",
        "Platform Kolibrie Suriname-Nederland",
        "Wereldhuis De Kring",
        "Netwerk Nieuwe Verhalen",
    ),
    Tier.PARTNER: (
        "Lumière Grote Meren",
        "Daraja ya Ujuzi",
        "Akoma Community Trust",
        "Stichting Marowijne Bouwt",
    ),
}
#: Two of one organisation, and one person for two of them.
NAMED = (
    ("hodan.abshir@dalmar.example.org", "Stichting Dalmar Verbindt"),
    ("wanjiru.kamau@baobab.example.org", "Baobab Skills Network"),
    ("peter.otieno@baobab.example.org", "Baobab Skills Network"),
    ("sebnem.yilmaz@turkuaz.example.org", "Turkuaz Vrouwenkring"),
    ("fleur.nijland@diasporadelta.example.org", "Kenniscentrum Diaspora Delta"),
    ("lisanne.groot@dekring.example.org", "Wereldhuis De Kring"),
    ("lisanne.groot@dekring.example.org", "Netwerk Nieuwe Verhalen"),
    ("esperance.mukamana@lumiere.example.org", "Lumière Grote Meren"),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Contact so many days ago; `email` and `organisation` may be empty."""

    days_ago: int
    kind: ContactMomentKind
    text: str
    email: str = ""
    organisation: str = ""


MOMENTS = (
    Moment(
        85,
        ContactMomentKind.MEETING,
        "Eerste bijeenkomst van de kern. We willen met weinig woorden beginnen en in het voorjaar "
        "bekijken wie erbij hoort. Dalmar en Baobab maken samen een voorstel.",
    ),
    Moment(
        62,
        ContactMomentKind.PHONE,
        "Fleur wil de drie vragen uit de kern naast lopend onderzoek leggen. Krijgt voor het eind "
        "van de maand de verslagen.",
        email="fleur.nijland@diasporadelta.example.org",
        organisation="Kenniscentrum Diaspora Delta",
    ),
    Moment(
        48,
        ContactMomentKind.MAIL,
        "Daraja ya Ujuzi kijkt graag mee, en heeft liever verslagen in het Engels dan een plek in "
        "elke vergadering.",
        organisation="Daraja ya Ujuzi",
    ),
    Moment(
        33,
        ContactMomentKind.LETTER,
        "Uitnodiging gestuurd aan het bestuur van Kolibrie, met het verslag van de eerste keer.",
        organisation="Platform Kolibrie Suriname-Nederland",
    ),
    Moment(
        20,
        ContactMomentKind.PHONE,
        "Lisanne spreekt voortaan voor De Kring en voor Nieuwe Verhalen. Ze belt zelf met de "
        "leden van het netwerk.",
        email="lisanne.groot@dekring.example.org",
        organisation="Netwerk Nieuwe Verhalen",
    ),
    Moment(
        6,
        ContactMomentKind.MEETING,
        "Agenda voor de volgende keer: wat geven we door aan de werksessies over het verhaal? "
        "Hodan leidt het gesprek, Wanjiru maakt het verslag.",
        email="hodan.abshir@dalmar.example.org",
    ),
)


def load_community(*, now: datetime) -> Community:
    """Make the community with its organisations, who is named in it, and six contact moments."""
    community = create_community(
        name=NAME,
        theme="diaspora",
        description=DESCRIPTION,
        organisations=[
            {"organisation": _organisation(name).pk, "tier": tier, "since": date(2025, 9, 1)}
            for tier, names in PLACES.items()
            for name in names
        ],
        representatives=[
            {"contact": _contact(email).pk, "organisation": _organisation(name).pk}
            for email, name in NAMED
        ],
        now=now,
    )
    author = User.objects.filter(is_superuser=True).order_by("pk").first()
    today = timezone.localdate(now)
    for moment in MOMENTS:
        ContactMoment.objects.create(
            happened_on=today - timedelta(days=moment.days_ago),
            kind=moment.kind,
            community=community,
            organisation=_organisation(moment.organisation) if moment.organisation else None,
            contact=_contact(moment.email) if moment.email else None,
            text=moment.text,
            written_by=author,
            created_at=now,
        )
    return community


def _organisation(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def _contact(email: str) -> Contact:
    return Contact.objects.get(address_key=email)
