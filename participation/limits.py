"""How many sign-up forms one network may send."""

from datetime import datetime, timedelta

from base.limits import allow

#: Forms an hour from one network address; a whole office shares one.
NETWORK_LIMIT = 60


def network_allows(address: str, *, now: datetime) -> bool:
    """Count this form against the network address it comes from, and say whether it may pass."""
    return allow(
        form="sign_up", key_parts=[address], limit=NETWORK_LIMIT, per=timedelta(hours=1), now=now
    )
