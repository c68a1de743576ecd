"""Answers about the people concerned, and how we speak of them; the last is not agreed yet."""

from config.demo.answers.entry import Entry, Source, Text, Wording
from config.demo.answers.sources import HUMAN_DEVELOPMENT_REPORT

ENTRIES = [
    Entry(
        texts={
            "nl": Text(
                "Wat dragen migranten bij aan het land waar ze vandaan komen?",
                "bijdrage-aan-het-land-van-herkomst",
                "Meer dan geld. Ze sturen geld naar familie, en dat gaat vaak meteen naar "
                "schoolgeld, eten of een dak. Ze brengen ook kennis, contacten en nieuwe ideeën "
                "mee. Niet iedereen kan of wil dat. Het komt naast goed bestuur en hulp, en niet "
                "ervoor in de plaats.",
                "“Wie weggaat, laat zijn land in de steek.”",
                "<p>Geld overmaken is voor veel gezinnen heel gewoon: elke maand een deel van het "
                "loon. Het komt aan bij mensen die weten wat ze nodig hebben. De kosten van zo’n "
                "overboeking zijn soms hoog; in 2015 spraken landen af om die te "
                "verlagen.</p><p>Minder zichtbaar is de rest: een arts die in haar vakantie "
                "lesgeeft, een ondernemer die leveranciers kent in twee landen, een dochter die "
                "thuis vertelt dat meisjes kunnen doorleren.</p>",
            ),
            "en": Text(
                "What do migrants contribute to the country they come from?",
                "contribution-to-the-country-of-origin",
                "More than money. They send money to their families, and it often goes straight "
                "to school fees, food or a roof. They also bring knowledge, contacts and new "
                "ideas. Not everybody can or wants to. It comes beside good government and aid, "
                "not instead of them.",
                "“Whoever leaves abandons their country.”",
                "<p>To many families sending money is quite ordinary: a part of the wages each "
                "month. It reaches people who know what they need. The costs of such a transfer "
                "are sometimes high; in 2015 countries agreed to bring them down.</p><p>Less "
                "visible is the rest: a doctor who teaches in her holidays, an entrepreneur who "
                "knows suppliers in two countries, a daughter who tells them at home that girls "
                "can go on learning.</p>",
            ),
        },
        sources=[
            Source(
                "Verenigde Naties / United Nations, 2030 Agenda for Sustainable Development (10.c)",
                2015,
                {
                    "nl": (
                        "Landen spreken af om de kosten van overboekingen door migranten te "
                        "verlagen."
                    ),
                    "en": "Countries agree to reduce the costs of transfers by migrants.",
                },
                "https://sdgs.un.org/2030agenda",
            ),
            HUMAN_DEVELOPMENT_REPORT,
        ],
        themes=["diaspora", "arbeidsmigratie"],
    ),
    Entry(
        texts={
            "nl": Text(
                "Wanneer vraag je een diaspora-organisatie mee te doen?",
                "wanneer-vraag-je-een-diaspora-organisatie",
                "Aan het begin, als nog niet vaststaat wat het plan wordt. Dan kan hun kennis het "
                "plan beter maken. Regel ook de voorwaarden: een eigen deel van het budget, een "
                "stem in besluiten en tijden waarop vrijwilligers kunnen.",
                "“Ze willen nooit meedoen met onze programma’s.”",
                "<p>Wie pas wordt gevraagd als de folder klaar is, mag alleen nog knikken. Dat "
                "levert weinig op, ook voor jou. Organisaties van migranten zijn bovendien vaak "
                "van vrijwilligers: een overleg op dinsdagochtend sluit ze uit zonder dat iemand "
                "dat bedoelt.</p><p>Er is ook niet één diaspora. Mensen uit hetzelfde land kunnen "
                "heel verschillend denken. Vraag er meer dan één, en vraag naar wat ze kunnen.</p>",
            ),
            "en": Text(
                "When do you ask a diaspora organisation to take part?",
                "when-to-ask-a-diaspora-organisation",
                "At the start, while the plan is still open. Then their knowledge can make it a "
                "better plan. Arrange the conditions too: a part of the budget of their own, a "
                "say in decisions, and hours at which volunteers can come.",
                "“They never want to take part in our programmes.”",
                "<p>Whoever is asked when the leaflet is ready may only nod. That brings little, "
                "to you as well. Organisations of migrants are often run by volunteers: a meeting "
                "on Tuesday morning shuts them out without anybody meaning to.</p><p>Nor is there "
                "one diaspora. People from the same country may think quite differently. Ask more "
                "than one, and ask what they are good at.</p>",
            ),
        },
        sources=[
            Source(
                "Kenniscentrum Diaspora Delta, Aan tafel (voorbeeldbron / made-up source)",
                2025,
                {
                    "nl": (
                        "Gesprekken met vrijwillige bestuurders over wat samenwerking voor hen "
                        "mogelijk maakt."
                    ),
                    "en": (
                        "Conversations with volunteer board members about what makes cooperation "
                        "possible for them."
                    ),
                },
                "https://diasporadelta.example.org/aan-tafel",
            ),
        ],
        themes=["diaspora"],
    ),
    Entry(
        texts={
            "nl": Text(
                "Waarom praten we niet over stromen en golven?",
                "geen-stromen-en-golven",
                "Omdat het over mensen gaat. Bij ‘golf’ of ‘stroom’ denk je aan een ramp, nog "
                "voordat iemand een feit heeft genoemd. Zeg liever wie het zijn, waar ze vandaan "
                "komen en hoeveel het er zijn. Dat is duidelijker, en het klopt.",
                "“De stroom is niet meer te stoppen.”",
                "<p>Woorden werken ook als je het er niet mee eens bent. Wie zegt ‘er is geen "
                "tsunami’, laat iedereen toch aan water denken. Ontken het beeld dus niet, maar "
                "vertel iets anders: over een gezin, een straat, een keuze.</p><p>Dat is geen "
                "truc om problemen kleiner te maken. Een tekort aan bedden blijft een tekort aan "
                "bedden. Je kunt er alleen beter over praten als duidelijk is om wie het gaat.</p>",
                [
                    Wording(
                        "journalist",
                        "‘Vorige maand kwamen er … mensen aan, de meesten uit …’ Noem altijd de "
                        "bron.",
                        "Stroom, golf, tsunami, toevloed. Ook niet met ‘geen’ ervoor.",
                    ),
                    Wording(
                        "public",
                        "Vertel over iemand die je kent, en vraag eerst of dat mag.",
                    ),
                ],
            ),
            "en": Text(
                "Why do we not speak of floods and waves?",
                "no-floods-and-waves",
                "Because this is about people. “Wave” or “flood” brings a disaster to mind before "
                "anybody has named a fact. Rather say who they are, where they come from and how "
                "many they are. That is clearer, and it is true.",
                "“There is no stopping the flood.”",
                "<p>Words work even when you disagree with them. Say “there is no tsunami”, and "
                "everybody still thinks of water. So do not deny the image, but tell something "
                "else: about a family, a street, a choice.</p><p>This is no trick to make "
                "problems smaller. A shortage of beds remains a shortage of beds. It is only "
                "easier to talk about once it is clear who it concerns.</p>",
                [
                    Wording(
                        "journalist",
                        "“Last month … people arrived, most of them from …” Always name the "
                        "source.",
                        "Flood, wave, tsunami, influx. Not with “no” in front of it either.",
                    ),
                    Wording(
                        "public",
                        "Tell about somebody you know, and first ask whether you may.",
                    ),
                ],
            ),
        },
        sources=[
            Source(
                "Hogeschool Laaglanden, Woorden die wegen (voorbeeldbron / made-up source)",
                2025,
                {
                    "nl": "Een kleine proef met lezers van twee versies van hetzelfde bericht.",
                    "en": "A small trial with readers of two versions of the same news item.",
                },
                "https://laaglanden.example.org/woorden-die-wegen",
            ),
        ],
        themes=["beeldvorming"],
    ),
    Entry(
        texts={
            "nl": Text(
                "Mag een land hulp koppelen aan afspraken over terugkeer?",
                "hulp-en-afspraken-over-terugkeer",
                "Hierover zijn we het nog niet eens. Sommigen zeggen: hulp is voor mensen in "
                "nood, en daar stel je geen voorwaarden bij. Anderen zeggen: landen maken over "
                "van alles afspraken, dus ook hierover. In de eerste werksessie zetten we de "
                "argumenten naast elkaar.",
                "“Geen geld voor landen die niet meewerken.”",
                "<p>Nog te bespreken: wat gebeurt er met mensen die hulp kregen als hun regering "
                "niet meewerkt? En heeft het ergens gewerkt? Wie een goede bron kent, neemt die "
                "mee.</p>",
            ),
            "en": Text(
                "May a country tie aid to agreements on return?",
                "aid-and-agreements-on-return",
                "We do not agree on this yet. Some say: aid is for people in need, and comes "
                "without conditions. Others say: countries make agreements on all kinds of "
                "things, so on this as well. In the first working session we lay the arguments "
                "side by side.",
                "“No money for countries that do not cooperate.”",
                "<p>Still to be discussed: what happens to people who received aid when their "
                "government does not cooperate? And has it worked anywhere? If you know a good "
                "source, bring it along.</p>",
            ),
        },
        sources=[],
        themes=["migratie-en-ontwikkeling"],
        state="discussion",
    ),
]
