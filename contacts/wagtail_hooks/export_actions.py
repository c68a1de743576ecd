"""What was ticked in a list, as a file that can be changed in a spreadsheet and imported again."""

from django.forms import Form
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from wagtail import hooks

from contacts.forms.bulk import FileForm
from contacts.models import Contact, Organisation
from contacts.selectors.exports import export_organisations, export_people
from contacts.wagtail_hooks.bulk_actions import AskingAction
from contacts.wagtail_hooks.exports import export_response


class ExportPeople(AskingAction):
    models = [Contact]
    display_name = _("Export")
    aria_label = _("Take the chosen people along as a file")
    action_type = "export"
    action_priority = 30
    form_class = FileForm
    question = ngettext_lazy(
        "Take %(count)d person along as a file?", "Take %(count)d people along as a file?", "count"
    )

    def form_valid(self, form: Form) -> HttpResponseBase:
        rows = export_people(self.selected(), timezone.localdate())
        return export_response(rows, form=form.cleaned_data["form"], file_name="contacts")


class ExportOrganisations(AskingAction):
    models = [Organisation]
    display_name = _("Export")
    aria_label = _("Take the chosen organisations along as a file")
    action_type = "export"
    action_priority = 40
    form_class = FileForm
    permission = "view"
    question = ngettext_lazy(
        "Take %(count)d organisation along as a file?",
        "Take %(count)d organisations along as a file?",
        "count",
    )

    def form_valid(self, form: Form) -> HttpResponseBase:
        rows = export_organisations(self.selected(), timezone.localdate())
        return export_response(rows, form=form.cleaned_data["form"], file_name="organisations")


for action in (ExportPeople, ExportOrganisations):
    hooks.register("register_bulk_action", action)
