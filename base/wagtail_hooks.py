"""What every room's lists in the admin share."""

from wagtail import hooks

from base.bulk_actions import GuardedDelete

# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", GuardedDelete, order=1)
