"""Several sessions of one series at once, by somebody whom we know: join, or leave all."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from contacts.models import Contact
from content.models import Session
from content.questions import Answer
from participation.enums import Phase
from participation.errors import SignUpClosed
from participation.models import Interest, Registration
from participation.selectors.series import own_in_series
from participation.selectors.sessions import phase_of
from participation.services.cancellation import cancel_registration
from participation.services.invitations import register_by_link, show_interest
from participation.services.seats import lock_session
from participation.services.sign_up import OwnAnswers


@transaction.atomic
def register_with_others(
    *,
    session: Session,
    others: Sequence[Session],
    contact: Contact,
    answers: dict[str, Answer],
    private_answers: dict[str, Answer],
    own: Mapping[str, OwnAnswers],
    works_on_theme: bool,
    now: datetime,
) -> Registration:
    """Sign up by personal link for the session of the link and for others of its series.

    `own` has by slug what was answered to the questions of those others.
    All or nothing: what one of them refuses, the person can leave out. The sessions are held in a
    fixed order. Raises what `register_by_link` raises.
    """
    for each in sorted([session, *others], key=lambda one: one.pk):
        lock_session(each.pk)
    registration = register_by_link(
        session=session,
        contact=contact,
        answers=answers,
        private_answers=private_answers,
        works_on_theme=works_on_theme,
        now=now,
    )
    need = {name: said for name, said in answers.items() if name == "need"}
    for other in others:
        if phase_of(other, now) == Phase.INTEREST:
            show_interest(session=other, contact=contact, now=now)
        else:
            said = own.get(other.slug, OwnAnswers({}, {}))
            register_by_link(
                session=other,
                contact=contact,
                answers=need | said.answers,
                private_answers=said.private,
                works_on_theme=works_on_theme,
                now=now,
            )
    return registration


@transaction.atomic
def cancel_in_series(*, registration: Registration, now: datetime) -> int:
    """Cancel all that the person has in the series of this sign-up. Returns how many sessions.

    What is over stays as it was, also when it ends at this very moment. Twice is once.
    """
    found = own_in_series(registration, now)
    for own in sorted(found, key=lambda one: one.session.pk):
        if own.registration is not None:
            with suppress(SignUpClosed):
                cancel_registration(registration=own.registration, now=now)
    followed = [own.session.pk for own in found]
    Interest.objects.filter(session__in=followed, contact=registration.contact).delete()
    return len(found)
