"""Whom the peers write to."""

from django.db import models


class Person(models.Model):
    """Somebody who speaks for an organisation."""

    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    email = models.EmailField()
    organisation = models.CharField(max_length=120)

    class Meta:
        app_label = "peers"
