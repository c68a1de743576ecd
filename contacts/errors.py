"""What can be wrong with an address or a name. Messages are for people and name the remedy."""

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
    """Nobody can unsubscribe from this purpose: it is not a purpose of mailings."""

    code = "purpose_unknown"


class FileUnreadable(ContactsError):
    """A file of people cannot be read at all; the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class ImportNotApplicable(ContactsError):
    """There is nothing here to import: no finished dry run, or one that was imported already."""

    code = "import_not_applicable"

    def __init__(self) -> None:
        super().__init__(_("This file was imported already, or is not looked at yet."))


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
    """Something that is referred to does not exist."""

    code = "reference_unknown"

    def __init__(self, names: list[str]) -> None:
        super().__init__(_("This does not exist: %(names)s.") % {"names": ", ".join(names)})


class DomainInvalid(ContactsError):
    """This is no mail domain, or another organisation has it."""

    code = "domain_invalid"
