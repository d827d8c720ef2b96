"""Every story goes as it is written, on every database."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.stories import Player
from tests.conftest import MakeDesk
from tests.handlers.till import Till

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_goes_as_it_is_written(
    path: Path, make_desk: MakeDesk, clock: SetClock, request: pytest.FixtureRequest
) -> None:
    """Where money is in it, there are servers in place of its providers."""
    written = path.read_text(encoding="utf-8")
    with ExitStack() as stack:
        player = Player(make_desk(), clock, path.parent)
        business = path.parent / written.partition("\nbusiness ")[2].partition("\n")[0]
        if business.is_file() and "\npayment = " in business.read_text(encoding="utf-8"):
            till = stack.enter_context(Till(make_desk, clock, business=business))
            till.player = player = Player(till.desk, clock, path.parent, {"mpesa": till.on_phone, "card": till.on_card})
        played = player.play(written)
    if request.config.getoption("--rewrite-stories"):
        path.write_text(played, encoding="utf-8")
    else:
        assert written == played


def test_there_are_stories() -> None:
    assert STORIES
