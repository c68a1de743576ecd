"""Plans in the admin: the time line of a series or a session, and the mail of a person."""

from django.urls import URLPattern, path
from wagtail.admin.viewsets.base import ViewSet

from campaigns.planner.copying import CopySeries, CopySession
from campaigns.planner.index import PlansPage
from campaigns.planner.moving import MovePage
from campaigns.planner.person import PersonMailPage
from campaigns.planner.plans import SeriesPlan, SessionPlan

_PAGES = {
    "": ("index", PlansPage),
    "series/<int:pk>/": ("series", SeriesPlan),
    "series/<int:pk>/copy/": ("copy_series", CopySeries),
    "session/<int:pk>/": ("session", SessionPlan),
    "session/<int:pk>/copy/": ("copy_session", CopySession),
    "mailing/<int:pk>/": ("move", MovePage),
    "person/<int:pk>/": ("person", PersonMailPage),
}


class PlanViewSet(ViewSet):
    """The pages of plans; series, sessions, mailings and people lead to them."""

    name = "mailing_plans"
    url_prefix = "plans"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path(tail, view.as_view(), name=name) for tail, (name, view) in _PAGES.items()]
