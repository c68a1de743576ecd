"""Who exists, who speaks for whom, and who may be mailed.

Whether an organisation is a member is computed for a date (selectors), never stored on people.
"""

from contacts.models.communities import (
    Community,
    CommunityOrganisation,
    CommunityRepresentative,
    ContactMoment,
)
from contacts.models.consents import ConsentRecord, OptInGroup, Suppression
from contacts.models.imports import ContactImport, ImportFile, ImportPart
from contacts.models.mail import MailRow, Notice
from contacts.models.merges import DistinctPair, Merge
from contacts.models.organisations import (
    MailDomain,
    Membership,
    Organisation,
    OrganisationAlias,
    Theme,
)
from contacts.models.people import LANGUAGES, Contact, Representation
from contacts.models.retention import RetentionRun

__all__ = [
    "LANGUAGES",
    "Community",
    "CommunityOrganisation",
    "CommunityRepresentative",
    "ConsentRecord",
    "Contact",
    "ContactImport",
    "ContactMoment",
    "DistinctPair",
    "ImportFile",
    "ImportPart",
    "MailDomain",
    "MailRow",
    "Membership",
    "Merge",
    "Notice",
    "OptInGroup",
    "Organisation",
    "OrganisationAlias",
    "Representation",
    "RetentionRun",
    "Suppression",
    "Theme",
]
