"""django-post_office: every message is queued in the database, then two processes send them."""

from django.conf import settings
from post_office import mail  # type: ignore[import-not-found]
from post_office.models import Email, EmailTemplate  # type: ignore[import-not-found]

from tests.bench.peers import letter
from tests.bench.peers.models import Person

PROCESSES = 2


def send() -> int:
    """Queue the letter for everybody and send what is queued; return how many were sent."""
    template, _made = EmailTemplate.objects.get_or_create(
        name="letter",
        defaults={
            "subject": letter.source("subject.txt"),
            "content": letter.source("mail.txt"),
            "html_content": letter.source("mail.html"),
        },
    )
    queued = []
    for person in Person.objects.iterator():
        values = letter.context(person)
        queued.append(
            {
                "recipients": [letter.address(person)],
                "template": template,
                "context": values,
                "headers": letter.headers(values),
                # Rendered by the processes that send, two at a time, instead of by this one.
                "render_on_delivery": True,
            }
        )
    mail.send_many(queued)
    mail.send_queued_mail_until_done(lockfile=str(settings.FOLDER / "lock"), processes=PROCESSES)
    return int(Email.objects.filter(status=0).count())
