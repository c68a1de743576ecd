"""The window in which a session is chosen: what is to come first, searched by title."""

from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from base.choosers import search_form
from content.dates import when
from content.models import Session


def _by_title(sessions: QuerySet[Session], words: str) -> QuerySet[Session]:
    return sessions.filter(Q(titles__nl__icontains=words) | Q(titles__en__icontains=words))


def _when(session: Session) -> str:
    return when(session, "nl" if (get_language() or "nl").startswith("nl") else "en")


class _Offered:
    """The nearest first, then what has no day yet, then the past, the latest first."""

    @property
    def columns(self) -> list[Column]:
        return [*super().columns, Column("when", label=gettext_lazy("When"), accessor=_when)]  # type: ignore[misc]  # of the view it is mixed into

    def get_object_list(self) -> QuerySet[Session]:
        ahead = Q(first_day__gte=timezone.localdate())
        return Session.objects.order_by(
            Case(When(ahead, then=0), When(first_day=None, then=1), default=2),
            Case(When(ahead, then=F("first_day"))).asc(nulls_last=True),
            F("first_day").desc(nulls_last=True),
            "pk",
        )

    def get_filter_form_class(self) -> type[BaseFilterForm]:
        return search_form(_by_title)


class _Choose(_Offered, ChooseView):
    pass


class _ChooseResults(_Offered, ChooseResultsView):
    pass


class SessionChooser(ChooserViewSet):
    """Sessions, for whoever is inside: what is known of them is public."""

    model: Any = Session
    icon = "date"
    choose_one_text = gettext_lazy("Choose a session")
    choose_another_text = gettext_lazy("Choose another session")
    choose_view_class = _Choose
    choose_results_view_class = _ChooseResults
    register_widget = False


session_chooser = SessionChooser("session_chooser")
