"""Logging in to the admin as a member of one of the groups, who reads English."""

from django.contrib.auth.models import Group, User
from django.test import Client
from wagtail.users.models import UserProfile

from campaigns.services.groups import ensure_groups
from tests.factories.base import make_user


def log_in(client: Client, role: str) -> User:
    """Log in as a new user of the group. The words of the admin are those of the code."""
    ensure_groups()
    user = make_user()
    user.groups.add(Group.objects.get(name=role))
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return user
