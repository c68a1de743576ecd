"""What can be wrong with an address or a name. Messages are for people and name the remedy."""

from datetime import date

from django.utils.translation import gettext as _


class ContactsError(Exception):
    """An expected failure of the contact base; `str()` of it is shown to people."""

    code = "invalid"


class AddressInvalid(ContactsError):
    """The text is not an e-mail address that we can mail."""

    code = "address_invalid"


class AddressTaken(ContactsError):
    """Another person has this address."""

    code = "address_taken"

    def __init__(self) -> None:
        super().__init__(
            _("Another person has this e-mail address already. Open that person instead.")
        )


class NobodyNamed(ContactsError):
    """A person has neither a name nor an address."""

    code = "nobody"

    def __init__(self) -> None:
        super().__init__(_("Enter a name or an e-mail address."))


class PeriodReversed(ContactsError):
    """A period ends before it begins."""

    code = "period_reversed"

    def __init__(self) -> None:
        super().__init__(_("This period ends before it begins. Check the two dates."))


class PeriodOverlaps(ContactsError):
    """A period shares a day with another of the same."""

    code = "period_overlaps"

    def __init__(self, first: date | None, last: date | None) -> None:
        """`first` and `last` are the days of the other period."""
        super().__init__(
            _("This period overlaps another: %(other)s. End that one first, or begin after it.")
            % {"other": f"{first or '…'} – {last or '…'}"}
        )


class TreeLoop(ContactsError):
    """A row would come to lie below itself."""

    code = "loop"

    def __init__(self) -> None:
        super().__init__(_("This would put it below itself."))


class NameMissing(ContactsError):
    """An organisation needs a name."""

    code = "name_missing"

    def __init__(self) -> None:
        super().__init__(_("Enter a name."))


class NameTaken(ContactsError):
    """Another organisation has this name."""

    code = "name_taken"

    def __init__(self) -> None:
        super().__init__(_("There is an organisation with this name already."))


class AmbiguousName(ContactsError):
    """The name is an alias of more than one organisation."""

    code = "name_ambiguous"

    def __init__(self, name: str, organisations: list[str]) -> None:
        self.organisations = organisations
        super().__init__(
            _("“%(name)s” may be: %(organisations)s. Write the name in full.")
            % {"name": name, "organisations": ", ".join(organisations)}
        )


class PurposeUnknown(ContactsError):
    """Nobody can unsubscribe from this: it is no purpose of mailings, or lacks its group."""

    code = "purpose_unknown"


class GroupClosed(ContactsError):
    """Nobody joins this group by themselves."""

    code = "group_closed"

    def __init__(self) -> None:
        super().__init__(_("Nobody can join this group at the moment. Mail us if you want to."))


class BasisTooWeak(ContactsError):
    """This ground does not put somebody in an opt-in group."""

    code = "basis_too_weak"

    def __init__(self) -> None:
        super().__init__(
            _(
                "For a group only the person's own consent or own request counts: choose one of "
                "them."
            )
        )


class AlreadyWithdrawn(ContactsError):
    """The consent was withdrawn before."""

    code = "already_withdrawn"

    def __init__(self) -> None:
        super().__init__(_("This consent was withdrawn already."))


class AlreadyErased(ContactsError):
    """This person's data were erased; there is nobody left to change or to erase."""

    code = "already_erased"

    def __init__(self) -> None:
        super().__init__(_("The data of this person were erased already."))


class FileUnreadable(ContactsError):
    """A file of people cannot be read at all; the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class MappingInvalid(FileUnreadable):
    """The columns of a file cannot be taken so; the message says what to change."""


class ImportNotApplicable(ContactsError):
    """There is nothing here to import: no finished dry run, or one that was imported already."""

    code = "import_not_applicable"

    def __init__(self) -> None:
        super().__init__(_("This file was imported already, or is not looked at yet."))


class ImportMoved(ContactsError):
    """An import is not, or no longer, in a state in which this can be done."""

    code = "import_moved"

    def __init__(self, state: str) -> None:
        super().__init__(
            _("This cannot be done (any more): the import is in the state “%(state)s”.")
            % {"state": state}
        )


class UndoTooLate(ContactsError):
    """An import can be undone for a day; after that people will have built on it."""

    code = "undo_too_late"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This import ended more than a day ago, so it cannot be undone any more. Correct "
                "the people by hand, or import a corrected file."
            )
        )


class OptionUnknown(ContactsError):
    """An option of an import does not exist, or not with this value."""

    code = "option_unknown"

    def __init__(self, name: str, known: str) -> None:
        self.name = name
        super().__init__(
            _("The option “%(name)s” is not known. Choose from: %(known)s.")
            % {"name": name, "known": known}
        )


class ReferenceUnknown(ContactsError):
    """Something that is referred to does not exist; `field` is where, if there are several."""

    code = "reference_unknown"

    def __init__(self, names: list[str], *, field: str = "") -> None:
        self.field = field
        super().__init__(_("This does not exist: %(names)s.") % {"names": ", ".join(names)})


class DomainInvalid(ContactsError):
    """This is no mail domain, or another organisation has it."""

    code = "domain_invalid"


class CursorUnknown(ContactsError):
    """This does not say where a page of a timeline ends."""

    code = "cursor_unknown"

    def __init__(self) -> None:
        super().__init__(_("Use the value of “next” of the page before."))


class MergeWithItself(ContactsError):
    """Both sides of a merge are one row."""

    code = "merge_with_itself"

    def __init__(self) -> None:
        super().__init__(_("These are one and the same already. Choose another to merge with."))


class MergeMissing(ContactsError):
    """A side of a merge, or the merge itself, is not there."""

    code = "merge_missing"

    def __init__(self) -> None:
        super().__init__(_("One of the two is not there any more. Look it up again in the list."))


class MergeOfErased(ContactsError):
    """A side of a merge is a person whose data were erased."""

    code = "merge_of_erased"

    def __init__(self) -> None:
        super().__init__(_("The data of one of the two were erased, so there is nothing to merge."))


class MergedAlready(ContactsError):
    """A side of a merge was merged into another before."""

    code = "merged_already"

    def __init__(self) -> None:
        super().__init__(
            _("One of the two was merged into somebody else before. Choose the one who stayed.")
        )


class MergeTooOld(ContactsError):
    """A merge can be undone for a day."""

    code = "merge_too_old"

    def __init__(self) -> None:
        super().__init__(_("A merge can be undone for a day, and that day is over."))


class MergeUndoneAlready(ContactsError):
    """The merge was undone before."""

    code = "merge_undone"

    def __init__(self) -> None:
        super().__init__(_("This merge was undone already."))


class MergeBuried(ContactsError):
    """Whoever stayed in this merge went in a later one, which has to be undone first."""

    code = "merge_buried"

    def __init__(self) -> None:
        super().__init__(
            _("The one who stayed was merged into another after this. Undo that merge first.")
        )


class MergeNameTaken(ContactsError):
    """The organisation that went cannot come back: another has its name by now."""

    code = "merge_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("There is another organisation called “%(name)s” by now. Rename that one first.")
            % {"name": name}
        )


class PlacedTwice(ContactsError):
    """An organisation stands in one tier of a community, not in two."""

    code = "placed_twice"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("“%(name)s” is in the list twice. Leave it in one tier.") % {"name": name}
        )


class RepresentativeInvalid(ContactsError):
    """Somebody cannot be named for a community; the message says what is needed first."""

    code = "representative_invalid"


class NoAddress(ContactsError):
    """There is no address to mail to."""

    code = "no_address"

    def __init__(self) -> None:
        super().__init__(
            _("This person has no e-mail address. Print the copy, and hand it over yourself.")
        )
