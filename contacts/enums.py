"""States of the contact base and of every mail, and the legal moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Language(TextChoices):
    """In which language we write to somebody."""

    NL = "nl", _("Dutch")
    EN = "en", _("English")


class OrganisationKind(TextChoices):
    NGO = "ngo", _("NGO")
    DIASPORA = "diaspora", _("diaspora organisation")
    RESEARCH = "research", _("research")
    GOVERNMENT = "government", _("government")
    MEDIA = "media", _("media")
    NETWORK = "network", _("network")
    OTHER = "other", _("other")


class MembershipKind(TextChoices):
    MEMBER = "member", _("member")
    ASPIRANT = "aspirant", _("aspirant member")


class RepresentationRole(TextChoices):
    PRIMARY = "primary", _("first contact")
    ALTERNATE = "alternate", _("second contact")
    FACILITATOR = "facilitator", _("facilitator")
    OBSERVER = "observer", _("observer")


class Tier(TextChoices):
    """How close an organisation stands to a community."""

    CORE = "core", _("core")
    EXTENDED = "extended", _("extended")
    PARTNER = "partner", _("partner")


class ContactMomentKind(TextChoices):
    PHONE = "phone", _("by phone")
    MAIL = "mail", _("by mail")
    MEETING = "meeting", _("meeting")
    LETTER = "letter", _("letter")
    OTHER = "other", _("other")


class Kin(TextChoices):
    """Of what two rows can be the same."""

    CONTACT = "contact", _("person")
    ORGANISATION = "organisation", _("organisation")


class FormOfAddress(TextChoices):
    """How a Dutch mail addresses the person: *je* unless the person chose *u*."""

    JE = "je", _("je")
    U = "u", _("u")


class Purpose(TextChoices):
    """What a mail is for. Consent is given, and withdrawn, per purpose."""

    INVITATIONS = "invitations", _("invitations")
    ANNOUNCEMENTS = "announcements", _("announcements")
    PARTICIPATION = "participation", _("about a session you take part in")
    PUBLICATION = "publication", _("publication of your name")
    SERVICE = "service", _("answers to what you did yourself")
    SUBGROUP = "subgroup", _("subgroup")
    COALITION = "coalition", _("coalition")


#: The purposes of a mailing to everybody, and so what a person can unsubscribe from as such.
MAILING_PURPOSES = frozenset({Purpose.INVITATIONS, Purpose.ANNOUNCEMENTS, Purpose.PARTICIPATION})

#: The purposes of a mailing to one opt-in group, named by the topic. Only its own consent counts.
GROUP_PURPOSES = frozenset({Purpose.SUBGROUP, Purpose.COALITION})


class ConsentBasis(TextChoices):
    """Why we may mail this person for this purpose (Dutch Telecommunications Act, 11.7)."""

    CONSENT = "consent", _("consent")
    MEMBERSHIP = "membership", _("membership")
    PUBLISHED = "published", _("address published for this purpose")
    REQUEST = "request", _("own request")
    NONE = "none", _("none")


#: What puts somebody in an opt-in group: nothing but what they said themselves.
GROUP_BASES = frozenset({ConsentBasis.CONSENT, ConsentBasis.REQUEST})


class Source(TextChoices):
    """Where a record came from."""

    FORM = "form", _("form")
    IMPORT = "import", _("import")
    ORGANISER = "organiser", _("organiser")
    API = "api", _("API")
    MAIL = "mail", _("mail")


class SuppressionScope(TextChoices):
    PURPOSE = "purpose", _("one purpose")
    ALL = "all", _("all mailings")


class SuppressionReason(TextChoices):
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    OBJECTION = "objection", _("objection")
    HARD_BOUNCE = "hard_bounce", _("address does not exist")
    COMPLAINT = "complaint", _("complaint")
    ERASED = "erased", _("erased")
    MANUAL = "manual", _("by hand")


class MailState(TextChoices):
    """The state of one mail to one person, whether of a mailing or a notice."""

    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("being sent")
    SENT = "sent", _("sent")
    DEFERRED = "deferred", _("will be tried again")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("unknown")
    EXCLUDED = "excluded", _("not sent")
    EXPIRED = "expired", _("too late")
    BOUNCED = "bounced", _("came back")
    COMPLAINED = "complained", _("complained")


#: From a state to the states it may move to. Every move is a conditional update on the old state.
MAIL_MOVES: dict[MailState, frozenset[MailState]] = {
    # To unknown what waited in a database that was restored: it may have been sent since.
    MailState.QUEUED: frozenset(
        {MailState.CLAIMED, MailState.EXCLUDED, MailState.EXPIRED, MailState.UNKNOWN}
    ),
    MailState.CLAIMED: frozenset(
        {
            MailState.QUEUED,
            MailState.EXCLUDED,
            MailState.EXPIRED,
            MailState.DEFERRED,
            MailState.REFUSED,
            MailState.SENT,
            MailState.UNKNOWN,
        }
    ),
    MailState.DEFERRED: frozenset(
        {
            MailState.CLAIMED,
            MailState.EXCLUDED,
            MailState.EXPIRED,
            MailState.REFUSED,
            MailState.UNKNOWN,
        }
    ),
    MailState.UNKNOWN: frozenset(
        {MailState.SENT, MailState.QUEUED, MailState.BOUNCED, MailState.COMPLAINED}
    ),
    MailState.REFUSED: frozenset({MailState.QUEUED}),
    MailState.SENT: frozenset({MailState.BOUNCED, MailState.COMPLAINED}),
    MailState.BOUNCED: frozenset({MailState.COMPLAINED}),
    # Of a mailing to people who are signed up: whoever did so after all.
    MailState.EXCLUDED: frozenset({MailState.QUEUED}),
    MailState.EXPIRED: frozenset(),
    MailState.COMPLAINED: frozenset(),
}

#: Still to be sent: what a claim may take.
MAIL_DUE = (MailState.QUEUED, MailState.DEFERRED)

#: Not settled yet: a mailing with one of these is not done.
MAIL_OPEN = (MailState.QUEUED, MailState.CLAIMED, MailState.DEFERRED)


class NoticeKind(TextChoices):
    """The mails that somebody's own act, or a changed fact, causes."""

    CONFIRM = "confirm", _("confirm your sign-up")
    NUDGE = "nudge", _("your sign-up still waits for you")
    REGISTERED = "registered", _("you are signed up")
    PENDING = "pending", _("waiting for approval")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("not placed")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("a seat is offered")
    OFFER_LAPSED = "offer_lapsed", _("the offered seat went to somebody else")
    CANCELLED = "cancelled", _("you cancelled")
    COLLEAGUE = "colleague", _("the link for your colleague")
    TRANSFERRED = "transferred", _("a colleague takes your seat")
    INTEREST = "interest", _("we keep you informed")
    DATE_KNOWN = "date_known", _("the date is known")
    CHANGED = "changed", _("changed")
    SESSION_CANCELLED = "session_cancelled", _("session cancelled")
    LINK = "link", _("your personal link")
    ACCESS = "access", _("what we hold about you")
    SYSTEM = "system", _("message of the system")


class ImportState(TextChoices):
    DRAFT = "draft", _("columns to be checked")
    STAGED = "staged", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


#: From a state to the states it may move to. Every move is a conditional update on the old state.
IMPORT_MOVES: dict[ImportState, frozenset[ImportState]] = {
    ImportState.DRAFT: frozenset({ImportState.STAGED, ImportState.CANCELLED}),
    ImportState.STAGED: frozenset({ImportState.RUNNING, ImportState.CANCELLED}),
    ImportState.RUNNING: frozenset({ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED}),
    ImportState.DONE: frozenset({ImportState.UNDOING}),
    ImportState.FAILED: frozenset({ImportState.UNDOING}),
    ImportState.CANCELLED: frozenset({ImportState.UNDOING}),
    ImportState.UNDOING: frozenset({ImportState.UNDONE}),
    ImportState.UNDONE: frozenset(),
}


class RowOutcome(TextChoices):
    """What became of one row of an import."""

    CREATED = "created", _("new")
    UPDATED = "updated", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    CONFLICT = "conflict", _("conflict")
    SKIPPED = "skipped", _("skipped")


class ContactAct(TextChoices):
    """What can be done to a person, as the audit log names it."""

    CREATE = "contacts.create", _("Add a person")
    CHANGE = "contacts.change", _("Change a person")
    IMPORT = "contacts.import", _("Import")
    UNDO_IMPORT = "contacts.undo_import", _("Undo an import")
    MERGE = "contacts.merge", _("Merge")
    UNMERGE = "contacts.unmerge", _("Undo a merge")
    ERASE = "contacts.erase", _("Erase a person")
    EXPORT = "contacts.export", _("Export")
    CONSENT = "contacts.consent", _("Consent")
    SUPPRESS = "contacts.suppress", _("Stop mail")
    RESUME = "contacts.resume", _("Allow mail again")
    PREFERENCES = "contacts.preferences", _("Preferences")
    COMMUNITY = "contacts.community", _("Communities of a person")
