from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        # Models can be imported from here on, and not before.
        from campaigns.holdings import CampaignsHolding
        from campaigns.selectors.told import told_by_mailings
        from contacts.holdings import register
        from participation import told

        register(CampaignsHolding())
        told.register(told_by_mailings)
