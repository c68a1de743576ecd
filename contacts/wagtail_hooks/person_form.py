"""The pages with the form of a person: what they save is logged field by field."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.actions.create import CreateAction
from wagtail.actions.edit import EditAction
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import CreateView, EditView

from contacts.enums import ContactAct
from contacts.errors import AlreadyErased
from contacts.models import Contact
from contacts.services.audit import note_change
from contacts.services.people import free_own_address, noted_edit
from contacts.wagtail_hooks.erasure import PERMISSION, erase_url


class AddPerson(CreateView):
    """The form for a new person, who is made now."""

    def get_initial_form_instance(self) -> Contact:
        return Contact(created_at=timezone.now())

    def save_instance(self) -> Any:
        """Save as Wagtail does, inside its transaction, with our line in the log for its own."""
        contact = CreateAction(
            self.form.instance, user=self.request.user, form=self.form, log_action=False
        ).execute(skip_permission_checks=True)
        note_change(
            contact=contact,
            action=ContactAct.CREATE,
            by=self.request.user,
            detail=contact.address_source,
            now=timezone.now(),
        )
        return contact


class EditPerson(EditView):
    """The form for a person who is there."""

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm(PERMISSION):
            url = erase_url(self.object)
            buttons.append(Button(_("Erase data"), url=url, icon_name="bin", priority=90))
        return buttons

    def save_instance(self) -> Any:
        """Save as Wagtail does, with our line in the log for its own. 404 when erased meanwhile."""
        user = self.request.user
        try:
            with noted_edit(contact_id=self.object.pk, by=user, now=timezone.now()):
                free_own_address(self.form.instance)
                return EditAction(
                    self.form.instance, user=user, form=self.form, log_action=False
                ).execute(skip_permission_checks=True)
        except AlreadyErased as error:
            raise Http404 from error
