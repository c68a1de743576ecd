from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        # Models can be imported from here on, and not before.
        from contacts.holdings import register
        from participation.holdings import ParticipationHolding

        register(ParticipationHolding())
        import_module("participation.receivers")
