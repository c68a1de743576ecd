from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    name = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        # Models can be imported from here on, and not before.
        from contacts.holdings import register
        from content.forms import CHECKS
        from participation.checks import problems_of_page
        from participation.holdings import ParticipationHolding

        register(ParticipationHolding())
        CHECKS.append(problems_of_page)
        import_module("participation.receivers")
