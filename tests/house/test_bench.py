"""The measures have one name each: in the code, in what is written of them, and in the help."""

import re

import pytest

from campaigns.models import Delivery
from tests.bench import scene
from tests.bench.run import MEASURES
from tests.house import sources


def test_what_is_written_up_is_a_measure():
    written = (sources.ROOT / "docs" / "benchmarks.md").read_text()
    names = re.findall(r"^## (M\d+):", written, re.MULTILINE)
    assert names == [name for name in MEASURES if name in names] != []


def test_help_names_a_measure_that_exists():
    makefile = (sources.ROOT / "Makefile").read_text()
    (example,) = re.findall(r"^bench:.*## .*\bM=(M\d+)", makefile, re.MULTILINE)
    assert example in MEASURES


@pytest.mark.django_db
def test_mailing_that_is_measured_can_be_sent():
    scene.make_people(3)
    mailing = scene.make_invitation()
    assert 15_000 < scene.mean_octets(mailing) < 25_000
    scene.start(mailing)
    assert list(Delivery.objects.values_list("state", flat=True)) == ["queued"] * 3
