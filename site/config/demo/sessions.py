"""The three sessions of the demonstration, in Dutch and English.

A body is a list of (block, value) as in content.blocks.PageBodyBlock. Days are not here: the loader
counts them from the day of loading.
"""

from datetime import time
from typing import Any

from config.demo.series import Texts

CONTACT_PERSON = {
    "contact_person": "Noor van der Linden",
    "contact_email": "noor@samenspel.example.org",
}

#: The first session: a day and a time, a place, twenty seats.
FIRST_FACTS: dict[str, Any] = {
    "precision": "exact",
    "status": "confirmed",
    "start_time": time(13, 30),
    "end_time": time(17, 0),
    "venue": "De Wisselplaats",
    "address": "Voorbeeldkade 12\n3500 XX Utrecht",
    "capacity": 20,
    "waiting_list": True,
    "eligibility": "theme",
    "co_organisers": "Netwerk Nieuwe Verhalen",
    **CONTACT_PERSON,
}

FIRST: Texts = {
    "nl": {
        "title": "Werksessie 1: wat vertellen we nu, en klopt het?",
        "slug": "wat-vertellen-we-nu",
        "introduction": (
            "We beginnen bij onszelf. Neem een folder, een post of een interview van je eigen "
            "organisatie mee. Samen kijken we wat het oproept, wat onderzoek erover zegt en wat "
            "we voortaan liever zouden vertellen."
        ),
        "accessibility": (
            "De ingang heeft geen drempel en er is een lift. Er is een ringleiding in de zaal en "
            "een stille kamer. Heb je iets anders nodig? Mail of bel Noor."
        ),
        "body": [
            ("heading", "Wat gaan we doen"),
            (
                "text",
                (
                    "<p>Je gaat naar huis met drie dingen: een scherpe blik op je eigen teksten, "
                    "vijf antwoorden in de eerste versie, en minstens twee mensen die je voortaan "
                    "kunt bellen.</p>"
                ),
            ),
            (
                "programme",
                {
                    "title": "Programma",
                    "steps": [
                        {
                            "time": time(13, 30),
                            "title": "Welkom",
                            "text": "We maken kennis aan de hand van jullie vragen vooraf.",
                        },
                        {
                            "time": time(14, 0),
                            "title": "Onze eigen woorden op tafel",
                            "text": "In groepjes lezen we wat we zelf maakten. Wat blijft hangen?",
                        },
                        {
                            "time": time(14, 45),
                            "title": "Wat weten we eigenlijk?",
                            "text": "Een onderzoeker vertelt wat vaststaat en wat niet.",
                        },
                        {"time": time(15, 15), "title": "Pauze", "text": ""},
                        {
                            "time": time(15, 30),
                            "title": "Vijf lastige vragen",
                            "text": (
                                "Elke groep schrijft één antwoord dat in een halve minuut past."
                            ),
                        },
                        {
                            "time": time(16, 30),
                            "title": "Wat nemen we mee?",
                            "text": (
                                "Afspraken voor de volgende keer. Daarna is er iets te drinken."
                            ),
                        },
                    ],
                },
            ),
            ("heading", "Breng je vraag mee"),
            (
                "text",
                (
                    "<p>Schrijf bij je aanmelding op wat je wilt leren of wat je nodig hebt. Weet "
                    "je het nog niet? Dan kan het later ook, met de link in je bevestiging.</p>"
                ),
            ),
        ],
    },
    "en": {
        "title": "Working session 1: what do we tell people now, and is it true?",
        "slug": "what-do-we-tell-people-now",
        "introduction": (
            "We start with ourselves. Bring a leaflet, a post or an interview of your own "
            "organisation. Together we look at what it brings to mind, what research says about "
            "it, and what we would rather tell from now on. The session is in Dutch; we have "
            "somebody to whisper in English."
        ),
        "accessibility": (
            "The entrance is step-free and there is a lift. The room has a hearing loop, and "
            "there is a quiet room. Do you need anything else? Mail or phone Noor."
        ),
        "body": [
            ("heading", "What we will do"),
            (
                "text",
                (
                    "<p>You go home with three things: a sharp eye for your own texts, five "
                    "answers in their first version, and at least two people whom you can call "
                    "from now on.</p>"
                ),
            ),
            (
                "programme",
                {
                    "title": "Programme",
                    "steps": [
                        {
                            "time": time(13, 30),
                            "title": "Welcome",
                            "text": "We get to know each other by the questions you sent us.",
                        },
                        {
                            "time": time(14, 0),
                            "title": "Our own words on the table",
                            "text": "In small groups we read what we made ourselves. What sticks?",
                        },
                        {
                            "time": time(14, 45),
                            "title": "What do we actually know?",
                            "text": "A researcher tells what is settled and what is not.",
                        },
                        {"time": time(15, 15), "title": "Break", "text": ""},
                        {
                            "time": time(15, 30),
                            "title": "Five hard questions",
                            "text": "Each group writes one answer that fits in half a minute.",
                        },
                        {
                            "time": time(16, 30),
                            "title": "What do we take along?",
                            "text": "What we promise each other for next time. Then: drinks.",
                        },
                    ],
                },
            ),
            ("heading", "Bring your question"),
            (
                "text",
                (
                    "<p>When you sign up, write down what you want to learn or what you need. Not "
                    "sure yet? You can do it later, with the link in your confirmation.</p>"
                ),
            ),
        ],
    },
}

#: The second: no more is known than the month.
SECOND_FACTS: dict[str, Any] = {
    "precision": "month",
    "eligibility": "theme",
    "capacity": 20,
    "co_organisers": "Netwerk Nieuwe Verhalen",
    **CONTACT_PERSON,
}

SECOND: Texts = {
    "nl": {
        "title": "Werksessie 2: het verhaal in gewone woorden",
        "slug": "het-verhaal-in-gewone-woorden",
        "introduction": (
            "We stellen de antwoorden van de eerste keer op de proef. Een journalist, een "
            "raadslid en een buurvrouw stellen de vragen die zij zouden stellen. Wij luisteren, "
            "schrappen en schrijven."
        ),
        "body": [
            (
                "text",
                (
                    "<p>We zoeken nog een dag waarop de meeste mensen kunnen. Laat weten dat je "
                    "een bericht wilt, dan hoor je het meteen als de datum vaststaat. Was je er "
                    "de eerste keer niet bij? Dan kun je gewoon aansluiten: het verslag staat er "
                    "op tijd.</p>"
                ),
            ),
        ],
    },
    "en": {
        "title": "Working session 2: the story in plain words",
        "slug": "the-story-in-plain-words",
        "introduction": (
            "The answers of the first session are put to the test. A journalist, a councillor and "
            "a neighbour ask what they would ask. We listen, cut and rewrite."
        ),
        "body": [
            (
                "text",
                (
                    "<p>We are looking for a day that suits most people. Ask for a message, and "
                    "you hear it as soon as there is a date. Missed the first session? You can "
                    "simply join: its report will be there in time.</p>"
                ),
            ),
        ],
    },
}

#: The third: a partner's event in the summer, with a sign-up page of its own.
THIRD_FACTS: dict[str, Any] = {
    "precision": "season",
    "eligibility": "everyone",
    "host_name": "Netwerk Nieuwe Verhalen",
    "host_url": "https://nieuweverhalen.example.org/ontmoetingsdag",
    **CONTACT_PERSON,
}

THIRD: Texts = {
    "nl": {
        "title": "Ontmoetingsdag: het verhaal op straat",
        "slug": "ontmoetingsdag",
        "introduction": (
            "Een dag van Netwerk Nieuwe Verhalen, met muziek, eten en werkplaatsen. Wij laten er "
            "zien wat we maakten, en vragen voorbijgangers wat zij ervan vinden."
        ),
        "body": [
            (
                "text",
                (
                    "<p>Netwerk Nieuwe Verhalen organiseert deze dag. Aanmelden doe je daar, "
                    "zodra de datum bekend is.</p>"
                ),
            ),
        ],
    },
    "en": {
        "title": "Meeting day: the story out in the street",
        "slug": "meeting-day",
        "introduction": (
            "A day of Netwerk Nieuwe Verhalen, with music, food and workshops. We show what we "
            "made, and ask passers-by what they think of it."
        ),
        "body": [
            (
                "text",
                (
                    "<p>Netwerk Nieuwe Verhalen organises this day. You sign up with them, as "
                    "soon as there is a date.</p>"
                ),
            ),
        ],
    },
}
