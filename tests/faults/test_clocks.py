"""F4 of `make faults`, but for what needs real processes."""

from pathlib import Path

import pytest

from tests.faults import clocks, scene
from tests.faults.clockwork import Clockwork

PEOPLE = 12


@pytest.mark.database
@pytest.mark.parametrize(
    ("promised", "play"),
    [pytest.param(promised, play, id=name) for name, promised, play in clocks.SCENARIOS],
)
def test_clocks_and_moves_mail_nobody_twice(
    file_database: None, tmp_path: Path, promised: str, play: clocks.Scenario
) -> None:
    scene.invite_people(PEOPLE)
    complaints = play(Clockwork(clocks.MONDAY, tmp_path / "journal"), PEOPLE)
    assert complaints == [], promised
