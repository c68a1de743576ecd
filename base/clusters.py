"""Models that are saved together with their parts, and read quickly without them."""

from typing import Any

from django.db import models
from modelcluster.models import ClusterableModel


class Cluster(ClusterableModel):
    """A ClusterableModel that looks for its parts only when a form hands them over.

    The one of modelcluster looks through all its fields for each row that is read, which takes
    longer than everything else about a row.
    """

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs:
            super().__init__(*args, **kwargs)
        else:  # a row of the database, field by field
            models.Model.__init__(self, *args)
