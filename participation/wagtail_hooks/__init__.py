"""The admin of this room: sessions, the desk of one, sign-ups, questions, agreements, polls."""

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from participation.bulk_actions import ACTIONS
from participation.models import Registration
from participation.wagtail_hooks import (  # noqa: F401 -- for their hooks
    changes,
    publications,
    reports,
)
from participation.wagtail_hooks.agreements import AgreementViewSet
from participation.wagtail_hooks.desk import DeskViewSet
from participation.wagtail_hooks.polls import DeletePolls, PollViewSet
from participation.wagtail_hooks.publishing_many import PublishPages
from participation.wagtail_hooks.questions import LearningQuestionViewSet
from participation.wagtail_hooks.registrations import RegistrationPolicy, RegistrationViewSet
from participation.wagtail_hooks.series import SeriesDeskViewSet
from participation.wagtail_hooks.sessions import SignUpListing

register_permission_policy(Registration, RegistrationPolicy(Registration))
register_snippet(RegistrationViewSet)
register_snippet(LearningQuestionViewSet)
register_snippet(AgreementViewSet)
register_snippet(PollViewSet)
for action in ACTIONS:
    hooks.register("register_bulk_action", action)
hooks.register("register_bulk_action", PublishPages, order=1)  # in the place of Wagtail's own
hooks.register("register_bulk_action", DeletePolls, order=2)  # in the place of base's


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ViewSet]:
    return [SignUpListing(), DeskViewSet("session_desk"), SeriesDeskViewSet("series_desk")]
