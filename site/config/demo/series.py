"""The association and the series of the demonstration, in Dutch and English.

A body is a list of (block, value) as in content.blocks.PageBodyBlock.
"""

from typing import Any

Texts = dict[str, dict[str, Any]]

ASSOCIATION = {
    "association_name": "Vereniging Samenspel",
    "sender_name": "Noor van der Linden, Samenspel",
    "sender_email": "post@samenspel.example.org",
    "postal_address": "Voorbeeldlaan 10\n3500 XX Utrecht",
    "list_seen_by_nl": (
        "De organisatoren van Vereniging Samenspel en Netwerk Nieuwe Verhalen zien de lijst met "
        "deelnemers."
    ),
    "list_seen_by_en": (
        "The organisers at Vereniging Samenspel and Netwerk Nieuwe Verhalen see the list of "
        "participants."
    ),
}

SERIES: Texts = {
    "nl": {
        "title": "Migratie en ontwikkeling: een eerlijk verhaal",
        "slug": "migratie-en-ontwikkeling",
        "introduction": (
            "In het nieuws gaat migratie vaak over grenzen en aantallen. Wij kennen ook de "
            "mensen: die gaan, blijven, terugkeren en iets opbouwen. In drie bijeenkomsten maken "
            "we samen een verhaal dat klopt, en dat je aan de keukentafel kunt navertellen."
        ),
        "goals": [
            (
                "goal",
                "Een gedeeld verhaal over migratie en ontwikkeling dat past bij wat we weten.",
            ),
            (
                "goal",
                (
                    "Korte antwoorden op de vragen die we allemaal krijgen, met bronnen erbij. "
                    "Iedereen mag ze gebruiken."
                ),
            ),
            (
                "goal",
                (
                    "Weten wie je kunt bellen: welke collega vertelt morgen een journalist wat er "
                    "speelt, en waarover?"
                ),
            ),
        ],
        "body": [
            ("heading", "Waarom dit traject"),
            (
                "text",
                (
                    "<p>Wie voor een ontwikkelingsorganisatie werkt, kent de vraag van het "
                    "verjaardagsfeest: zorgt jullie werk er nou voor dat mensen thuisblijven? Er "
                    "is geen antwoord van één zin. Toch geven we dat vaak, omdat er haast is, of "
                    "omdat we geen beter antwoord klaar hebben.</p><p>In dit traject nemen we de "
                    "tijd. We kijken wat we nu vertellen, leggen het naast onderzoek en naast de "
                    "ervaring van mensen die zelf zijn verhuisd, en schrijven op waar we het over "
                    "eens zijn. Waar we het niet over eens zijn, schrijven we ook op.</p>"
                ),
            ),
            ("heading", "Voor wie"),
            (
                "text",
                (
                    "<p>Voor iedereen die over dit onderwerp praat of schrijft voor een "
                    "organisatie: beleid, lobby, communicatie, projecten en bestuur. "
                    "Diaspora-organisaties, onderzoekers en journalisten zijn net zo welkom als "
                    "leden van Samenspel. Ben je geen lid? Vertel dan bij je aanmelding in één "
                    "zin wat je met het thema doet.</p>"
                ),
            ),
            (
                "quotation",
                {
                    "text": (
                        "Praat niet alleen óver ons. Vraag ons mee als het gesprek nog alle "
                        "kanten op kan."
                    ),
                    "attribution": "",
                },
            ),
            ("heading", "Wat er daarna gebeurt"),
            (
                "text",
                (
                    "<p>De antwoorden die we samen maken, komen op deze site bij Vraag en "
                    "antwoord. Na de derde bijeenkomst vragen we wie verder wil, en waarmee.</p>"
                ),
            ),
        ],
    },
    "en": {
        "title": "Migration and development: an honest story",
        "slug": "migration-and-development",
        "introduction": (
            "In the news, migration is often about borders and numbers. We also know the people: "
            "those who leave, stay, return and build something. In three gatherings we make a "
            "story together that is true, and that you can retell at the kitchen table."
        ),
        "goals": [
            ("goal", "A shared story about migration and development that fits what we know."),
            (
                "goal",
                (
                    "Short answers to the questions that all of us get, with their sources. "
                    "Anybody may use them."
                ),
            ),
            (
                "goal",
                (
                    "Knowing whom to call: which colleague can explain to a journalist tomorrow "
                    "what is going on, and on which subject?"
                ),
            ),
        ],
        "body": [
            ("heading", "Why this series"),
            (
                "text",
                (
                    "<p>Anyone who works for a development organisation knows the question from "
                    "every birthday party: does your work make people stay at home? No answer "
                    "fits in one sentence. We often give one all the same, because there is no "
                    "time or because nobody has a better one.</p><p>In this series we take the "
                    "time. We look at what we tell people now, lay it beside research and beside "
                    "the experience of people who moved themselves, and write down what we agree "
                    "on. What we do not agree on, we write down as well.</p>"
                ),
            ),
            ("heading", "For whom"),
            (
                "text",
                (
                    "<p>For everybody who speaks or writes about this for an organisation: "
                    "policy, advocacy, communication, projects and boards. Diaspora "
                    "organisations, researchers and journalists are as welcome as members of "
                    "Samenspel. Not a member? Tell us in one sentence what you do in this field "
                    "when you sign up.</p>"
                ),
            ),
            (
                "quotation",
                {
                    "text": (
                        "Do not only talk about us. Ask us along while the conversation can still "
                        "go anywhere."
                    ),
                    "attribution": "",
                },
            ),
            ("heading", "What happens next"),
            (
                "text",
                (
                    "<p>The answers we make together appear on this site under Questions and "
                    "answers. After the third gathering we ask who wants to go on, and with "
                    "what.</p>"
                ),
            ),
        ],
    },
}
