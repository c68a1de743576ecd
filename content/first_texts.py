"""The texts with which a new site starts, Dutch first. An editor changes them like any other page.

A body is a list of (block, value) as in content.blocks.PageBodyBlock.
"""

from typing import Any

HOME: dict[str, dict[str, Any]] = {
    "nl": {
        "title": "Samen komen we verder",
        "slug": "home",
        "introduction": (
            "We brengen organisaties bij elkaar rond een thema. In werksessies delen we wat werkt "
            "en wat niet, en we leggen vast wat we samen hebben geleerd. Lid of niet: ieders "
            "inbreng telt."
        ),
        "body": [
            ("heading", "Zo werkt het"),
            (
                "programme",
                {
                    "title": "",
                    "steps": [
                        {
                            "time": None,
                            "title": "Kies een bijeenkomst",
                            "text": "In de agenda zie je wat er komt en voor wie het is.",
                        },
                        {
                            "time": None,
                            "title": "Meld je aan",
                            "text": (
                                "Zonder account. Kreeg je een uitnodiging? Gebruik dan de link in "
                                "je mail, dan is het formulier al ingevuld."
                            ),
                        },
                        {
                            "time": None,
                            "title": "Breng je vraag mee",
                            "text": (
                                "Vertel bij je aanmelding wat je wilt leren. Daar bouwen we het "
                                "programma op. De antwoorden vind je later terug op deze site."
                            ),
                        },
                    ],
                },
            ),
        ],
    },
    "en": {
        "title": "Further, together",
        "slug": "home",
        "introduction": (
            "We bring organisations together around a theme. In working sessions we share what "
            "works and what does not, and we write down what we learned. Member or not: every "
            "contribution counts."
        ),
        "body": [
            ("heading", "How it works"),
            (
                "programme",
                {
                    "title": "",
                    "steps": [
                        {
                            "time": None,
                            "title": "Choose a session",
                            "text": "The agenda shows what is coming and for whom it is.",
                        },
                        {
                            "time": None,
                            "title": "Sign up",
                            "text": (
                                "No account needed. Did you get an invitation? Use the link in "
                                "your mail and the form is already filled in."
                            ),
                        },
                        {
                            "time": None,
                            "title": "Bring your question",
                            "text": (
                                "Tell us what you want to learn when you sign up. We build the "
                                "programme on it, and the answers return on this site."
                            ),
                        },
                    ],
                },
            ),
        ],
    },
}

AGENDA: dict[str, dict[str, Any]] = {
    "nl": {
        "title": "Agenda",
        "slug": "agenda",
        "introduction": (
            "Alle bijeenkomsten, van ons en van onze partners. Staat de datum nog niet vast? Dan "
            "kun je laten weten dat je een bericht wilt zodra het zover is."
        ),
    },
    "en": {
        "title": "Agenda",
        "slug": "agenda",
        "introduction": (
            "All sessions, ours and our partners’. No date yet? Ask for a message as soon as "
            "there is one."
        ),
    },
}

ANSWERS: dict[str, dict[str, Any]] = {
    "nl": {
        "title": "Vraag en antwoord",
        "slug": "vraag-en-antwoord",
        "introduction": (
            "Korte antwoorden op vragen die we vaak krijgen, met de bronnen erbij. Elk antwoord is "
            "in een bijeenkomst besproken voordat het hier staat."
        ),
    },
    "en": {
        "title": "Questions and answers",
        "slug": "questions-and-answers",
        "introduction": (
            "Short answers to questions we often get, with their sources. Each answer was "
            "discussed in a session before it came here."
        ),
    },
}

PRIVACY: dict[str, dict[str, Any]] = {
    "nl": {
        "title": "Wat we met je gegevens doen",
        "slug": "privacy",
        "introduction": (
            "We bewaren alleen wat nodig is om je uit te nodigen, je aanmelding te regelen en vast "
            "te leggen wat we samen leerden. Je kunt altijd zien wat we van je hebben en het laten "
            "verwijderen."
        ),
        "body": [
            ("heading", "Wat we bewaren, en waarom"),
            (
                "text",
                """
                <ul>
                <li><b>Je naam, e-mailadres, organisatie en functie.</b> Om je uit te nodigen en om
                  te weten wie er komt.</li>
                <li><b>Je aanmeldingen en of je erbij was.</b> Om plekken te verdelen, je een
                  herinnering en het verslag te sturen, en te tellen hoeveel organisaties
                  meedoen.</li>
                <li><b>Je vragen en wensen voor een bijeenkomst.</b> Om het programma te maken.</li>
                <li><b>Welke mail we je stuurden, en waar je toestemming voor gaf.</b> Zo krijg je
                  niets dubbel, en niets wat je niet wilt.</li>
                </ul>
                <p>We houden niet bij of je een mail opent of op welke link je klikt. Deze site
                  plaatst geen cookies om je te volgen en haalt niets op bij anderen.</p>
                """,
            ),
            ("heading", "Op welke grond"),
            (
                "text",
                """
                <p>Je meldt je aan: dan hebben we je gegevens nodig om dat te regelen.
                  Vertegenwoordig je een lid, dan nodigen we je uit omdat jouw organisatie lid is.
                  Ben je geen lid, dan mailen we je alleen met jouw toestemming, of op een adres dat
                  voor dit doel openbaar is gemaakt. Waar we je adres vandaan hebben, staat onder
                  elke mail.</p>
                """,
            ),
            ("heading", "Wie het ziet"),
            (
                "text",
                """
                <p>De organisatoren van een bijeenkomst zien de lijst met deelnemers. Bij elk
                  formulier staat wie dat zijn. We verkopen je gegevens niet en geven ze niet aan
                  anderen. Je naam komt alleen in een verslag als jij dat goed vindt.</p>
                """,
            ),
            ("heading", "Hoe lang"),
            (
                "text",
                """
                <ul>
                <li>Een aanmelding die je niet bevestigt, verloopt vanzelf.</li>
                <li>Wat je over eten of toegankelijkheid doorgeeft, gebruiken we alleen voor die
                  bijeenkomst.</li>
                <li>Na enkele jaren maken we deelnemerslijsten anoniem. Dan blijft alleen over
                  hoeveel organisaties er waren.</li>
                </ul>
                """,
            ),
            ("heading", "Wat jij kunt doen"),
            (
                "text",
                """
                <ul>
                <li><b>Uitschrijven</b> kan met één klik onder elke mail.</li>
                <li><b>Afmelden</b> voor een bijeenkomst kan met de link in je bevestiging.</li>
                <li><b>Inzien, verbeteren of verwijderen:</b> stuur een mail naar het adres onder
                  aan deze pagina. We antwoorden binnen een maand. Als je verwijderd wilt worden,
                  bewaren we alleen een onleesbare code van je adres, zodat je niet opnieuw op een
                  lijst komt.</li>
                <li><b>Een klacht?</b> Vertel het ons. Je kunt ook naar de Autoriteit
                  Persoonsgegevens.</li>
                </ul>
                """,
            ),
        ],
    },
    "en": {
        "title": "What we do with your data",
        "slug": "privacy",
        "introduction": (
            "We keep only what is needed to invite you, to arrange your sign-up and to record what "
            "we learned together. You can always see what we hold and have it removed."
        ),
        "body": [
            ("heading", "What we keep, and why"),
            (
                "text",
                """
                <ul>
                <li><b>Your name, e-mail address, organisation and function.</b> To invite you and
                  to know who is coming.</li>
                <li><b>Your sign-ups and whether you were there.</b> To share out the seats, to send
                  you a reminder and the report, and to count the organisations taking part.</li>
                <li><b>Your questions and wishes for a session.</b> To make the programme.</li>
                <li><b>Which mail we sent you, and what you agreed to.</b> So that you get nothing
                  twice, and nothing you do not want.</li>
                </ul>
                <p>We do not record whether you open a mail or which link you follow. This site sets
                  no cookies to follow you and fetches nothing from others.</p>
                """,
            ),
            ("heading", "On what ground"),
            (
                "text",
                """
                <p>When you sign up, we need your data to arrange it. If you represent a member, we
                  invite you because your organisation is a member. If not, we mail you only with
                  your consent, or at an address made public for this purpose. Every mail says where
                  we got your address.</p>
                """,
            ),
            ("heading", "Who sees it"),
            (
                "text",
                """
                <p>The organisers of a session see its list of participants; every form says who
                  they are. We do not sell your data or pass it on. Your name appears in a report
                  only if you agree.</p>
                """,
            ),
            ("heading", "For how long"),
            (
                "text",
                """
                <ul>
                <li>A sign-up that you do not confirm lapses by itself.</li>
                <li>What you tell us about food or access is used for that session only.</li>
                <li>After some years we make lists of participants anonymous. What remains is how
                  many organisations were there.</li>
                </ul>
                """,
            ),
            ("heading", "What you can do"),
            (
                "text",
                """
                <ul>
                <li><b>Unsubscribe</b> with one click under every mail.</li>
                <li><b>Cancel</b> a session with the link in your confirmation.</li>
                <li><b>See, correct or remove:</b> write to the address at the foot of this page. We
                  answer within a month. When you are removed, we keep only an unreadable code of
                  your address, so that you do not return to a list.</li>
                <li><b>A complaint?</b> Tell us. You can also turn to the data protection
                  authority.</li>
                </ul>
                """,
            ),
        ],
    },
}
