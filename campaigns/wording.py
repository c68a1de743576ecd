"""The fixed sentences around every mail, in the language of the person who reads it.

Not gettext: a mail speaks the recipient's language, whatever the process speaks, and a language
that lacks a sentence must not pass the type checker.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.enums import Basis
from content.dates import date_in_words
from participation.selectors.agreements import Task


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around the text of a mail. `%s` is filled by the composer."""

    when: str
    where: str
    more: str
    whole_answer: str
    give_answer: str
    poll_until: str
    poll_open: str
    read_in_browser: str
    unsubscribe: str
    unsubscribe_hint: str
    preferences: str
    source: str
    why_registration: str
    why_membership: str
    why_member_person: str
    why_published: str
    why_request: str
    why_consent: str
    why_group: str
    why_own_act: str
    dear_reader: str
    archived: str
    test: str
    hosted_by: str
    #: What stands in a preview instead: a link within the page, which leads nowhere.
    personal_link: str
    counted: str
    #: Behind what somebody agreed to do; `%s` is a day.
    before_day: str


WORDS: dict[str, Words] = {
    "nl": Words(
        when="Wanneer",
        where="Waar",
        more="Lees meer over deze bijeenkomst",
        whole_answer="Lees het hele antwoord",
        give_answer="Geef je antwoord",
        poll_until="Antwoorden kan tot %s.",
        poll_open="Je kunt je antwoord later nog veranderen.",
        read_in_browser="Bekijk deze mail in je browser",
        unsubscribe="Schrijf je uit",
        unsubscribe_hint="Geen mail meer over dit soort nieuws?",
        preferences="Kies welke mail je krijgt",
        source="Je adres hebben we van: %s.",
        why_registration="Je krijgt deze mail omdat je meedoet aan %s.",
        why_membership="Je krijgt deze mail omdat %(organisation)s lid is van %(association)s.",
        why_member_person="Je krijgt deze mail omdat je organisatie lid is van %s.",
        why_published="Je krijgt deze mail omdat je adres hiervoor openbaar is gemaakt.",
        why_request="Je krijgt deze mail omdat je daar zelf om vroeg.",
        why_consent="Je krijgt deze mail omdat je ons daar toestemming voor gaf.",
        why_group="Je krijgt deze mail omdat je je hebt aangesloten bij “%s”.",
        why_own_act="Je krijgt deze mail omdat er met dit adres iets bij ons is geregeld.",
        dear_reader="Beste lezer",
        archived="Deze mail is verstuurd op %s.",
        test="Proef",
        hosted_by="Organisatie",
        personal_link="#persoonlijke-link",
        counted="We tellen hoe vaak links in deze mail worden geopend, niet door wie.",
        before_day="vóór %s",
    ),
    "en": Words(
        when="When",
        where="Where",
        more="Read more about this session",
        whole_answer="Read the whole answer",
        give_answer="Give your answer",
        poll_until="You can answer until %s.",
        poll_open="You can still change your answer later.",
        read_in_browser="View this mail in your browser",
        unsubscribe="Unsubscribe",
        unsubscribe_hint="No more mail of this kind?",
        preferences="Choose which mail you get",
        source="We have your address from: %s.",
        why_registration="You get this mail because you take part in %s.",
        why_membership="You get this mail because %(organisation)s is a member of %(association)s.",
        why_member_person="You get this mail because your organisation is a member of %s.",
        why_published="You get this mail because your address was published for this purpose.",
        why_request="You get this mail because you asked for it.",
        why_consent="You get this mail because you gave us your consent.",
        why_group="You get this mail because you joined “%s”.",
        why_own_act="You get this mail because somebody with this address contacted us.",
        dear_reader="Dear reader",
        archived="This mail was sent on %s.",
        test="Test",
        hosted_by="Hosted by",
        personal_link="#personal-link",
        counted="We count how often links in this mail are opened, not by whom.",
        before_day="before %s",
    ),
}


def why(
    language: str,
    basis: str,
    *,
    association: str,
    organisation: str = "",
    session: str = "",
    group: str = "",
) -> str:
    """Return why somebody gets this mail, as one sentence."""
    words = WORDS[language]
    match basis:
        case Basis.REGISTRATION if session:
            sentence = words.why_registration % session
            return sentence.removesuffix(".") if session[-1] in ".?!" else sentence
        case Basis.MEMBERSHIP if organisation:
            return words.why_membership % {"organisation": organisation, "association": association}
        case Basis.MEMBERSHIP:
            return words.why_member_person % association
        case Basis.CONSENT | Basis.REQUEST if group:
            return words.why_group % group
        case Basis.PUBLISHED:
            return words.why_published
        case Basis.CONSENT:
            return words.why_consent
        case _:
            return words.why_request


def source(language: str, address_source: str) -> str:
    """Return where we got the address, as one sentence; empty when nothing is known."""
    return WORDS[language].source % address_source.rstrip(". ") if address_source.strip() else ""


def tasks(language: str, agreed: Iterable[Task]) -> str:
    """Return what somebody agreed to do, a line each: "– text (before 12 March 2026)"."""
    before = WORDS[language].before_day
    lines = []
    for text, due in agreed:
        words = " ".join(text.split())
        lines.append(
            f"– {words} ({before % date_in_words(due, language)})" if due else f"– {words}"
        )
    return "\n".join(lines)
