from typing import Any

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate
from django.utils import timezone
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
        post_migrate.connect(_after_an_update, sender=self)


def _after_an_update(apps: Apps = apps, **_told: Any) -> None:
    from campaigns.services.confirming import confirm_earlier_plans

    # A migration back may have taken the tables to before the number was asked for.
    if hasattr(apps.get_model("campaigns", "Delivery"), "holds"):
        confirm_earlier_plans(now=timezone.now())
