"""Forms: they validate and never save. The API uses the same ones, without what guards a page."""

import unicodedata
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
from content.enums import Eligibility
from content.models import Session
from participation.errors import DeclarationMissing
from participation.selectors.applicants import claims_membership
from participation.selectors.sessions import is_dated
from participation.services.sign_up import Typed

#: Faster than this, no person has read and filled in the form.
FASTEST = timedelta(seconds=2)
#: A page that stood open longer than this is asked to send the form once more.
OLDEST = timedelta(days=1)

#: Unicode's bidirectional overrides and isolates.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

#: The purposes that a sign-up form can ask consent for.
CONSENTS = ((Purpose.INVITATIONS, _("Mail me invitations for other sessions on this theme")),)


def single_line(text: str) -> None:
    """Refuse line ends, control characters and signs that turn the direction of the text around.

    It ends up in mail headers and lists. (Joiners stay: some scripts need them.)
    """
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") or sign in _TURNS for sign in text):
        raise ValidationError(_("Write this on one line, without special signs."), code="signs")


def no_web_address(text: str) -> None:
    """A name with a web address in it would turn our mail into somebody's advertisement."""
    lowered = text.casefold()
    if "://" in lowered or "www." in lowered or "@" in lowered:
        raise ValidationError(_("Write a name, without a web or mail address."), code="address")


def _line(label: Any, *, length: int, autocomplete: str = "", **options: Any) -> forms.CharField:
    attrs = {"autocomplete": autocomplete} if autocomplete else {}
    return forms.CharField(
        label=label,
        max_length=length,
        validators=[single_line, no_web_address],
        widget=forms.TextInput(attrs=attrs),
        **options,
    )


class AnswersForm(forms.Form):
    """What somebody wants from the session; nothing is required."""

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

    def answers(self) -> dict[str, str]:
        """Return what was answered, without what was left open."""
        given = {name: self.cleaned_data.get(name, "") for name in ("need", "learning_question")}
        return {name: text for name, text in given.items() if text}


class InvitationForm(AnswersForm):
    """The personal link: one button is enough, but for who has to declare the theme."""

    works_on_theme = forms.BooleanField(
        label=_("My organisation works on this theme"), required=False
    )
    field_order = ["works_on_theme", "need", "learning_question"]

    def __init__(self, *args: Any, needs_declaration: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_declaration:
            self.fields["works_on_theme"].required = True
            self.fields["works_on_theme"].error_messages["required"] = _(
                "Tick this to sign up: this session is for organisations that work on the theme."
            )
        else:
            del self.fields["works_on_theme"]


class SignUpForm(AnswersForm):
    """The public form. `now` is the moment of this request.

    Whether a declaration is asked depends on what was typed alone, so that nobody learns whom we
    know.
    """

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    given_name = _line(_("First name"), length=100, autocomplete="given-name")
    family_name_prefix = _line(
        _("Prefix"),
        length=30,
        autocomplete="additional-name",
        required=False,
        help_text=_("Such as “de” or “van der”."),
    )
    family_name = _line(_("Family name"), length=100, autocomplete="family-name")
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

    def __init__(
        self, *args: Any, session: Session, now: datetime, language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.session, self.now, self.language = session, now, language
        if session.eligibility != Eligibility.THEME or not is_dated(session):
            del self.fields["works_on_theme"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        try:
            address_key(email)
        except AddressInvalid as error:
            raise ValidationError(str(error), code=error.code) from error
        return email

    def clean_organisation(self) -> str:
        organisation: str = self.cleaned_data["organisation"]
        if organisation and not name_key(organisation):  # accents without a letter below them
            raise ValidationError(str(NameMissing()), code=NameMissing.code)
        return organisation

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "works_on_theme" in self.fields and "email" in cleaned:
            self._check_declaration(cleaned)
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
            works_on_theme=cleaned.get("works_on_theme", False),
            consent=list(cleaned["consent"]),
            consent_wording=wording,
        )

    def _check_declaration(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("works_on_theme") or claims_membership(
            session=self.session,
            address_key=address_key(cleaned["email"]),
            organisation=cleaned.get("organisation", ""),
            now=self.now,
        ):
            return
        self.add_error(
            "works_on_theme",
            ValidationError(str(DeclarationMissing()), code=DeclarationMissing.code),
        )


class SignUpPageForm(SignUpForm):
    """The public form as a page shows it: with a field that people do not see, and its age."""

    #: People leave it empty, since they do not see it.
    website = forms.CharField(required=False)
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = [*SignUpForm.field_order, "website", "stamp"]

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        self.fields["stamp"].initial = make_stamp(now)

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


def make_stamp(now: datetime) -> str:
    """Return a signed text that says when a page was handed out, and sets it apart from others."""
    return tokens.make("form", get_random_string(12), int(now.timestamp()))


def _age(stamp: str, now: datetime) -> timedelta | None:
    try:
        _nonce, seconds = tokens.read("form", stamp)
    except (tokens.TokenInvalid, ValueError):
        return None
    return timedelta(seconds=now.timestamp() - int(seconds))
