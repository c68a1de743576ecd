"""Consents in the admin: the ledger of one person, a consent by hand, mail stopped by hand.

The ledger is append-only: a row is added or dated, never edited or deleted. Nobody here lifts a
suppression: only the person does.
"""

from abc import abstractmethod
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton

from contacts.errors import AlreadyWithdrawn
from contacts.forms.consents import ConsentForm, StopForm, WithdrawForm
from contacts.models import ConsentRecord, Contact
from contacts.selectors.groups import group_of
from contacts.selectors.ledger import consents_of, suppressions_of
from contacts.selectors.preferences import preferences_of
from contacts.selectors.streams import EVERYTHING, names_of, read
from contacts.services.consents import add_consent, withdraw_consent
from contacts.services.suppressions import block_address

PEOPLE = "wagtailsnippets_contacts_contact"
GROUPS = "wagtailsnippets_contacts_optingroup"
SUPPRESSIONS = "wagtailsnippets_contacts_suppression"


class _ConsentPage(WagtailAdminTemplateMixin, View):
    """What the pages share: who may see them, and where they stand."""

    permission = ""
    header_icon = "clipboard-list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def trail(self, *steps: tuple[str, str]) -> list[dict[str, Any]]:
        """Return the breadcrumbs: the list of people, the given steps, and this page."""
        home = {"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")}
        people = {"url": reverse(f"{PEOPLE}:list"), "label": _("People")}
        rest = [{"url": url, "label": label} for url, label in steps]
        return [home, people, *rest, {"url": "", "label": self.get_page_title()}]

    def steps_of(self, contact: Contact) -> list[tuple[str, str]]:
        """Return the way to a person's ledger, as far as the user may go."""
        url = ledger_url(contact)
        may_see = self.request.user.has_perm(PersonLedger.permission)
        return [(url, str(contact))] if may_see else []


class PersonLedger(_ConsentPage):
    """What one person agreed to, what they chose, and what mail they do not get."""

    template_name = "contacts/admin/consents.html"
    permission = "contacts.view_consentrecord"

    def get(self, request: HttpRequest, contact_id: int) -> HttpResponse:
        self.contact = get_object_or_404(Contact.objects.present(), pk=contact_id)
        consents = list(consents_of(self.contact))
        stops = list(suppressions_of(self.contact))
        about = {(row.purpose, row.topic) for row in consents}
        names = names_of(about | {(row.purpose, row.topic) for row in stops})
        context = self.get_context_data(
            contact=self.contact,
            consents=[(row, names[row.purpose, row.topic]) for row in consents],
            stops=[(row, names[row.purpose, row.topic]) for row in stops],
            shown=preferences_of(self.contact, timezone.localdate()),
            may_record=request.user.has_perm(RecordConsent.permission),
        )
        return self.render_to_response(context)

    def get_page_title(self) -> str:
        return _("Consents and blocks: %(person)s") % {"person": self.contact}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        person = (reverse(f"{PEOPLE}:inspect", args=[self.contact.pk]), str(self.contact))
        return self.trail(person)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        user, buttons = self.request.user, []
        if user.has_perm(RecordConsent.permission):
            url = record_url(contact=self.contact.pk)
            buttons.append(HeaderButton(_("Record a consent"), url=url, icon_name="plus"))
        if user.has_perm(StopMail.permission) and self.contact.email:
            url = stop_url(contact=self.contact.pk)
            buttons.append(HeaderButton(_("Stop mail"), url=url, icon_name="no-view"))
        return buttons


class _FormPage(_ConsentPage):
    """A page with one form."""

    template_name = "contacts/admin/consent_form.html"
    form_class: Any = None
    explanation: Any = ""
    button: Any = ""

    def initial(self) -> dict[str, Any]:
        return {}

    @abstractmethod
    def done(self, form: Any) -> HttpResponse:
        """Do what the valid form says, and answer."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self._page(self.form_class(initial=self.initial()))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        return self.done(form) if form.is_valid() else self._page(form, status=422)

    def _page(self, form: Any, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            media=form.media,
            explanation=self.explanation,
            button=self.button,
            action=self.request.get_full_path(),
            back=self.back_url(),
        )
        return self.render_to_response(context, status=status)

    def back_url(self) -> str:
        """Where the page was opened from: a group, a person, or else the list of people."""
        group = group_of(*read(self.request.GET.get("about", "")))
        contact = self.asked()
        if group is not None:
            return reverse(f"{GROUPS}:inspect", args=[group.pk])
        if contact is not None and self.steps_of(contact):
            return ledger_url(contact)
        return reverse(f"{PEOPLE}:list")

    def asked(self) -> Contact | None:
        """Return the person for whom the page was opened, if it was for one."""
        given = self.request.GET.get("contact", "")
        is_number = given.isascii() and given.isdigit() and len(given) < 19
        return Contact.objects.present().filter(pk=given).first() if is_number else None

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        contact = self.asked()
        return self.trail(*(self.steps_of(contact) if contact else []))


class RecordConsent(_FormPage):
    """A consent that a person gave elsewhere, such as by phone or on paper."""

    permission = "contacts.add_consentrecord"
    form_class = ConsentForm
    page_title = gettext_lazy("Record a consent")
    button = gettext_lazy("Record this consent")
    explanation = gettext_lazy(
        "Only for what a person told us themselves. Who unsubscribed stays unsubscribed, whatever "
        "you record here: only they can undo that."
    )

    def initial(self) -> dict[str, Any]:
        return {"contact": self.asked(), "about": self.request.GET.get("about", "")}

    def done(self, form: ConsentForm) -> HttpResponse:
        said = form.cleaned_data
        contact = said["contact"]
        purpose, topic = read(said["about"])
        add_consent(
            contact=contact,
            purpose=purpose,
            topic=topic,
            basis=said["basis"],
            source_detail=said["source_detail"],
            wording=said["wording"],
            by=self.request.user,
            now=timezone.now(),
        )
        messages.success(self.request, _("Recorded for %(person)s.") % {"person": contact})
        if suppressions_of(contact, purpose=purpose, topic=topic).exists():
            text = _(
                "%(person)s unsubscribed or cannot be reached, and so still gets no mail of this "
                "kind. Only they can change that, by the link at the foot of any mail."
            )
            messages.warning(self.request, text % {"person": contact})
        return redirect(self.back_url())


class WithdrawConsent(_FormPage):
    """Asks before a consent is dated as withdrawn, which nobody can undo."""

    permission = "contacts.add_consentrecord"
    form_class = WithdrawForm
    page_title = gettext_lazy("Withdraw a consent")
    button = gettext_lazy("Yes, withdraw it")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = ConsentRecord.objects.select_related("contact")
        self.record = get_object_or_404(rows, pk=kwargs["consent_id"])
        name = names_of({(self.record.purpose, self.record.topic)})
        self.explanation = _(
            "%(person)s agreed to: %(what)s. The record stays, with the day on which it was "
            "withdrawn. This cannot be undone; a new consent can be recorded."
        ) % {"person": self.record.contact, "what": next(iter(name.values()))}

    def asked(self) -> Contact | None:
        return self.record.contact

    def done(self, form: WithdrawForm) -> HttpResponse:
        try:
            withdraw_consent(
                consent_id=self.record.pk,
                by=self.request.user,
                detail=form.cleaned_data["detail"],
                now=timezone.now(),
            )
        except AlreadyWithdrawn as error:
            messages.warning(self.request, str(error))
        else:
            messages.success(self.request, _("Withdrawn."))
        return redirect(self.back_url())


class StopMail(_FormPage):
    """Stops mail to an address, of somebody we know or not. Nobody here can undo it."""

    permission = "contacts.add_suppression"
    header_icon = "no-view"
    form_class = StopForm
    page_title = gettext_lazy("Stop mail to an address")
    button = gettext_lazy("Stop this mail")
    explanation = gettext_lazy(
        "This holds for good, also after an import. Nobody here can undo it: only the person can, "
        "by the link at the foot of any mail. Answers to what they do themselves still come."
    )

    def initial(self) -> dict[str, Any]:
        contact = self.asked()
        return {"email": contact.email if contact else ""}

    def done(self, form: StopForm) -> HttpResponse:
        said = form.cleaned_data
        purpose, topic = read(said["about"])
        block_address(
            email=said["email"],
            purpose=None if purpose == EVERYTHING else purpose,
            topic=topic,
            reason=said["reason"],
            detail=said["detail"],
            by=self.request.user,
            now=timezone.now(),
        )
        messages.success(self.request, _("This mail no longer goes to the address."))
        return redirect(self.back_url())

    def back_url(self) -> str:
        return super().back_url() if self.asked() else reverse(f"{SUPPRESSIONS}:list")


def ledger_url(contact: Contact) -> str:
    """The page with the consents of one person and the mail that is stopped."""
    return reverse("contact_consents:person", args=[contact.pk])


def record_url(**opened_for: Any) -> str:
    """The form for a consent; `contact` is an id, `about` a purpose with its topic."""
    return f"{reverse('contact_consents:record')}?{urlencode(opened_for)}"


def stop_url(**opened_for: Any) -> str:
    """The form that stops mail; `contact` is an id."""
    return f"{reverse('contact_consents:stop')}?{urlencode(opened_for)}"


class ConsentViewSet(ViewSet):
    name = "contact_consents"
    url_prefix = "contacts/consents"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("<int:contact_id>/", PersonLedger.as_view(), name="person"),
            path("record/", RecordConsent.as_view(), name="record"),
            path("withdraw/<int:consent_id>/", WithdrawConsent.as_view(), name="withdraw"),
            path("stop/", StopMail.as_view(), name="stop"),
        ]


@hooks.register("register_admin_viewset")
def register_consents() -> ConsentViewSet:
    return ConsentViewSet()
