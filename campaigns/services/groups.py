"""The groups of people who work with the site, each with what it needs and no more."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page


@dataclass(frozen=True, slots=True)
class Role:
    """A group: per model the acts, `more` single permissions, `pages` those on pages."""

    name: str
    models: dict[str, str]
    more: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    may_add_files: bool = False


_CONTACTS = {
    f"contacts.{model}": "view add change delete"
    for model in (
        "organisation",
        "organisationalias",
        "maildomain",
        "membership",
        "contact",
        "representation",
        "theme",
        "community",
        "communityorganisation",
        "communityrepresentative",
        "contactmoment",
    )
}
_READS_CONTACTS = dict.fromkeys(_CONTACTS, "view")

ROLES = (
    Role(
        name="Redacteur",
        models={},
        pages=("add_page", "change_page", "publish_page"),
        may_add_files=True,
    ),
    Role(
        name="Organisator",
        models=_READS_CONTACTS
        | {
            "contacts.contactmoment": "view add",
            "contacts.optingroup": "view",
            "campaigns.mailing": "view add change delete",
            "campaigns.segment": "view add change delete",
            "campaigns.delivery": "view",
            "participation.registration": "view add change",
            "participation.invitation": "view add",
            "participation.interest": "view",
            "participation.learningquestion": "view add change",
            "participation.agreement": "view add change",
            "participation.poll": "view add change",
        },
        more=("campaigns.send_mailing", "campaigns.lock_mailing", "campaigns.unlock_mailing"),
        may_add_files=True,
    ),
    Role(
        name="Relatiebeheerder",
        models=_CONTACTS
        | {
            "contacts.consentrecord": "view add",
            "contacts.optingroup": "view add change delete",
            "contacts.suppression": "view add",
            "contacts.contactimport": "view add",
            "contacts.retentionrun": "view",
            "participation.registration": "view",
            "participation.agreement": "view",
            "campaigns.delivery": "view",
        },
    ),
    Role(
        name="Beheerder",
        models=_CONTACTS
        | {
            "contacts.consentrecord": "view add",
            "contacts.optingroup": "view add change delete",
            "contacts.suppression": "view add",
            "contacts.contactimport": "view add delete",
            "contacts.retentionrun": "view",
            "contacts.notice": "view",
            "content.sitesettings": "view change",
            "campaigns.mailing": "view add change delete",
            "campaigns.segment": "view add change delete",
            "campaigns.delivery": "view",
            "participation.registration": "view add change",
            "participation.invitation": "view add",
            "participation.interest": "view",
            "participation.learningquestion": "view add change delete",
            "participation.agreement": "view add change delete",
            "participation.poll": "view add change delete",
            "base.accesstoken": "view add change delete",
            "auth.user": "view add change delete",
            "auth.group": "view add change",
            "wagtailredirects.redirect": "view add change delete",
        },
        more=(
            "campaigns.send_mailing",
            "campaigns.lock_mailing",
            "campaigns.unlock_mailing",
            "base.release_mail",
        ),
        pages=("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
        may_add_files=True,
    ),
)


@transaction.atomic
def ensure_groups() -> list[Group]:
    """Make the groups and give them what is missing; what somebody added by hand stays."""
    return [_ensure(role) for role in ROLES]


def _ensure(role: Role) -> Group:
    group, _created = Group.objects.get_or_create(name=role.name)
    group.permissions.add(*_permissions(role))
    root = Page.get_first_root_node()
    if root is not None:
        for permission in _codes("wagtailcore", role.pages):
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    _allow_files(group, role)
    return group


def _permissions(role: Role) -> list[Permission]:
    wanted = {"wagtailadmin.access_admin", *role.more}
    for name, acts in role.models.items():
        label, _dot, model = name.partition(".")
        wanted |= {f"{label}.{act}_{model}" for act in acts.split()}
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    return [known[name] for name in sorted(wanted & known.keys())]


def _codes(label: str, codes: tuple[str, ...]) -> list[Permission]:
    return list(Permission.objects.filter(content_type__app_label=label, codename__in=codes))


def _allow_files(group: Group, role: Role) -> None:
    """Images and documents: those who make texts may add and choose them."""
    collection = Collection.get_first_root_node()
    if not role.may_add_files or collection is None:
        return
    for label, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
        for permission in _codes(label, (f"add_{model}", f"choose_{model}")):
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=permission
            )
