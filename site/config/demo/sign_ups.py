"""Who answers the invitation in the story, and what they write on the form."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignUp:
    """One answer. `declares` is whether the person has to say that the theme is their field."""

    email: str
    need: str = ""
    learning_question: str = ""
    declares: bool = False

    @property
    def answers(self) -> dict[str, str]:
        """What an organiser will find on the registration."""
        given = {"need": self.need, "learning_question": self.learning_question}
        return {name: text for name, text in given.items() if text}


@dataclass(frozen=True, slots=True)
class Newcomer(SignUp):
    """Somebody who signs up on the public page, and confirms by mail."""

    given_name: str = ""
    family_name: str = ""
    organisation: str = ""


#: They open the link in their mail and press the button.
BY_LINK = [
    SignUp(
        "amina.bouzidi@verreoevers.example.org",
        need="Drie zinnen die ik ook kan zeggen als de microfoon al aanstaat.",
        learning_question=(
            "Hoe leg je uit wat opvang in de regio vraagt, zonder het mooier te maken?"
        ),
    ),
    SignUp(
        "lotte.hendrikx@horizonhulp.example.org",
        learning_question="Wat zeg je als iemand noodhulp en migratie door elkaar haalt?",
    ),
    SignUp(
        "k.degraaf@horizonhulp.example.org",
        need="Voorbeelden van teksten die goed vielen bij mensen die het niet met ons eens zijn.",
    ),
    SignUp(
        "noura.elamrani@waterkant.example.org",
        need="Contact met een onderzoeker die over droogte en verhuizen wil meelezen.",
    ),
    SignUp(
        "ruben.dekkers@schoolbank.example.org",
        need="Een vel met bronnen voor gesprekken in Den Haag.",
        learning_question="Welke vragen stelt een Kamerlid dat maar vijf minuten heeft?",
    ),
    SignUp(
        "esra.kaplan@bredeweg.example.org",
        need="Aandacht voor mensen die hier tijdelijk werken. Over hen gaat het zelden.",
    ),
    SignUp(
        "grace.okonjo@rootsrivers.example.org",
        learning_question=(
            "How do you tell a story about climate and moving without frightening people?"
        ),
    ),
    SignUp(
        "youssef.tahiri@atlaskompas.example.org",
        need="Dat we niet alleen praten over landen waar mensen vandaan komen, maar ook over hier.",
        learning_question="Hoe kunnen vrijwilligers meedoen die overdag werken?",
    ),
    SignUp(
        "w.postma@gezondestart.example.org",
        need="Een rustig gesprek. Het onderwerp maakt in onze achterban veel los.",
    ),
    SignUp("info@kindertoekomst.example.org"),
    SignUp(
        "hodan.abshir@dalmar.example.org",
        need="Dat onze kennis telt, ook al is die niet in een rapport opgeschreven.",
        learning_question=(
            "Hoe vraag je jongeren hun verhaal te vertellen zonder er iets van te maken?"
        ),
        declares=True,
    ),
    SignUp(
        "hanneke@nieuwewegen.example.org",
        need="Andere organisaties leren kennen die met gemeenten werken.",
        declares=True,
    ),
]

#: Of those: approved by an organiser, left waiting for an answer, and cancelled by their own link.
APPROVED = "hodan.abshir@dalmar.example.org"
LEFT_PENDING = "hanneke@nieuwewegen.example.org"
CANCELS = "esra.kaplan@bredeweg.example.org"

DECLINES = "daan.deruiter@bredeweg.example.org"
UNSUBSCRIBES = "carlijn.opdenkamp@laaglanden.example.org"

#: Nobody knew her; her address is in the mail domain of a member, so she is in at once.
COLLEAGUE = Newcomer(
    "tjitske.brandsma@schoolbank.example.org",
    given_name="Tjitske",
    family_name="Brandsma",
    organisation="Schoolbank Zonder Grenzen",
    need="Oefenen met een lastig gesprek.",
)

#: He uses an address that is known under another name, and is no member.
SHARES_ADDRESS = Newcomer(
    "info@granaatappel.example.org",
    given_name="Daoud",
    family_name="Karimi",
    organisation="Granaatappel Netwerk",
    learning_question="Hoe houd je oog voor de mensen als iedereen om cijfers vraagt?",
    declares=True,
)
