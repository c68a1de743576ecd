"""Forms: they validate and never save. The API uses the same ones, without what guards a page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.crypto import get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import tokens
from contacts.addresses import address_key
from contacts.enums import Purpose
from contacts.errors import AddressInvalid, NameMissing
from contacts.names import name_key
from content.dates import when
from content.enums import Eligibility
from content.models import Session
from content.questions import Answer, Question, questions_of
from participation.answers import ALWAYS_ASKED, Asked, OwnQuestions
from participation.errors import DeclarationMissing
from participation.plain_text import NAME_LENGTH, no_host, no_web_address, single_line
from participation.selectors.applicants import claims_membership
from participation.selectors.sessions import is_dated
from participation.services.sign_up import OwnAnswers, Typed

#: Faster than this, no person has read and filled in the form.
FASTEST = timedelta(seconds=2)
#: A page that stood open longer than this is asked to send the form once more.
OLDEST = timedelta(days=1)

#: The purposes that a sign-up form can ask consent for.
CONSENTS = ((Purpose.INVITATIONS, _("Mail me invitations for other sessions on this theme")),)

_GONE = _("You cannot sign up for one of these sessions any more. Look at the list once more.")


def _line(label: Any, *, length: int, autocomplete: str = "", **options: Any) -> forms.CharField:
    attrs = {"autocomplete": autocomplete} if autocomplete else {}
    return forms.CharField(
        label=label,
        max_length=length,
        validators=[single_line, no_web_address],
        widget=forms.TextInput(attrs=attrs),
        **options,
    )


def _name(label: Any, *, length: int = NAME_LENGTH, **options: Any) -> forms.CharField:
    field = _line(label, length=length, **options)
    field.validators.append(no_host)
    return field


class AnswersForm(forms.Form):
    """What somebody wants from the session, and the questions of its own.

    `is_asked` is false where nothing is required: behind a personal link, and for an organiser.
    """

    use_required_attribute = False

    need = forms.CharField(
        label=_("What do you need from this session?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    learning_question = forms.CharField(
        label=_("What would you like to learn?"),
        help_text=_("A question that you or your organisation would like to see answered."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        questions: Sequence[Question] = (),
        is_asked: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own = OwnQuestions({question.id: question for question in questions})
        self._ask(self.own.fields(is_asked=is_asked))

    @property
    def asked(self) -> list[Asked]:
        """The questions of the session's own, to be shown one below the other."""
        return self.own.asked(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.own.forget_what_does_not_apply(self, cleaned)
        return cleaned

    def answers(self) -> dict[str, Answer]:
        """Return what was answered, without what was left open and without what is private."""
        given = {name: self.cleaned_data.get(name, "") for name in ALWAYS_ASKED}
        own = self.own.given(self.cleaned_data, private=False)
        return {name: text for name, text in given.items() if text} | own

    def private_answers(self) -> dict[str, Answer]:
        """Return the answers that are kept apart, by the id of the question."""
        return self.own.given(self.cleaned_data, private=True)

    def _ask(self, own: dict[str, forms.Field]) -> None:
        """Let a session's own questions follow those that are always asked."""
        others = list(self.fields)
        place = others.index("learning_question") + 1
        self.fields.update(own)
        self.order_fields([*others[:place], *own, *others[place:]])


class SeveralSessions(AnswersForm):
    """One tick a session, in the field `ticked_in`. What a session asks of its own counts, and has
    to be answered, only when it is ticked."""

    ticked_in = ""
    by_slug: dict[str, Session]
    own_of: dict[str, OwnQuestions]

    @property
    def ticks(self) -> forms.BoundField:
        return self[self.ticked_in]

    @property
    def asked_of(self) -> list[tuple[OwnQuestions, list[Asked]]]:
        """The questions of the sessions' own, by session."""
        return [(own, own.asked(self)) for own in self.own_of.values()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        ticked = cleaned.get(self.ticked_in, [])
        for slug, own in self.own_of.items():
            own.forget_what_does_not_apply(self, cleaned, is_asked=slug in ticked)
        return cleaned

    def chosen(self) -> list[Session]:
        """Return the sessions that were ticked, in the order of the form."""
        ticked = self.cleaned_data.get(self.ticked_in, [])
        return [session for slug, session in self.by_slug.items() if slug in ticked]

    def own_answers(self) -> dict[str, OwnAnswers]:
        """Return what was answered to the questions of the ticked sessions, by their slugs."""
        cleaned = self.cleaned_data
        return {
            slug: OwnAnswers(own.given(cleaned, private=False), own.given(cleaned, private=True))
            for slug, own in self.own_of.items()
            if slug in cleaned.get(self.ticked_in, [])
        }

    def _offer(self, sessions: Sequence[Session], language: str) -> dict[str, forms.Field]:
        """Note the sessions that can be ticked, and return the fields of what they ask."""
        self.by_slug = {session.slug: session for session in sessions}
        self.own_of = {
            session.slug: OwnQuestions(
                {each.id: each for each in questions_of(session, language)},
                slug=session.slug,
                title=session.title(language),
            )
            for session in sessions
            if is_dated(session) and questions_of(session, language)
        }
        return {
            name: field
            for own in self.own_of.values()
            for name, field in own.fields(is_asked=True).items()
        }


class InvitationForm(SeveralSessions):
    """The personal link: one button is enough, but for who has to declare the theme.

    Only another session of the series that is ticked may ask something that has to be answered.
    """

    ticked_in = "others"
    works_on_theme = forms.BooleanField(
        label=_("My organisation works on this theme"), required=False
    )
    field_order = ["others", "works_on_theme", "need", "learning_question"]

    others = forms.MultipleChoiceField(
        label=_("Would you also like to join these sessions of the series?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _GONE},
    )

    def __init__(
        self,
        *args: Any,
        needs_declaration: bool,
        others: Sequence[Session] = (),
        language: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        asked = self._offer(others, language)
        self.fields.update(asked)
        self.order_fields(["others", *asked])
        cast("forms.MultipleChoiceField", self.fields["others"]).choices = [
            (session.slug, f"{session.title(language)} ({when(session, language)})")
            for session in others
        ]
        if not others:
            del self.fields["others"]
        if needs_declaration:
            self.fields["works_on_theme"].required = True
            self.fields["works_on_theme"].error_messages["required"] = _(
                "Tick this to sign up: this session is for organisations that work on the theme."
            )
        elif not any(map(asks_declaration, others)):
            del self.fields["works_on_theme"]


class AddressForm(forms.Form):
    """Asks for an address. `now` is the moment of this request."""

    use_required_attribute = False

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        try:
            address_key(email)
        except AddressInvalid as error:
            raise ValidationError(str(error), code=error.code) from error
        return email


class PersonForm(AddressForm, AnswersForm):
    """Who somebody is who signs up in public.

    Whether a declaration is asked depends on what was typed alone, so that nobody learns whom we
    know. `claimed` are the sessions for which it is asked.
    """

    claimed: Sequence[Session] = ()

    given_name = _name(_("First name"), autocomplete="given-name")
    family_name_prefix = _name(
        _("Prefix"),
        length=30,
        autocomplete="additional-name",
        required=False,
        help_text=_("Such as “de” or “van der”."),
    )
    family_name = _name(_("Family name"), autocomplete="family-name")
    organisation = _line(_("Organisation"), length=200, autocomplete="organization", required=False)
    function = _line(_("Function"), length=160, autocomplete="organization-title", required=False)
    works_on_theme = forms.BooleanField(
        label=_("My organisation works on this theme"),
        required=False,
        help_text=_("Needed if your organisation is not a member."),
    )
    consent = forms.MultipleChoiceField(
        label=_("Stay in touch"),
        choices=CONSENTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = [
        "email", "given_name", "family_name_prefix", "family_name", "organisation", "function",
        "works_on_theme", "need", "learning_question", "consent",
    ]  # fmt: skip

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language

    def clean_organisation(self) -> str:
        organisation: str = self.cleaned_data["organisation"]
        if organisation and not name_key(organisation):  # accents without a letter below them
            raise ValidationError(str(NameMissing()), code=NameMissing.code)
        return organisation

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "email" in cleaned and any(
            self._lacks_declaration(session, cleaned) for session in self.claimed
        ):
            error = DeclarationMissing()
            self.add_error("works_on_theme", ValidationError(str(error), code=error.code))
        return cleaned

    def typed(self) -> Typed:
        """Return what was typed, for participation.services.request_registration."""
        cleaned = self.cleaned_data
        wording = " ".join(
            gettext(str(label)) for purpose, label in CONSENTS if purpose in cleaned["consent"]
        )
        return Typed(
            email=cleaned["email"],
            given_name=cleaned["given_name"],
            family_name_prefix=cleaned["family_name_prefix"],
            family_name=cleaned["family_name"],
            organisation=cleaned["organisation"],
            function=cleaned["function"],
            language=self.language,
            answers=self.answers(),
            private=self.private_answers(),
            works_on_theme=cleaned.get("works_on_theme", False),
            consent=list(cleaned["consent"]),
            consent_wording=wording,
        )

    def _lacks_declaration(self, session: Session, cleaned: dict[str, Any]) -> bool:
        return not cleaned.get("works_on_theme") and not claims_membership(
            session=session,
            address_key=address_key(cleaned["email"]),
            organisation=cleaned.get("organisation", ""),
            now=self.now,
        )


def asks_declaration(session: Session) -> bool:
    """Whether who signs up for the session, and speaks for no member, has to declare the theme."""
    return session.eligibility == Eligibility.THEME and is_dated(session)


class SignUpForm(PersonForm):
    """The public form of a session."""

    def __init__(self, *args: Any, session: Session, language: str, **kwargs: Any) -> None:
        # Who wants to hear when it is, has no answers yet.
        questions = questions_of(session, language) if is_dated(session) else []
        kwargs = {"questions": questions, "is_asked": True} | kwargs
        super().__init__(*args, language=language, **kwargs)
        if asks_declaration(session):
            self.claimed = [session]
        else:
            del self.fields["works_on_theme"]


class SeriesSignUpForm(SeveralSessions, PersonForm):
    """The public form of a series. `sessions` are those that can be ticked."""

    ticked_in = "sessions"

    sessions = forms.MultipleChoiceField(
        label=_("Which sessions would you like to join?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick at least one session."),
            "invalid_choice": _GONE,
        },
    )
    field_order = ["sessions", *PersonForm.field_order]

    def __init__(
        self, *args: Any, sessions: Sequence[Session], language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, language=language, **kwargs)
        self._ask(self._offer(sessions, language))
        cast("forms.MultipleChoiceField", self.fields["sessions"]).choices = [
            (session.slug, session.title(language)) for session in sessions
        ]
        if not any(map(asks_declaration, sessions)):
            del self.fields["works_on_theme"]

    def clean_sessions(self) -> list[str]:
        slugs: list[str] = self.cleaned_data["sessions"]
        self.claimed = [
            self.by_slug[slug] for slug in slugs if asks_declaration(self.by_slug[slug])
        ]
        return slugs


class GuardedForm(forms.Form):
    """What guards a form on a page: a field that people do not see, and the page's age."""

    now: datetime

    #: People leave it empty, since they do not see it.
    website = forms.CharField(required=False)
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stamp"].initial = make_stamp(self.now)

    @property
    def is_trapped(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get(self.add_prefix("website"), "").strip())

    @property
    def act(self) -> str:
        """A name for this one page as it was handed out: sent twice, it is one act.

        Of a valid form only: what surrounds the signed text would make it another act.
        """
        return str(self.cleaned_data["stamp"]).partition(".")[0]

    def clean_stamp(self) -> str:
        stamp: str = self.cleaned_data["stamp"]
        age = _age(stamp, self.now)
        if age is None or age > OLDEST:
            self._stamp_anew()
            raise ValidationError(
                _("This page stood open for a long time. Send the form once more."), code="old"
            )
        if age < FASTEST:
            raise ValidationError(
                _("That was very fast. Check what you filled in and send the form once more."),
                code="fast",
            )
        return stamp

    def _stamp_anew(self) -> None:
        """Show the form again with a fresh stamp, so that sending it once more works."""
        data = cast("QueryDict", self.data).copy()
        data["stamp"] = make_stamp(self.now)
        self.data = data


class Guard(GuardedForm):
    """The guard alone, for a page that has the rest of its form from memory."""

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.now = now
        super().__init__(*args, **kwargs)


class SignUpPageForm(GuardedForm, SignUpForm):
    """The public form of a session as a page shows it."""

    field_order = [*SignUpForm.field_order, "website", "stamp"]


class SeriesPageForm(GuardedForm, SeriesSignUpForm):
    """The public form of a series as a page shows it."""

    field_order = [*SeriesSignUpForm.field_order, "website", "stamp"]


class ResendForm(GuardedForm, AddressForm):
    """Ask for the mail with the button once more, by typing the address again."""


def make_stamp(now: datetime) -> str:
    """Return a signed text that says when a page was handed out, and sets it apart from others."""
    return tokens.make("form", get_random_string(12), int(now.timestamp()))


def _age(stamp: str, now: datetime) -> timedelta | None:
    try:
        _nonce, seconds = tokens.read("form", stamp)
    except (tokens.TokenInvalid, ValueError):
        return None
    return timedelta(seconds=now.timestamp() - int(seconds))
