"""What an association fills in once: who it is, who sends, and how it looks."""

import re
from datetime import time

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Page

#: WCAG 2.2, 1.4.3: text in the accent colour on white, and white text on it.
LEAST_CONTRAST = 4.5


@register_setting(icon="home")
class SiteSettings(BaseSiteSetting):
    """Names, sender, privacy statement and colour of one site."""

    association_name = models.CharField(
        _("name of the association"), max_length=120, default="Vereniging Samenspel"
    )
    sender_name = models.CharField(
        _("name of the sender"),
        max_length=120,
        blank=True,
        help_text=_("Stands in front of the address of every mail. Empty: the association."),
    )
    sender_email = models.EmailField(
        _("e-mail address of the sender"),
        default="post@samenspel.example.org",
        help_text=_("All mail comes from this one address."),
    )
    postal_address = models.TextField(
        _("postal address"),
        max_length=300,
        default="Postbus 100\n3500 AA Utrecht",
        help_text=_("Stands at the foot of every page and every mail."),
    )
    privacy_page = models.ForeignKey(
        Page,
        verbose_name=_("privacy statement"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("In Dutch; the translation is found by itself. Every form links to it."),
    )
    list_seen_by_nl = models.CharField(
        _("who sees the list of participants (Dutch)"),
        max_length=300,
        default="De organisatoren zien de lijst met deelnemers.",
    )
    list_seen_by_en = models.CharField(
        _("who sees the list of participants (English)"),
        max_length=300,
        default="The organisers see the list of participants.",
    )
    accent_colour = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#9a3412",
        help_text=_("As #rrggbb: buttons and links. Dark enough for white text on it."),
    )

    mailings_per_week = models.PositiveSmallIntegerField(
        _("at most so many mailings a week to one person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Mail about somebody's own sign-up and changes do not count. Empty: no limit."),
    )
    needs_second_person = models.BooleanField(
        _("a second person looks before a mailing goes out"), default=False
    )
    recipients_limit = models.PositiveIntegerField(
        _("ask to type the number from so many recipients"),
        default=1000,
        validators=[MinValueValidator(1)],
        help_text=_("Nobody sends to so many people by a slip of the mouse."),
    )
    sends_from = models.TimeField(_("mailings go out from"), default=time(7, 0))
    sends_until = models.TimeField(_("mailings go out until"), default=time(21, 0))
    sends_on_sunday = models.BooleanField(_("mailings go out on Sundays too"), default=False)
    counts_links = models.BooleanField(
        _("count how often links in mailings are opened"),
        default=False,
        help_text=_("For each mailing as a whole, never for a person."),
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel("association_name"), FieldPanel("postal_address")],
            heading=_("Association"),
        ),
        MultiFieldPanel([FieldPanel("sender_name"), FieldPanel("sender_email")], heading=_("Mail")),
        MultiFieldPanel(
            [
                FieldPanel("privacy_page"),
                FieldPanel("list_seen_by_nl"),
                FieldPanel("list_seen_by_en"),
            ],
            heading=_("Privacy"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("mailings_per_week"),
                FieldPanel("needs_second_person"),
                FieldPanel("recipients_limit"),
                FieldPanel("sends_from"),
                FieldPanel("sends_until"),
                FieldPanel("sends_on_sunday"),
                FieldPanel("counts_links"),
            ],
            heading=_("Mailings"),
        ),
        MultiFieldPanel([FieldPanel("accent_colour")], heading=_("Look")),
    ]

    class Meta:
        verbose_name = _("association and sender")
        verbose_name_plural = _("association and sender")

    def __str__(self) -> str:
        return self.association_name

    def clean(self) -> None:
        """Refuse a colour that is none, or on which white text cannot be read."""
        super().clean()
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.accent_colour):
            raise ValidationError({"accent_colour": _("Write the colour as #rrggbb.")})
        contrast = contrast_with_white(self.accent_colour)
        if contrast < LEAST_CONTRAST:
            message = _(
                "White text on it has a contrast of %(contrast).1f. Choose a darker colour."
            )
            raise ValidationError({"accent_colour": message % {"contrast": contrast}})
        if self.sends_from >= self.sends_until:
            raise ValidationError({"sends_until": _("Give a time after that from which they go.")})

    @property
    def sender(self) -> str:
        """The display name of the sender."""
        return self.sender_name or self.association_name

    def list_seen_by(self, language: str) -> str:
        """Who sees the list of participants, in `language`."""
        return self.list_seen_by_en if language == "en" else self.list_seen_by_nl


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of "#rrggbb" with white, 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
