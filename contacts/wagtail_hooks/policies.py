"""What may be done in the admin, beside what a group was given."""

from collections.abc import Iterable
from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from contacts.models import Contact, Suppression


class NarrowedPolicy(ModelPermissionPolicy):
    """Django's permissions, without the actions that nobody may do here."""

    never: frozenset[str] = frozenset()

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action not in self.never and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(
        self, user: Any, actions: Iterable[str], instance: Any
    ) -> bool:
        return self.user_has_any_permission(user, actions)


class PeoplePolicy(NarrowedPolicy):
    """People are erased, which keeps the figures and the suppression; never deleted."""

    never = frozenset({"delete"})


class ReadOnlyPolicy(NarrowedPolicy):
    """To look at only."""

    never = frozenset({"add", "change", "delete"})


register_permission_policy(Contact, PeoplePolicy(Contact))
register_permission_policy(Suppression, ReadOnlyPolicy(Suppression))
