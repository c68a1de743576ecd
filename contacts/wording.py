"""What each purpose is called on the pages where a person chooses."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.enums import Purpose

#: The object of "you get …" and "you no longer get …", by the purposes a mailing can have.
PURPOSE_PHRASES: dict[Purpose, Promise] = {
    Purpose.INVITATIONS: _("invitations to sessions"),
    Purpose.ANNOUNCEMENTS: _("news and announcements"),
    Purpose.PARTICIPATION: _("mail about sessions you take part in"),
}
