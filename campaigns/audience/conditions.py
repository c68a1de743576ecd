"""The conditions of an audience as frozen values. Sessions and themes stand by their slugs."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everyone:
    """Every contact there is."""


@dataclass(frozen=True, slots=True)
class Member:
    """Speaks (or not) for an organisation that is a member on the start date."""

    is_member: bool


@dataclass(frozen=True, slots=True)
class OfTheme:
    """Speaks for an organisation that works on the theme or on a part of it."""

    theme: str


@dataclass(frozen=True, slots=True)
class InCommunity:
    """Speaks in the community for an organisation in one of these tiers (empty: in any).

    For an organisation speaks who is named for it there; where nobody is, everybody who speaks for
    it (contacts.selectors.communities.speaking).
    """

    community: str
    tiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfKind:
    """Speaks for an organisation of one of these kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InCountry:
    """Speaks for an organisation in one of these countries (ISO 3166, two capitals)."""

    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InRole:
    """Speaks for an organisation in one of these roles."""

    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """Gets mail in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """Carries this tag, letter for letter."""

    tag: str


@dataclass(frozen=True, slots=True)
class Named:
    """Is one of these contacts."""

    contacts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Consented:
    """Has a live record with a basis for this purpose.

    `topic` is the slug of a group, or of a theme for `invitations`; empty is any.
    """

    purpose: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """Stands so for the session: states of a registration, `declined`, or `none` (no answer)."""

    session: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """Was invited for the session."""

    session: str


@dataclass(frozen=True, slots=True)
class Interested:
    """Asked to be kept informed about the session."""

    session: str


@dataclass(frozen=True, slots=True)
class ColleagueRegistered:
    """Somebody of an organisation that the contact speaks for has signed up for the session."""

    session: str


@dataclass(frozen=True, slots=True)
class Attended:
    """Was marked so at the session; `unmarked` are those signed up and not marked."""

    session: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GaveQuestion:
    """Gave (or not) a learning question for the session; "not formulated yet" is one as well."""

    session: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class HasAgreement:
    """Has an agreement of the session, or one carried forward to it, that is open, done or dropped.

    Whose it is says participation.selectors.agreements.
    """

    session: str
    state: str


@dataclass(frozen=True, slots=True)
class AnsweredPoll:
    """Answered that poll."""

    poll: int


@dataclass(frozen=True, slots=True)
class Received:
    """Was sent that mailing."""

    mailing: int


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold."""

    of: "Condition"


Condition = (
    Everyone
    | Member
    | OfTheme
    | InCommunity
    | OfKind
    | InCountry
    | InRole
    | Reads
    | Tagged
    | Named
    | Consented
    | Answered
    | Invited
    | Interested
    | ColleagueRegistered
    | Attended
    | GaveQuestion
    | HasAgreement
    | AnsweredPoll
    | Received
    | All
    | AnyOf
    | Not
)

#: What a person's own answer or act changes: looked at again just before a mail goes out.
VOLATILE = (
    Answered,
    Interested,
    ColleagueRegistered,
    Attended,
    GaveQuestion,
    HasAgreement,
    AnsweredPoll,
)


def split(condition: Condition) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """Return what makes somebody considered, and what its top-level `not`s leave out."""
    parts = condition.of if isinstance(condition, All) else (condition,)
    asked = tuple(part for part in parts if not isinstance(part, Not))
    left_out = tuple(part.of for part in parts if isinstance(part, Not))
    return asked, left_out


def leaves(condition: Condition, *, positive: bool = True) -> Iterator[tuple[Condition, bool]]:
    """Yield every single condition, with whether it is asked for (or, under a `not`, left out)."""
    if isinstance(condition, All | AnyOf):
        for part in condition.of:
            yield from leaves(part, positive=positive)
    elif isinstance(condition, Not):
        yield from leaves(condition.of, positive=not positive)
    else:
        yield condition, positive
