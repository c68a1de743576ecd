"""Which plans there are: the series, and the sessions that stand in none."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from campaigns.planner.pages import PlanView, plan_url
from campaigns.selectors.plans import plans_of_series, sessions_without_series


class PlansPage(PlanView):
    """The way to a plan from the list of mailings."""

    template_name = "campaigns/admin/plans.html"
    page_title = gettext_lazy("Plans")

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return []

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [
            (plan_url(whole), name, sessions, mailings)
            for whole, name, sessions, mailings in (
                *plans_of_series(),
                *sessions_without_series(self.language),
            )
        ]
        return self.render_to_response(self.get_context_data(rows=rows))
