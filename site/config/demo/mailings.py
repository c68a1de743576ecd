"""The mailings of the demonstration: the invitation and two reminders about the first session.

Bodies are in the Markdown of campaigns.markdown: a paragraph that is only a link to a merge field
is a button (a quiet one after `~`), and `{session}` is the session card.
"""

from dataclasses import dataclass
from typing import Any

from campaigns.audience.parsing import DECLINED
from campaigns.enums import MailingKind
from contacts.enums import Purpose
from participation.enums import LIVE, RegistrationState

#: Every answer but none at all; a sign-up that lapsed before it was confirmed is no answer.
ANY_ANSWER = [
    *(str(state) for state in RegistrationState if state != RegistrationState.LAPSED),
    DECLINED,
]


@dataclass(frozen=True, slots=True)
class Text:
    """A mailing in one language."""

    subject: str
    preheader: str
    body: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A mailing as an organiser writes it; `audience` is made for the slug of the session."""

    title: str
    kind: MailingKind
    purpose: Purpose
    plan: dict[str, Any]
    texts: dict[str, Text]
    with_calendar: bool = False

    def audience(self, slug: str) -> dict[str, Any]:
        """Return the audience as the JSON of the API."""
        return _AUDIENCES[self.title](slug)


def _members_and_theme(slug: str) -> dict[str, Any]:
    on_theme = {"all": [{"member": False}, {"theme": "migratie-en-ontwikkeling"}]}
    signed_up = {"registration": {"session": slug, "states": [str(state) for state in LIVE]}}
    return {"all": [{"any": [{"member": True}, on_theme]}, {"not": signed_up}]}


def _invited_without_answer(slug: str) -> dict[str, Any]:
    answered = {"registration": {"session": slug, "states": ANY_ANSWER}}
    return {"all": [{"invited": {"session": slug}}, {"not": answered}]}


def _registered(slug: str) -> dict[str, Any]:
    return {"registration": {"session": slug, "states": [str(RegistrationState.REGISTERED)]}}


def _registered_or_pending(slug: str) -> dict[str, Any]:
    states = [str(RegistrationState.REGISTERED), str(RegistrationState.PENDING)]
    return {"registration": {"session": slug, "states": states}}


INVITATION = Draft(
    title="Uitnodiging werksessie 1",
    kind=MailingKind.INVITATION,
    purpose=Purpose.INVITATIONS,
    plan={"now": True},
    texts={
        "nl": Text(
            "Denk je mee? Werksessie op {{ session.day }}",
            "Wat vertellen we over migratie en ontwikkeling, en klopt het? Lid of niet: welkom.",
            """
{{ contact.salutation }},

Jij kent dit onderwerp uit de praktijk. Daarom horen we graag wat jij erover vertelt, en wat je
liever anders zou zeggen.

In een nieuw traject maken we met elkaar een eerlijk verhaal over migratie en ontwikkeling. We
beginnen bij onszelf: wat staat er nu in onze folders, posts en interviews, en klopt dat met wat
we weten? Aan het eind van de middag liggen er vijf korte antwoorden die iedereen mag gebruiken.

{session}

Je hoeft niets voor te bereiden. Neem één tekst van je eigen organisatie mee, dan hebben we genoeg
om over te praten.

[Ik doe mee]({{ link.sign_up }})

~[Ik kan niet komen]({{ link.decline }})

**Past het een collega beter?** Stuur deze mail gerust door. Op de pagina van de bijeenkomst kan
iedereen zich onder eigen naam aanmelden. Ben je geen lid van Samenspel? Ook dan ben je welkom. We
vragen je dan alleen of je organisatie met dit thema bezig is.

Tot ziens,

Noor van der Linden, Vereniging Samenspel
""",
        ),
        "en": Text(
            "Will you think along? Working session on {{ session.day }}",
            "What do we tell people about migration and development, and is it true?",
            """
{{ contact.salutation }},

You know this subject from practice. That is why we would like to hear what you tell people about
it, and what you would rather say differently.

In a new series we make an honest story about migration and development together. We start with
ourselves: what is in our leaflets, posts and interviews now, and does it fit what we know? By the
end of the afternoon there will be five short answers that anybody may use.

{session}

There is nothing to prepare. Bring one text of your own organisation, and we have enough to talk
about. We speak Dutch; somebody is there to whisper in English.

[I will join]({{ link.sign_up }})

~[I cannot come]({{ link.decline }})

**Would it suit a colleague better?** Please pass this mail on. On the page of the session anybody
can sign up under their own name. Not a member of Samenspel? You are just as welcome. We only ask
whether your organisation works in this field.

See you there,

Noor van der Linden, Vereniging Samenspel
""",
        ),
    },
)

NO_ANSWER = Draft(
    title="Herinnering: nog geen antwoord",
    kind=MailingKind.REMINDER,
    purpose=Purpose.INVITATIONS,
    plan={
        "relative": {"anchor": "session_start", "days": -7, "time": "09:00"},
        "late": "skip:PT12H",
    },
    texts={
        "nl": Text(
            "Ben je erbij op {{ session.day }}?",
            "Laat het even weten, ook als je niet kunt.",
            """
{{ contact.salutation }},

We weten nog niet of je komt. Laat het even weten, ook als je niet kunt. Dan weten we hoeveel
stoelen we klaarzetten, en kan een ander misschien jouw plek krijgen.

{session}

[Ik doe mee]({{ link.sign_up }})

~[Ik kan niet komen]({{ link.decline }})

Twijfel je nog, of heb je een vraag? Antwoord op deze mail, dan denkt Noor met je mee.
""",
        ),
        "en": Text(
            "Will you be there on {{ session.day }}?",
            "Please let us know, also when you cannot come.",
            """
{{ contact.salutation }},

We do not know yet whether you are coming. Please let us know, also when you cannot. Then we know
how many chairs to put out, and perhaps somebody else can have your seat.

{session}

[I will join]({{ link.sign_up }})

~[I cannot come]({{ link.decline }})

Not sure yet, or do you have a question? Reply to this mail and Noor will think along with you.
""",
        ),
    },
)

SEE_YOU = Draft(
    title="Herinnering: tot ziens",
    kind=MailingKind.REMINDER,
    purpose=Purpose.PARTICIPATION,
    plan={
        "relative": {"anchor": "session_start", "days": -2, "time": "09:00"},
        "late": "skip:PT12H",
    },
    with_calendar=True,
    texts={
        "nl": Text(
            "Tot {{ session.day }}! Tijd, plek en programma",
            "Fijn dat je komt. Dit moet je weten.",
            """
{{ contact.salutation }},

Fijn dat je komt. Hieronder staan de tijd en de plek nog eens op een rij.

{session}

Heb je een folder, een post of een interview van je eigen organisatie? Neem het mee, op papier of
op je telefoon. En is er iets wat je per se wilt leren? Je kunt het nog opschrijven.

[Bekijk je aanmelding]({{ link.registration }})

Kun je toch niet? Meld je dan even af op dezelfde pagina. Daar maak je iemand op de wachtlijst
blij mee.

Tot dan,

Noor van der Linden, Vereniging Samenspel
""",
        ),
        "en": Text(
            "See you on {{ session.day }}! Time, place and programme",
            "Good that you are coming. This is what you need to know.",
            """
{{ contact.salutation }},

Good that you are coming. Here are the time and the place once more.

{session}

Do you have a leaflet, a post or an interview of your own organisation? Bring it, on paper or on
your phone. And is there something you really want to learn? You can still write it down.

[See your registration]({{ link.registration }})

Cannot come after all? Please cancel on the same page. It will make somebody on the waiting list
happy.

See you then,

Noor van der Linden, Vereniging Samenspel
""",
        ),
    },
)

#: Written by an organiser when the date has moved; in the story, not in the house as loaded.
CHANGE = Draft(
    title="Wijziging: nieuwe datum",
    kind=MailingKind.CHANGE,
    purpose=Purpose.PARTICIPATION,
    plan={"now": True},
    with_calendar=True,
    texts={
        "nl": Text(
            "Nieuwe datum: {{ session.day }}",
            "De werksessie is verplaatst. Je aanmelding blijft staan.",
            """
{{ contact.salutation }},

De werksessie is verplaatst. Je hoeft niets te doen: je aanmelding blijft staan.

{session}

Kun je op de nieuwe dag niet? Meld je dan even af op je eigen pagina.

[Bekijk je aanmelding]({{ link.registration }})

Sorry voor het schuiven, en graag tot dan.

Noor van der Linden, Vereniging Samenspel
""",
        ),
        "en": Text(
            "New date: {{ session.day }}",
            "The working session has moved. Your registration stands.",
            """
{{ contact.salutation }},

The working session has moved. There is nothing you need to do: your registration stands.

{session}

Does the new day not suit you? Please cancel on your own page.

[See your registration]({{ link.registration }})

Sorry for the change; we hope to see you then.

Noor van der Linden, Vereniging Samenspel
""",
        ),
    },
)

_AUDIENCES = {
    INVITATION.title: _members_and_theme,
    NO_ANSWER.title: _invited_without_answer,
    SEE_YOU.title: _registered,
    CHANGE.title: _registered_or_pending,
}
