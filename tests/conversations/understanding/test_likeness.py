"""Texts that are alike stand together: however typed, in any order, and whatever else people text."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.likeness import MOST_COMPARED, as_typed, gist, grouped
from conversations.understanding.vocabulary import vocabulary

ODD = [
    "", " ", "?!", "💅", "💅🏽💅", "12", "1" * 4000, "a" * 10_000, "glam " * 3000, "\x00\u202e\ufeff", "\ud83d",
    "(", "%_\\", "بغيت باديكير", "باديكير لو سمحت", "美甲", "मैनीक्योर चाहिए", "ทำเล็บ", "<script>alert(1)</script>",
]  # fmt: skip


def idle(word: str) -> bool:
    return vocabulary("en").is_idle(word)


def groups_of(texts: list[str]) -> list[set[str]]:
    return [{texts[place] for place in one.places} for one in grouped([gist(text, idle) for text in texts])]


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("glam squad", "Hi! can I have the GLAM SQUAD please"),
        ("glam squad", "squad glam pls"),
        ("glam squad", "glamm squad"),
        ("uñas acrilicas", "Uñas acrílicas"),
        ("infill 2 nails", "infill 10 nails"),
        ("بغيت باديكير", "باديكير"),
    ],
)
def test_what_says_the_same_stands_together(first: str, other: str) -> None:
    assert [{first, other}] == groups_of([first, other])


@pytest.mark.parametrize(("first", "other"), [("glam squad", "mani pedi"), ("skin fade", "skip it"), ("💅", "🚗")])
def test_what_says_something_else_stands_apart(first: str, other: str) -> None:
    assert 2 == len(groups_of([first, other]))


def test_small_talk_and_figures_tell_nothing_where_anything_does() -> None:
    assert ("glam", "#") == gist("Hi, can I have the glam for 2 please", idle)
    assert ("hi", "there") == gist("Hi there", idle), "there is nothing else"


def test_the_words_of_a_group_are_those_that_most_of_it_says() -> None:
    (group,) = grouped([gist(text, idle) for text in ("Glam squad 3", "glam squad please", "my glam squad visit")])
    assert ("glam", "squad") == group.words
    assert "glám squad" == as_typed(("glam", "squad"), ["please", "Glám SQUAD!", "glam"])


def test_the_largest_group_is_first() -> None:
    texts = ["balayage", "glam squad", "perm", "glam squad pls", "a perm", "the perm"]
    assert [3, 2, 1] == [len(group) for group in grouped_places(texts)]


def grouped_places(texts: list[str]) -> list[tuple[int, ...]]:
    return [one.places for one in grouped([gist(text, idle) for text in texts])]


@given(st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=40)), max_size=30), st.randoms(use_true_random=False))
def test_every_text_is_in_one_group_and_their_order_does_not_matter(texts: list[str], chance: random.Random) -> None:
    shuffled = texts.copy()
    chance.shuffle(shuffled)
    places = [place for group in grouped_places(texts) for place in group]
    assert list(range(len(texts))) == sorted(places)
    once = Counter(map(frozenset, groups_of(texts)))
    assert once == Counter(map(frozenset, groups_of(shuffled)))
    held = [{texts.index(text) for text in group} for group in groups_of(texts)]
    assert sum(map(len, held)) == len(set(texts)), "the same text is never in two groups"


def test_more_different_texts_than_are_compared_are_all_there() -> None:
    chance = random.Random(7)
    texts = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=12)) for _ in range(3000)]
    found = grouped_places(texts)
    assert len(texts) == sum(map(len, found))
    assert len(found) > MOST_COMPARED, "or nothing was left uncompared"
    assert [(0, 1)] == grouped_places(["x" * 5000, "x" * 5000])
