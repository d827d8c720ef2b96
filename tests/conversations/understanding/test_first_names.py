"""Tom is a name where nothing else is said of a day."""

import pytest

from conversations.understanding import understand
from tests.conversations.understanding.readings import QATAR, written


@pytest.mark.parametrize("text", ["Tom", "Tom Baker", "Nora and Tom", "Tom, Nora and Lea", "Hi, Tom here", "I'm Tom"])
def test_a_name(text: str) -> None:
    understood = understand(text, QATAR)
    assert ("", True) == (written(understood), understood.language in ("", "en")), "no day in any other language"


@pytest.mark.parametrize("text", ["tom", "see u tom", "tom 3pm", "Tom afternoon", "Tom at 3pm haircut", "Tom please"])
def test_a_day(text: str) -> None:
    assert written(understand(text, QATAR)).startswith("2026-03-11")


def test_the_end_of_a_long_text_is_read() -> None:
    text = "I had a long week with the children and the car. " * 20 + "Thursday at 1pm would suit me"
    assert "2026-03-12 13:00" == written(understand(text, QATAR))
