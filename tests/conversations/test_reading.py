"""The name that stands behind a yes, where a summary has invited one."""

import pytest

from conversations.events import Said
from conversations.reading import name_behind_yes
from tests.conversations.plain_facts import PlainFacts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("yes Ann Lee", "Ann Lee"),
        ("Yes Please Bea Fox", "Bea Fox"),
        ("Sounds good, Mary Ann Fox", "Mary Ann Fox"),
        ("ok yes Tom Bell", "Tom Bell"),
        ("yes May West", "May West"),
        ("yes Friday", ""),
        ("yes please", ""),
    ],
)
def test_the_whole_of_what_stands_behind_a_yes_is_the_name(text: str, name: str):
    assert name == name_behind_yes(Said(text), PlainFacts())
