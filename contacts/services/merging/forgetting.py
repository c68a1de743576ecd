"""Once a merge cannot be undone any more, what the row that went told is forgotten."""

from django.db import transaction
from django.db.models import QuerySet

from contacts.enums import FormOfAddress, Kin
from contacts.models import Contact, Merge

#: All that tells of the person but the address, by which the one who stayed is found.
_NOTHING_TOLD = {
    "title": "",
    "given_name": "",
    "initials": "",
    "family_name_prefix": "",
    "family_name": "",
    "phone": "",
    "form_of_address": FormOfAddress.JE,
    "courtesy_title": "",
    "time_zone": "",
    "tags": [],
}


@transaction.atomic
def forget_merge_log(merges: QuerySet[Merge]) -> int:
    """Empty the logs of these merges, and the names of who went in them.

    The ids stay. Returns how many logs were emptied. To be called once undoing is over
    (selectors.merges.merge_logs_before).
    """
    gone = merges.filter(kin=Kin.CONTACT, undone_at=None).values("gone_id")
    Contact.objects.filter(pk__in=gone, merged_into__isnull=False).update(**_NOTHING_TOLD)
    return Merge.objects.filter(pk__in=list(merges.values_list("pk", flat=True))).update(log=[])
