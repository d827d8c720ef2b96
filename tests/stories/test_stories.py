"""Every story goes as it is written, on every database."""

from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.stories import Player
from tests.conftest import MakeDesk

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_goes_as_it_is_written(
    path: Path, make_desk: MakeDesk, clock: SetClock, request: pytest.FixtureRequest
) -> None:
    written = path.read_text(encoding="utf-8")
    played = Player(make_desk(), clock, path.parent).play(written)
    if request.config.getoption("--rewrite-stories"):
        path.write_text(played, encoding="utf-8")
    else:
        assert written == played


def test_there_are_stories() -> None:
    assert STORIES
