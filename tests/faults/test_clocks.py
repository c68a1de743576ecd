"""F4 of `make faults`, but for what needs real processes."""

from pathlib import Path

import pytest

from tests.faults import clocks, scene
from tests.faults.clockwork import Clockwork

PEOPLE = 12


def complaints(play: clocks.Scenario, folder: Path) -> list[str]:
    scene.invite_people(PEOPLE)
    return play(Clockwork(clocks.MONDAY, folder / "journal"), PEOPLE)


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize(
    ("promised", "play"),
    [
        pytest.param(promised, play, id=name)
        for name, promised, play in clocks.SCENARIOS
        if play is not clocks.starters
    ],
)
def test_clocks_and_moves_mail_nobody_twice(
    tmp_path: Path, promised: str, play: clocks.Scenario
) -> None:
    assert complaints(play, tmp_path) == [], promised


@pytest.mark.database
def test_starters_at_the_same_moment_write_one_ledger(file_database: None, tmp_path: Path) -> None:
    assert complaints(clocks.starters, tmp_path) == []
