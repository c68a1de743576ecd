"""What this room adds to the admin."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.models import Permission, User
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from campaigns.approvals import ApprovalPanel, register_approval_actions
from campaigns.beginning.buttons import begin_url
from campaigns.beginning.sessions import SessionChooser, session_chooser
from campaigns.builder.segments import segments
from campaigns.chosen import MailChosen
from campaigns.dashboard import AttentionPanel, HoldPanel, NextPanel, TourPanel
from campaigns.models import Mailing
from campaigns.planner import PlanViewSet
from campaigns.planner.pages import plan_url
from campaigns.release import ReleaseViewSet
from campaigns.selectors.hold import current_hold
from campaigns.services.settling import SETTLE, UNSETTLE
from campaigns.viewsets import viewset
from contacts.models import Contact
from content.models import SeriesPage, Session, SessionPage

register_snippet(viewset)
register_snippet(segments)
hooks.register("register_bulk_action", MailChosen)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        Q(content_type__app_label="campaigns", codename="send_mailing")
        | Q(content_type__app_label="base", codename="release_mail")
    )


@hooks.register("register_admin_viewset")
def register_release() -> ReleaseViewSet:
    return ReleaseViewSet("mail_release")


@hooks.register("register_admin_viewset")
def register_session_chooser() -> SessionChooser:
    return session_chooser


@hooks.register("register_admin_viewset")
def register_plans() -> PlanViewSet:
    return PlanViewSet("mailing_plans")


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("campaigns.plan", _("Plan"), _("Planned"))
    actions.register_action("campaigns.pause", _("Pause"), _("Paused"))
    actions.register_action("campaigns.resume", _("Resume"), _("Resumed"))
    actions.register_action("campaigns.cancel", _("Cancel"), _("Cancelled"))
    actions.register_action("campaigns.repeat", _("Repeat"), _("Planned as a repetition"))
    actions.register_action("campaigns.withdraw", _("Withdraw"), _("Withdrawn"))
    actions.register_action("campaigns.rest", _("Send to the rest"), _("Sent to the rest"))
    actions.register_action("campaigns.resolve", _("Decide"), _("Took mails in doubt for sent"))
    actions.register_action("campaigns.again", _("Send again"), _("Put mails back in the queue"))
    actions.register_action("campaigns.archive", _("Archive"), _("Put in the public archive"))
    actions.register_action(
        "campaigns.unarchive", _("Take out of the archive"), _("Taken out of the public archive")
    )
    actions.register_action(SETTLE, _("Settle"), _("Said that what it waits for is settled"))
    actions.register_action(UNSETTLE, _("Unsettle"), _("Said that it is not settled after all"))
    register_approval_actions(actions)
    actions.register_action("campaigns.release", _("Release mail"), _("Released mail"))


@hooks.register("before_delete_snippet")
def keep_what_was_sent(request: HttpRequest, instances: Sequence[Model]) -> HttpResponse | None:
    """Turn back from deleting a mailing that has a ledger: what was sent, and to whom, stays."""
    ids = [each.pk for each in instances if isinstance(each, Mailing)]
    started = Mailing.objects.filter(pk__in=ids, deliveries__isnull=False).distinct()
    names = ", ".join(f"“{each}”" for each in started)
    if not names:
        return None
    text = _("Not deleted: %(names)s. What was sent, and to whom, is kept.")
    messages.error(request, text % {"names": names})
    return redirect(viewset.get_url_name("list"))


@hooks.register("session_desk_buttons")
def mail_participants(request: HttpRequest, session: Session) -> list[Button]:
    if not request.user.has_perm("campaigns.add_mailing"):
        return []
    url = begin_url(**{"with": "registered", "session": session.slug})
    return [Button(_("Mail the participants"), url=url, icon_name="mail")]


@hooks.register("person_buttons")
def explain_mail(request: HttpRequest, person: Contact) -> list[Button]:
    if not request.user.has_perm("campaigns.view_mailing"):
        return []
    url = reverse("mailing_plans:person", args=[person.pk])
    return [Button(_("Which mailings, and why"), url=url, icon_name="mail", priority=15)]


@hooks.register("session_header_buttons")
def plan_of_session(request: HttpRequest, session: Session) -> list[Button]:
    if not request.user.has_perm("campaigns.view_mailing"):
        return []
    return [HeaderButton(_("Plan"), url=plan_url(session), icon_name="calendar-alt")]


@hooks.register("register_page_header_buttons")
def plan_of_page(page: Page, user: User, view_name: str, next_url: str = "") -> list[Button]:
    """The plan of a series, or of a session that was published."""
    whole = page.session if isinstance(page, SessionPage) else page
    if not isinstance(whole, SeriesPage | Session) or not user.has_perm("campaigns.view_mailing"):
        return []
    url = plan_url(whole)
    return [Button(_("Plan of the mailings"), url=url, icon_name="calendar-alt", priority=80)]


@hooks.register("construct_homepage_panels")
def add_attention(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("campaigns.view_mailing"):
        panels += [NextPanel(), AttentionPanel(), ApprovalPanel()]
        if current_hold() is not None:
            panels.append(HoldPanel())
    if request.user.has_perm("campaigns.add_mailing"):
        panels.append(TourPanel())


@hooks.register("first_page_buttons")
def begin_invitation(request: HttpRequest) -> list[Button]:
    if not request.user.has_perm("campaigns.add_mailing"):
        return []
    url = begin_url(**{"with": "invitation"})
    return [Button(_("New invitation"), url=url, icon_name="mail", priority=20)]
