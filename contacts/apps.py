from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("Contacts")

    def ready(self) -> None:
        # Models can be imported from here on, and not before.
        from contacts.holdings import register
        from contacts.own_holding import ContactBaseHolding

        register(ContactBaseHolding())
