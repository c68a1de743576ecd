"""A subgroup and a coalition, and the people who joined them by themselves."""

from dataclasses import dataclass
from datetime import datetime

from config.demo.communities import NAME as COMMUNITY
from contacts.enums import Purpose, Source
from contacts.models import Community, Contact, OptInGroup, Theme
from contacts.services.groups import join_group


@dataclass(frozen=True, slots=True)
class Group:
    """An opt-in group in two languages; `joined` are addresses."""

    values: dict[str, str]
    theme: str
    joined: tuple[str, ...]
    community: str = ""


GROUPS = (
    Group(
        values={
            "purpose": Purpose.SUBGROUP,
            "slug": "jonge-makers",
            "name_nl": "Jonge makers",
            "name_en": "Young makers",
            "wording_nl": "Ik wil berichten over wat jongeren maken en te vertellen hebben.",
            "wording_en": "I want mail about what young people make and have to tell.",
        },
        theme="beeldvorming",
        community=COMMUNITY,
        joined=(
            "liban.warsame@dalmar.example.org",
            "grace.okonjo@rootsrivers.example.org",
            "samir.haddad@dekring.example.org",
        ),
    ),
    Group(
        values={
            "purpose": Purpose.COALITION,
            "slug": "coalitie-eerlijk-verhaal",
            "name_nl": "Coalitie Eerlijk Verhaal",
            "name_en": "Honest Story Coalition",
            "wording_nl": "Ik doe mee met de coalitie, en jullie mogen me daarover mailen.",
            "wording_en": "I take part in the coalition, and you may mail me about it.",
        },
        theme="migratie-en-ontwikkeling",
        joined=(
            "amina.bouzidi@verreoevers.example.org",
            "esra.kaplan@bredeweg.example.org",
            "kofi.mensah@kentekompas.example.org",
            "hodan.abshir@dalmar.example.org",
        ),
    ),
)


def load_groups(*, now: datetime) -> None:
    """Make the groups; people join them as they would on their own page."""
    for row in GROUPS:
        group = OptInGroup.objects.create(
            **row.values,
            theme=Theme.objects.get(slug=row.theme),
            community=Community.objects.filter(name=row.community).first(),
        )
        for contact in Contact.objects.filter(email__in=row.joined).order_by("pk"):
            join_group(
                contact=contact, group=group, source=Source.FORM, language=contact.language, now=now
            )
