"""Answers about who moves, where to and why."""

from config.demo.answers.entry import Entry, Source, Text, Wording
from config.demo.answers.sources import HUMAN_DEVELOPMENT_REPORT

ENTRIES = [
    Entry(
        texts={
            "nl": Text(
                "Zorgt ontwikkelingssamenwerking ervoor dat minder mensen migreren?",
                "minder-migratie-door-ontwikkelingssamenwerking",
                "Daar is weinig bewijs voor. Als een arm land minder arm wordt, vertrekken er "
                "eerst vaak juist méér mensen: zij kunnen een reis nu betalen. "
                "Ontwikkelingssamenwerking is er om levens te verbeteren. Ze is niet bedoeld om "
                "mensen tegen te houden, en daar ook niet geschikt voor.",
                "“Help ze daar, dan komen ze niet hierheen.”",
                "<p>Wie weg wil, heeft geld nodig, kennis en mensen die de weg wijzen. De "
                "allerarmsten hebben dat niet. Groeit een land van heel arm naar minder arm, dan "
                "krijgen meer mensen de kans om te kiezen, en een deel kiest ervoor om te gaan. "
                "Pas als een land veel rijker is, neemt dat weer af.</p><p>Dat is geen reden om "
                "te stoppen met ontwikkelingssamenwerking. Het is wel een reden om haar niet te "
                "beloven als rem. Wie dat toch doet, maakt goed werk tot een mislukking in de "
                "krant.</p>",
                [
                    Wording(
                        "journalist",
                        "Wij beoordelen ons werk op de vraag of mensen een beter leven krijgen. "
                        "Waar ze dat leven leiden, kiezen ze zelf.",
                        "‘We nemen de oorzaken van migratie weg.’ Daarmee beloof je iets wat geen "
                        "enkele organisatie waarmaakt.",
                    ),
                    Wording(
                        "politician",
                        "Is geld bedoeld voor beter onderwijs? Reken het dan af op beter "
                        "onderwijs.",
                        "Een discussie over aantallen die niemand kan voorspellen.",
                    ),
                    Wording(
                        "public",
                        "Stel dat je eindelijk genoeg verdient om een buskaartje te kopen. Dan ga "
                        "je misschien voor het eerst op reis.",
                    ),
                ],
            ),
            "en": Text(
                "Does development cooperation make fewer people migrate?",
                "less-migration-through-development-cooperation",
                "There is little evidence that it does. When a poor country becomes less poor, at "
                "first often more people leave: they can now afford the journey. Development "
                "cooperation is there to improve lives. It is not meant to keep people in place, "
                "and it is not suited to that either.",
                "“Help them over there, and they will not come here.”",
                "<p>Whoever wants to leave needs money, knowledge and people who show the way. "
                "The very poorest have none of these. When a country grows from very poor to less "
                "poor, more people get the chance to choose, and some of them choose to go. Only "
                "when a country is much richer does that go down again.</p><p>This is no reason "
                "to stop development cooperation. It is a reason not to promise it as a brake. "
                "Promise it all the same, and good work becomes a failure in the newspaper.</p>",
                [
                    Wording(
                        "journalist",
                        "We judge our work by whether people get a better life. Where they lead "
                        "that life is their choice.",
                        "“We take away the causes of migration.” It promises what no organisation "
                        "can deliver.",
                    ),
                    Wording(
                        "politician",
                        "Is money meant for better education? Then judge it by better education.",
                        "A debate about numbers that nobody can predict.",
                    ),
                    Wording(
                        "public",
                        "Suppose you earn enough for a bus ticket at last. You may well travel "
                        "for the first time.",
                    ),
                ],
            ),
        },
        sources=[
            Source(
                "Center for Global Development, Does Development Reduce Migration? (Working Paper "
                "359)",
                2014,
                {
                    "nl": (
                        "Vergelijkt landen en ziet dat emigratie gemiddeld toeneemt zolang een "
                        "land van laag naar middeninkomen groeit, en pas daarna afneemt."
                    ),
                    "en": (
                        "Compares countries and finds that emigration on average rises while a "
                        "country grows from low to middle income, and falls only after that."
                    ),
                },
                "https://www.cgdev.org/publication/does-development-reduce-migration-working-paper-359",
            ),
            HUMAN_DEVELOPMENT_REPORT,
        ],
        themes=["migratie-en-ontwikkeling"],
    ),
    Entry(
        texts={
            "nl": Text(
                "Komen de meeste vluchtelingen naar Europa?",
                "komen-de-meeste-vluchtelingen-naar-europa",
                "Nee. De meeste mensen die moeten vluchten, blijven in hun eigen land of gaan "
                "naar een buurland. Landen met een laag of gemiddeld inkomen vangen samen de "
                "meeste vluchtelingen op. Ook Europa vangt mensen op, het ene jaar meer dan het "
                "andere.",
                "“Iedereen komt hierheen.”",
                "<p>Vluchten doe je meestal met wat je kunt dragen, en niet verder dan nodig. "
                "Veel mensen hopen snel terug te kunnen. Daarom zijn het vooral de buren die "
                "opvangen: landen die zelf vaak weinig hebben.</p><p>Opvang in de regio is dus "
                "geen plan voor later. Het gebeurt al, en het kost die landen veel. Wie dat wil "
                "steunen, kan meebetalen aan scholen, zorg en werk, voor vluchtelingen én voor de "
                "mensen die er al woonden.</p>",
                [
                    Wording(
                        "journalist",
                        "Vraag ons naar één land of één stad. Daar kunnen we laten zien wie er "
                        "opvangt en wat dat vraagt.",
                        "Een wedstrijd wie het meeste doet.",
                    ),
                    Wording(
                        "politician",
                        "Buurlanden vangen al op. De vraag is of ze het kunnen volhouden.",
                    ),
                ],
            ),
            "en": Text(
                "Do most refugees come to Europe?",
                "do-most-refugees-come-to-europe",
                "No. Most people who have to flee stay in their own country or go to a "
                "neighbouring one. Countries with a low or middle income together host most "
                "refugees. Europe hosts people too, in some years more than in others.",
                "“Everybody comes here.”",
                "<p>Mostly you flee with what you can carry, and no further than you must. Many "
                "people hope to return soon. That is why it is the neighbours who take people in: "
                "countries that often have little themselves.</p><p>So reception in the region is "
                "no plan for later. It is happening, and it costs those countries a great deal. "
                "Whoever wants to support it can help pay for schools, care and work, for "
                "refugees and for the people who already lived there.</p>",
                [
                    Wording(
                        "journalist",
                        "Ask us about one country or one town. There we can show who takes people "
                        "in and what that takes.",
                        "A contest about who does most.",
                    ),
                    Wording(
                        "politician",
                        "Neighbouring countries are hosting people already. The question is "
                        "whether they can keep it up.",
                    ),
                ],
            ),
        },
        sources=[
            Source(
                "UNHCR, Global Trends: Forced Displacement in 2023",
                2024,
                {
                    "nl": (
                        "Telt elk jaar wie waar wordt opgevangen. Landen met lage en "
                        "middeninkomens vangen samen de meeste vluchtelingen op."
                    ),
                    "en": (
                        "Counts each year who is hosted where. Low- and middle-income countries "
                        "together host most refugees."
                    ),
                },
                "https://www.unhcr.org/global-trends",
            ),
        ],
        themes=["opvang-in-de-regio"],
    ),
    Entry(
        texts={
            "nl": Text(
                "Komen er door klimaatverandering straks veel meer mensen naar Europa?",
                "klimaat-en-migratie",
                "Mensen verhuizen nu al door droogte, hitte en overstromingen. De meesten blijven "
                "daarbij in hun eigen land. Hoeveel het er worden, hangt sterk af van wat landen "
                "nu doen: minder uitstoten, en mensen helpen zich aan te passen. Niemand kan "
                "zeggen hoeveel mensen er naar Europa komen.",
                "“Door het klimaat staan straks miljoenen mensen aan de grens.”",
                "<p>Een mislukte oogst is zelden de enige reden om te gaan. Werk, familie, "
                "veiligheid en geld tellen mee. Wie moet verhuizen, gaat meestal naar een stad in "
                "de buurt. Wie niets meer heeft, kan vaak helemaal niet weg, en juist die mensen "
                "lopen het meeste gevaar.</p><p>Wees daarom voorzichtig met grote getallen. "
                "Rekenmodellen gaan over mogelijke toekomsten, en die verschillen veel van "
                "elkaar.</p>",
            ),
            "en": Text(
                "Will climate change bring many more people to Europe?",
                "climate-and-migration",
                "People are already moving because of drought, heat and floods. Most of them stay "
                "in their own country. How many there will be depends much on what countries do "
                "now: cut emissions, and help people adapt. Nobody can say how many will come to "
                "Europe.",
                "“The climate will bring millions of people to our border.”",
                "<p>A failed harvest is seldom the only reason to go. Work, family, safety and "
                "money count as well. Whoever has to move mostly goes to a town nearby. Those who "
                "have nothing left often cannot leave at all, and they are the ones in most "
                "danger.</p><p>So be careful with large numbers. Models describe possible "
                "futures, and these differ a great deal.</p>",
            ),
        },
        sources=[
            Source(
                "World Bank, Groundswell: Preparing for Internal Climate Migration",
                2018,
                {
                    "nl": (
                        "Rekent met verschillende toekomsten en gaat over verhuizen binnen landen."
                    ),
                    "en": (
                        "Works with several possible futures and is about moving within countries."
                    ),
                },
                "https://openknowledge.worldbank.org/handle/10986/29461",
            ),
        ],
        themes=["klimaat-en-migratie"],
    ),
]
