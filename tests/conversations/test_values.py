"""A changed copy of a value, whatever the value keeps its parts in."""

import dataclasses
from dataclasses import FrozenInstanceError, dataclass, fields
from inspect import signature

import pytest

from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.stored import dump, load
from conversations.values import made_often, replace

NAMED = Dialogue(name="Sara", misses=2, awaiting=Awaiting.DATE, options=(Option("1", Subject.MENU, "menu", "Menu"),))


@dataclass(frozen=True, slots=True)
class Narrow:
    one: int
    other: int = 2


def test_a_copy_has_what_was_changed_and_all_else():
    assert dataclasses.replace(NAMED, misses=0, name="") == replace(NAMED, misses=0, name="")
    assert 2 == NAMED.misses
    assert Narrow(3, 2) == replace(Narrow(1), one=3)


def test_a_dialogue_that_says_little_equals_one_that_says_all():
    little = Dialogue.of({"name": "Sara"})
    whole = Dialogue(**{field.name: getattr(little, field.name) for field in fields(Dialogue)})
    assert whole == little == replace(whole, name="Sara")
    assert hash(whole) == hash(little)
    assert dump(whole) == dump(little) == {"version": 1, "name": "Sara"}


def test_what_was_made_empty_again_is_not_stored():
    assert dump(Dialogue()) == dump(
        replace(load(dump(NAMED)), name="", misses=0, awaiting=Awaiting.NOTHING, options=())
    )


def test_every_part_begins_as_the_class_has_it():
    assert all(field.default_factory is dataclasses.MISSING for field in fields(Dialogue))


@made_often
@dataclass(frozen=True, slots=True)
class Swift:
    one: int
    other: int = 2


def test_what_is_made_often_is_made_as_any_frozen_dataclass():
    assert signature(Narrow) == signature(Swift)
    assert Swift(1) == Swift(one=1, other=2) == dataclasses.replace(Swift(3), one=1)
    assert (hash(Narrow(1)), "Swift(one=1, other=2)") == (hash(Swift(1)), repr(Swift(1)))
    for wrongly in ({}, {"one": 1, "third": 3}):
        with pytest.raises(TypeError):
            Swift(**wrongly)
    with pytest.raises(FrozenInstanceError):
        Swift(1).one = 2
