"""The page of the builder: an audience in sentences, with who is in it beside it.

The form carries the whole state. Each button posts it, and the page is shown again; only *save*
writes. A script may fetch the same page without its frame (`X-Fragment`), and that is all it adds.
"""

import json
from abc import abstractmethod
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from base.figures import figure
from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.builder.drafts import Draft, DraftUnreadable, act, begin, read_tree
from campaigns.builder.kinds import choices
from campaigns.builder.nodes import nodes
from campaigns.enums import Exclusion
from campaigns.models import Segment
from campaigns.selectors.recipients import DryRun
from campaigns.services.segments import save_segment
from contacts.models import LANGUAGES, Contact
from contacts.selectors.people import contacts_with_places, search_people

_PER_PAGE = 50
_FOUND = 10

#: What a list shows beside those excluded for one reason.
RECIPIENTS, EXCLUDED = "recipients", "excluded"

_LANGUAGES = dict(LANGUAGES)


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list, with why not."""

    person: Contact
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at beside the tree: a list with its page, and one person."""

    listed: str = ""
    page: int = 1
    who: int = 0
    q: str = ""


class BuilderPage(WagtailAdminTemplateMixin, View):
    """What the builder of a mailing and that of a segment share."""

    header_icon = "group"
    request: HttpRequest
    kwargs: dict[str, Any]
    #: Whether somebody can be excluded: only of a mailing.
    has_rules = True

    # --- of each: what is stored, counted, listed, explained and saved -------------------------

    @abstractmethod
    def stored(self) -> Any:
        """Return the JSON that is stored."""

    @abstractmethod
    def count(self, data: dict[str, Any], condition: c.Condition) -> DryRun:
        """Count the people of an audience."""

    @abstractmethod
    def people(
        self, data: dict[str, Any], condition: c.Condition, asked: Asked, limit: int
    ) -> list[Line]:
        """Return a page of the list that is asked for, at most `limit` of it."""

    @abstractmethod
    def why(self, data: dict[str, Any], condition: c.Condition, contact: Contact) -> str:
        """Return a sentence on why this person, or why not."""

    @abstractmethod
    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Write it and go on. Raises ValidationError."""

    # --- requests ---------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(begin(self.stored()), Asked(), was=digest(self.stored()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        do, was = request.POST.get("do", ""), request.POST.get("was", "")
        asked = self._asked(do)
        try:
            tree = read_tree(request.POST.get("audience", ""))
        except DraftUnreadable as error:
            stored = begin(self.stored())
            return self.show(
                Draft(stored.tree, problems=(str(error),)), asked, was=digest(self.stored())
            )
        match do.partition(":")[0]:
            case "save":
                return self._save(Draft(tree), asked, was)
            case "read":
                return self._read(Draft(tree), asked, was)
            case "begin":
                return self.show(self._begin(Draft(tree)), asked, was=was)
            case "keep":
                return self.show(self._keep(Draft(tree)), asked, was=was)
        draft = act(tree, do, request.POST, hidden=self.hidden)
        return self.show(draft, asked, was=was)

    def _asked(self, do: str) -> Asked:
        posted = self.request.POST
        name, _colon, rest = do.partition(":")
        listed, page = posted.get("list", ""), 1
        who, q = posted.get("who", ""), posted.get("q", "")[:200]
        if name == "list":
            listed, _colon, wanted = rest.partition(":")
            page = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 7 else 1
        if name == "why":
            who = rest
        known = {"", RECIPIENTS, EXCLUDED, *Exclusion.values}
        return Asked(
            listed=listed if listed in known else "",
            page=max(1, page),
            who=int(who) if who.isascii() and who.isdecimal() and len(who) < 19 else 0,
            q=q if q.isprintable() else "",
        )

    def _save(self, draft: Draft, asked: Asked, was: str) -> HttpResponse:
        now_stored = digest(self.stored())
        if was != now_stored:
            words = _(
                "Somebody has changed this audience meanwhile. What you see is yours: save it "
                "again to keep yours, or reload the page to see theirs."
            )
            return self.show(Draft(draft.tree, problems=(words,)), asked, was=now_stored)
        try:
            return self.save(draft.audience)
        except ValidationError as error:
            return self.show(Draft(draft.tree, problems=tuple(error.messages)), asked, was=was)

    def _read(self, draft: Draft, asked: Asked, was: str) -> HttpResponse:
        typed = self.request.POST.get("json", "")
        try:
            return self.show(Draft(read_tree(typed)), asked, was=was)
        except DraftUnreadable as error:
            refused = Draft(draft.tree, problems=(str(error),))
            return self.show(refused, asked, was=was, typed=typed)

    def _begin(self, draft: Draft) -> Draft:
        """Copy a segment; what was there before is gone from the page, and stored as it was."""
        chosen = self.request.POST.get("segment", "")
        number = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0
        segment = Segment.objects.filter(pk=number).first()
        if segment is None:
            return Draft(draft.tree, problems=(_("Choose a segment to begin with."),))
        return begin(segment.audience)

    def _keep(self, draft: Draft) -> Draft:
        if not self.request.user.has_perm("campaigns.add_segment"):
            return draft
        name = self.request.POST.get("name", "")
        try:
            segment = save_segment(
                segment=Segment(),
                name=name,
                audience=draft.audience,
                by=user_of(self.request),
                now=timezone.now(),
            )
        except ValidationError as error:
            return Draft(draft.tree, problems=tuple(error.messages))
        messages.success(self.request, _("The segment “%s” is kept.") % segment.name)
        return draft

    # --- showing ----------------------------------------------------------------------------------

    @property
    def may_see_people(self) -> bool:
        policy = policy_registry.get_by_type(Contact)
        return bool(policy.user_has_any_permission(self.request.user, ["view", "add", "change"]))

    @property
    def hidden(self) -> frozenset[str]:
        """Kinds of conditions that this user may not fill in."""
        return frozenset() if self.may_see_people else frozenset({"contacts"})

    def show(self, draft: Draft, asked: Asked, *, was: str, typed: str = "") -> HttpResponse:
        """Return the page, or the changing part of it alone for the script."""
        is_part = self.request.headers.get("X-Fragment") == "1"
        context = {"is_part": True} if is_part else self.get_context_data()
        context |= self._tree(draft, was, typed) | self._standing(draft, asked)
        name = "builder_part" if is_part else "builder"
        return render(self.request, f"campaigns/admin/{name}.html", context)

    def _tree(self, draft: Draft, was: str, typed: str) -> dict[str, Any]:
        language = get_language() or "nl"
        condition = draft.condition
        may_keep = self.request.user.has_perm("campaigns.add_segment") and self.has_rules
        return {
            "root": nodes(draft, language, hidden=self.hidden),
            "sentence": audience.sentence(condition, language) if condition else "",
            "editing": draft.editing,
            "problems": draft.problems,
            "state": json.dumps(draft.tree, ensure_ascii=False),
            "was": was,
            "typed": typed or json.dumps(draft.audience, ensure_ascii=False, indent=2),
            "is_typed": bool(typed),
            "kinds": [
                (heading, [pair for pair in pairs if pair[0] not in self.hidden])
                for heading, pairs in choices()
            ],
            "segments": list(Segment.objects.order_by("name").values_list("pk", "name")),
            "may_keep": may_keep,
            "has_rules": self.has_rules,
        }

    def _standing(self, draft: Draft, asked: Asked) -> dict[str, Any]:
        """Who is in it: counted, and listed when that is asked."""
        condition, data = draft.condition, draft.audience
        shown: dict[str, Any] = {"asked": asked, "may_see_people": self.may_see_people}
        if condition is None:
            return shown
        numbers = self.count(data, condition)
        shown |= {
            "numbers": numbers,
            "people_figure": figure(numbers.recipients),
            "organisations_figure": figure(numbers.organisations),
            "languages": [
                (_LANGUAGES[code], figure(number)) for code, number in numbers.languages.items()
            ],
            "excluded": [
                (reason, str(Exclusion(reason).label), figure(number))
                for reason, number in sorted(numbers.excluded.items(), key=lambda each: -each[1])
            ],
            "excluded_figure": figure(sum(numbers.excluded.values())),
        }
        if asked.listed:
            lines = self.people(data, condition, asked, _PER_PAGE + 1)
            shown |= {"lines": lines[:_PER_PAGE], "has_more": len(lines) > _PER_PAGE}
        return shown | self._why(data, condition, asked)

    def _why(self, data: dict[str, Any], condition: c.Condition, asked: Asked) -> dict[str, Any]:
        if not self.may_see_people:
            return {}
        person, found = None, []
        if asked.who:
            person = Contact.objects.filter(pk=asked.who).first()
        elif asked.q.strip():
            found = self._search(asked.q)
            person = found[0] if len(found) == 1 else None
        return {
            "person": person,
            "answer": self.why(data, condition, person) if person else "",
            "found": found[:_FOUND] if person is None else [],
            "found_more": len(found) > _FOUND,
            "found_nobody": bool(asked.q.strip()) and not found and person is None,
        }

    def _search(self, text: str) -> list[Contact]:
        today = timezone.localdate()
        rows = search_people(text, today).order_by("sort_key", "pk")
        return list(contacts_with_places(rows, today)[: _FOUND + 1])


def digest(data: Any) -> str:
    """Return a short name of what is stored, to notice that somebody else changed it."""
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def user_of(request: HttpRequest) -> User:
    """Return who is logged in; the admin lets nobody else in."""
    return cast("User", request.user)
