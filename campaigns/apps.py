from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        # Models can be imported from here on, and not before.
        from campaigns.holdings import CampaignsHolding
        from contacts.holdings import register

        register(CampaignsHolding())
