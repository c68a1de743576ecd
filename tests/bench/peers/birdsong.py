"""wagtail-birdsong: all messages are made first, and then sent by the package's own function."""

from birdsong.utils import send_mass_html_mail  # type: ignore[import-not-found]

from tests.bench.peers import letter
from tests.bench.peers.models import Person


def send() -> int:
    """Send the letter to everybody; return to how many."""
    messages = []
    for person in Person.objects.all():
        values = letter.context(person)
        subject, text, html = letter.rendered(values)
        messages.append(
            {
                "subject": subject,
                "from_email": None,
                "to": [letter.address(person)],
                "body": text,
                "html_body": html,
                "headers": letter.headers(values),
            }
        )
    return int(send_mass_html_mail(messages))
