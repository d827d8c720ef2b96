"""What a text tells beside its wish: a name, an email address, a note, who it is for. It is taken out of the text, so
that what stands in it is read as nothing else."""

from typing import NamedTuple

from conversations.understanding.called import words_naming, words_naming_people
from conversations.understanding.contacts import read_email
from conversations.understanding.guests import read_guest
from conversations.understanding.meaning import Context
from conversations.understanding.names import read_name
from conversations.understanding.notes import read_note
from conversations.understanding.services import read_services
from conversations.understanding.vocabulary import Vocabulary


class Asides(NamedTuple):
    """Each "" where it was not told; `rest` is the text without them."""

    name: str
    email: str
    note: str
    attendee: str
    rest: str
    heads: int | None
    """How many they are, where several are named."""
    party: str
    """The words for these."""


def read_asides(text: str, known: Vocabulary, context: Context) -> Asides:
    """From a tidy text."""
    services, people = words_naming(context.services), words_naming_people(context.staff)
    emailed = read_email(text)
    noted = read_note(emailed.rest, known)
    guest = read_guest(noted.rest, known, services | people, lambda word: _is_service(word, known, context))
    named = read_name(guest.rest, known, services)
    return Asides(named.name, emailed.email, noted.note, guest.called, named.rest, heads=guest.heads, party=guest.party)


def _is_service(word: str, known: Vocabulary, context: Context) -> bool:
    """Whether a folded word names a service by itself, misspelt perhaps."""
    return bool(read_services((word,), context.services, known.is_idle, known.single("services", "joining"))[0])
