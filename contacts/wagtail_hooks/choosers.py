"""The windows in which a person or an organisation is chosen, with a search."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column

from base.choosers import GuardedChooser
from contacts.models import Contact, Organisation
from contacts.selectors.organisations import search_organisations
from contacts.selectors.people import search_people
from contacts.wagtail_hooks.people_list import places_of


class PersonChooser(GuardedChooser):
    more_columns = (
        Column("email", label=_("e-mail address")),
        Column("organisations", label=_("organisations"), accessor=places_of),
    )

    @staticmethod
    def search(people: QuerySet[Contact], text: str) -> QuerySet[Contact]:
        return people.filter(pk__in=search_people(text, timezone.localdate()).values("pk"))


class OrganisationChooser(GuardedChooser):
    @staticmethod
    def search(organisations: QuerySet[Organisation], text: str) -> QuerySet[Organisation]:
        return organisations.filter(pk__in=search_organisations(text).values("pk"))
