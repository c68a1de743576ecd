"""Why an installation sends no mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HoldReason(TextChoices):
    """Why mail is held until a person releases it."""

    WENT_BACK = (
        "went_back",
        _(
            "The database is older than it was: it was restored from a backup, or it lost what "
            "was written last."
        ),
    )
    STRANGER = (
        "stranger",
        _(
            "This database and this data folder have not worked together before: one of them was "
            "restored, copied or moved."
        ),
    )
