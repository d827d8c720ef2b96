"""What a text is read against is made once for one turn, and anew where anything is otherwise."""

from datetime import timedelta
from weakref import ref

from conversations.dialogue import Awaiting, Dialogue
from conversations.reading import context_of
from conversations.values import replace
from tests.conversations.plain_facts import PlainFacts

ASKED = Dialogue(awaiting=Awaiting.DATE)


def test_what_a_text_is_read_against_is_made_once_for_a_turn():
    facts = PlainFacts()
    assert context_of(ASKED, facts) is context_of(ASKED, facts)


def test_another_dialogue_language_or_moment_is_read_against_itself():
    facts = PlainFacts()
    assert Awaiting.DATE is context_of(ASKED, facts).awaiting
    assert Awaiting.TIME is context_of(replace(ASKED, awaiting=Awaiting.TIME), facts).awaiting
    assert "es" == context_of(ASKED, facts.in_language("es")).language
    later = facts.now + timedelta(minutes=1)
    assert later == context_of(ASKED, replace(facts, now=later)).now
    assert facts.now == context_of(ASKED, facts).now


def test_facts_are_not_kept_by_what_was_read_against_them():
    facts = PlainFacts()
    context_of(ASKED, facts)
    known = ref(facts)
    del facts
    assert known() is None
