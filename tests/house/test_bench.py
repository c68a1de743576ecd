"""The measures have one name each: in the code, in what is written of them, and in the help."""

import re

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
