"""Plain Django: a message for each person, a hundred at a time, over one connection."""

from django.core.mail import (  # noqa: TID251 -- what we are compared with
    EmailMultiAlternatives,
    get_connection,
)

from tests.bench.peers import letter
from tests.bench.peers.models import Person

AT_ONCE = 100


def send() -> int:
    """Send the letter to everybody; return to how many."""
    sent, messages = 0, []
    with get_connection() as connection:
        for person in Person.objects.iterator():
            messages.append(_message(person))
            if len(messages) == AT_ONCE:
                sent += connection.send_messages(messages)
                messages = []
        sent += connection.send_messages(messages) or 0
    return sent


def _message(person: Person) -> EmailMultiAlternatives:
    values = letter.context(person)
    subject, text, html = letter.rendered(values)
    message = EmailMultiAlternatives(
        subject, text, to=[letter.address(person)], headers=letter.headers(values)
    )
    message.attach_alternative(html, "text/html")
    return message
