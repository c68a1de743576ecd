"""An organiser signs up somebody who phoned, or who is at the door."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.choosers import RowChooser
from contacts.errors import ContactsError
from contacts.models import LANGUAGES, Contact
from participation.errors import ParticipationError
from participation.forms import SignUpForm
from participation.models import Registration
from participation.services.organiser import register_typed
from participation.services.sign_up import Typed
from participation.services.walk_ins import register_typed_walk_in
from participation.wagtail_hooks.desk.pages import ADD_PERMISSION, SessionView


class OrganiserForm(SignUpForm):
    """The form that visitors fill in, for somebody else: a person whom we know, or typed in.

    Nothing is required that the organiser may not have at hand; no consent is given by others.
    """

    contact = forms.ModelChoiceField(
        label=gettext_lazy("Somebody whom we know"),
        queryset=Contact.objects.filter(erased_at=None),
        required=False,
        help_text=gettext_lazy("Or leave this empty, and type in who it is."),
    )
    mail_language = forms.ChoiceField(
        label=gettext_lazy("Language of the mails"), choices=LANGUAGES, initial="nl"
    )
    field_order = ["contact", *SignUpForm.field_order]

    def __init__(self, *args: Any, needs_address: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs_address = needs_address
        # The organiser vouches for whoever it is.
        self.claimed = ()
        for name in ("works_on_theme", "consent"):
            self.fields.pop(name, None)
        for field in self.fields.values():
            field.required = False
        self.fields["contact"].widget = RowChooser(Contact)
        self.fields["need"].label = _("What does this person need from the session?")
        self.fields["learning_question"].label = _("What would this person like to learn?")
        self.fields["learning_question"].help_text = ""

    def clean_email(self) -> str:
        return super().clean_email() if self.cleaned_data.get("email") else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() | {"consent": []}
        cleaned["mail_language"] = cleaned.get("mail_language") or "nl"
        if cleaned.get("contact") or "contact" in self.errors:
            return cleaned
        needed = ["given_name", "family_name", *(["email"] if self.needs_address else [])]
        for name in needed:
            if not cleaned.get(name) and name not in self.errors:
                message = _("Choose somebody above, or fill this in.")
                self.add_error(name, ValidationError(message, code="required"))
        return cleaned

    def typed(self) -> Typed:
        return replace(super().typed(), language=self.cleaned_data["mail_language"])


class RegisterPerson(SessionView):
    """Sign up somebody who mailed or phoned: the same rules for seats, and the same mail."""

    template_name = "participation/admin/register.html"
    permission = ADD_PERMISSION
    needs_address = True

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.heading()}]

    def heading(self) -> str:
        return _("Sign somebody up")

    def explanation(self) -> str:
        return _(
            "The person gets a seat at once, or a place on the waiting list, and a mail that says "
            "so. Sign-up may be closed."
        )

    def form(self, data: Any = None) -> OrganiserForm:
        return OrganiserForm(
            data,
            session=self.session,
            now=timezone.now(),
            language=self.language,
            needs_address=self.needs_address,
        )

    def register(self, form: OrganiserForm) -> Registration:
        return register_typed(
            session=self.session,
            typed=form.typed(),
            contact=form.cleaned_data["contact"],
            by=self.request.user,
            now=timezone.now(),
        )

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        return self._show(self.form())

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        try:
            row = self.register(form)
        except (ParticipationError, ContactsError) as error:
            form.add_error(None, str(error))
            return self._show(form, status=422)
        said = {"person": row.contact, "state": capfirst(row.get_state_display())}
        messages.success(request, _("%(person)s: %(state)s.") % said)
        return redirect(self.url("register" if "more" in request.POST else self.tab))

    def _show(self, form: OrganiserForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            heading=self.heading(),
            explanation=self.explanation(),
            back=self.url(self.tab),
        )
        return self.render_to_response(context, status=status)


class RegisterWalkIn(RegisterPerson):
    """Somebody is at the door: registered and present at once, full or not. Nobody is mailed."""

    tab = "attendance"
    needs_address = False

    def heading(self) -> str:
        return _("Walk-in")

    def explanation(self) -> str:
        return _(
            "Somebody is there without having signed up: registered and present at once, also when "
            "it is full. No mail goes out. An address is not needed."
        )

    def register(self, form: OrganiserForm) -> Registration:
        return register_typed_walk_in(
            session=self.session,
            typed=form.typed(),
            contact=form.cleaned_data["contact"],
            by=self.request.user,
            now=timezone.now(),
        )
