"""What people need of a session and want to learn, for whoever makes the agenda."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from contacts.wagtail_hooks.exports import export_response
from participation.selectors.agenda import Agenda, agenda_of
from participation.selectors.files import agenda_file
from participation.wagtail_hooks.desk.pages import SessionView


class AgendaPage(SpreadsheetExportMixin, SessionView):
    """Needs, learning questions and counted answers; with `?export=csv` or `xlsx` as a file."""

    template_name = "participation/admin/agenda.html"
    tab = "agenda"

    def get(self, request: HttpRequest, session_id: int) -> HttpResponseBase:
        if self.is_export:
            return export_response(
                agenda_file(self.session, language=self.language, now=timezone.now()),
                form=request.GET["export"],
                file_name=f"{_('needs')}-{self.session.slug}",
            )
        return self.render_to_response(self.get_context_data())

    @property
    def show_export_buttons(self) -> bool:
        return True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        agenda = agenda_of(self.session, language=self.language, now=timezone.now())
        return super().get_context_data(**kwargs) | {"agenda": agenda, "as_text": as_text(agenda)}


def as_text(agenda: Agenda) -> str:
    """Return it all as plain text to paste into an agenda; people are not named in it."""
    blocks = []
    for wants in agenda.wants:
        lines = [wants.organisation or _("Without an organisation")]
        lines += [f"- {_('need')}: {text}" for _person, text in wants.needs]
        lines += [
            f"- {_('learning question')}: {asked.text or _('not formulated yet')}"
            + (f" ({' / '.join(asked.organisations)})" if len(asked.organisations) > 1 else "")
            for asked in wants.questions
        ]
        blocks.append("\n".join(lines))
    for tally in agenda.answers:
        lines = [tally.question.text]
        lines += [f"- {_option(option)}: {number}" for option, number in tally.options]
        lines += [f"- {text}" for text in tally.texts]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _option(option: str) -> str:
    return {"yes": _("yes"), "no": _("no")}.get(option, option)
