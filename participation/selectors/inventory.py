"""The inventory of learning questions: what everybody may read of it, and who gave one."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from contacts.models import Organisation
from participation.enums import LIVE, QuestionState
from participation.models import LearningQuestion


def public_questions(series_key: UUID) -> QuerySet[LearningQuestion]:
    """Return the public questions of the series with this translation key, with the names of
    organisations in order.

    A question of a session belongs where its session belongs now. What is not formulated, or was
    merged into another question, is no question to show.
    """
    of_series = Q(session__series__translation_key=series_key)
    of_series |= Q(session=None, series__translation_key=series_key)
    named = Organisation.objects.order_by("name_key", "pk")
    return (
        LearningQuestion.objects.filter(of_series, is_public=True)
        .exclude(text="")
        .exclude(state=QuestionState.MERGED)
        .select_related("session")
        .prefetch_related(Prefetch("organisations", queryset=named))
        .order_by("pk")
    )


def gave_question(session: str) -> Q:
    """A condition on contacts: gave a learning question for the session with this slug.

    "Not formulated yet" counts. A question that an organiser noted for an organisation, without a
    person, is one of everybody who is signed up for that organisation.
    """
    given = LearningQuestion.objects.filter(session__slug=session)
    of_theirs = given.filter(
        contact=None,
        organisations__registrations__session__slug=session,
        organisations__registrations__contact=OuterRef("pk"),
        organisations__registrations__state__in=LIVE,
    )
    return Q(Exists(given.filter(contact=OuterRef("pk")))) | Q(Exists(of_theirs))
