"""A source that more than one answer rests on."""

from config.demo.answers.entry import Source

HUMAN_DEVELOPMENT_REPORT = Source(
    "UNDP, Human Development Report: Overcoming barriers – Human mobility and development",
    2009,
    {
        "nl": (
            "Beschrijft dat verreweg de meeste mensen die verhuizen, binnen hun eigen land "
            "blijven, en dat een verhuizing het leven van mensen vaak verbetert."
        ),
        "en": (
            "Describes that by far most people who move stay within their own country, and that "
            "moving often improves people’s lives."
        ),
    },
    "https://hdr.undp.org/content/human-development-report-2009",
)
