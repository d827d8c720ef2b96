"""What clients texted and nobody would understand today: those that are alike together, and each read again as the
first text of somebody new."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from conversations.business import Service
from conversations.languages.render import name_text
from conversations.reading import named_language
from conversations.rules.crisis import is_crisis
from conversations.rules.opt_out import opt_word
from conversations.understanding import Context, Intent, Understood, understand
from conversations.understanding.likeness import FIGURE, as_typed, gist, grouped
from conversations.understanding.normalise import fold
from conversations.understanding.questions import asked
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import vocabulary
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from models.not_understood import maybe_not_understood

LOOKED_AT, MOST = 20_000, 2_000
"""The newest texts of the days that are looked at; the newest of those that were not understood."""
MOST_CLUSTERS, MOST_EXAMPLES, MOST_READ_AGAIN = 50, 5, 100
FEWEST_LETTERS = 2
"""Of a text that somebody could be taught by: 美甲."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What somebody said, with the turn that it led to."""

    turn_id: int
    conversation_id: int
    client_id: int
    text: str
    at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts that are alike, newest first. `words` is what most of them say; `examples` each say it in other words."""

    texts: tuple[Missed, ...]
    words: str
    people: int
    examples: tuple[Missed, ...]

    @property
    def newest(self) -> Missed:
        return self.texts[0]

    def holds(self, turn_id: int | None) -> bool:
        return any(one.turn_id == turn_id for one in self.texts)


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Of so many days: those that most people said first; how many texts in all, and clusters that are not shown."""

    days: int
    clusters: tuple[Cluster, ...]
    texts: int
    more: int


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A text that was not understood, how many times it was said, and the services it is read as now; none where it is
    not understood still."""

    newest: Missed
    times: int
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taught:
    """What words have changed: the services that have them as a name, none where that has been taken back; the texts
    of their cluster and all others that are understood by them, and how many are not shown."""

    services: tuple[str, ...]
    texts: tuple[ReadAgain, ...]
    more: int
    understood: int
    """How many texts are understood by them, of so many `in_all`."""
    in_all: int


Read = Callable[[Missed], Understood]


def not_understood(session: Session, days: int, circumstances: Circumstances) -> NotUnderstood:
    """What is not understood as the business stands. Raises NoBusiness."""
    profile = circumstances.profiles.current(session)
    read = _reader(profile, profile.services, circumstances.now)
    found = _clusters(_missed(session, days, circumstances.now), read, profile)
    shown = found[:MOST_CLUSTERS]
    return NotUnderstood(days, tuple(shown), sum(len(one.texts) for one in found), len(found) - len(shown))


def taught_by(session: Session, days: int, turn_id: int | None, words: str, circumstances: Circumstances) -> Taught:
    """What these words have changed for the cluster of this turn, and for every other text that was not understood
    without them. Raises NoBusiness."""
    profile, now = circumstances.profiles.current(session), circumstances.now
    bare = tuple(_without(service, fold(words)) for service in profile.services)
    read = _reader(profile, profile.services, now)
    clusters = _clusters(_missed(session, days, now), _reader(profile, bare, now), profile)
    names = {service.id: name_text(service.called, "en") for service in profile.services}
    told: dict[str, ReadAgain] = {}
    for cluster in sorted(clusters, key=lambda one: not one.holds(turn_id)):
        for one in cluster.texts:
            services = tuple(dict.fromkeys(names[number] for number in read(one).service_ids))
            if services or cluster.holds(turn_id):
                before = told.get(one.text, ReadAgain(one, 0, services))
                told[one.text] = replace(before, times=before.times + 1)
    texts = tuple(told.values())
    named = [names[service.id] for service, other in zip(profile.services, bare, strict=True) if service != other]
    understood, in_all = sum(one.times for one in texts if one.services), sum(one.times for one in texts)
    return Taught(tuple(named), texts[:MOST_READ_AGAIN], len(texts[MOST_READ_AGAIN:]), understood, in_all)


def _missed(session: Session, days: int, now: datetime) -> list[Missed]:
    """Newest first; texts that had one turn together are one."""
    found: dict[int, Missed] = {}
    for row in maybe_not_understood(session, now - timedelta(days=days), LOOKED_AT, MOST):
        later = found.get(row.turn_id)
        text = f"{row.body}\n{later.text}" if later is not None else row.body
        at = later.at if later is not None else row.at
        found[row.turn_id] = Missed(row.turn_id, row.conversation_id, row.client_id, text.strip(), at, row.language)
    return list(found.values())


def _reader(profile: Profile, services: Sequence[Service], now: datetime) -> Read:
    """Reads a text as the first one of somebody, in the language that they speak; the same text once."""
    offered = tuple(service for service in services if service.staff_ids)
    here = now.astimezone(profile.business.zone)
    kept: dict[tuple[str, str], Understood] = {}

    def in_language(text: str, language: str) -> Understood:
        context = Context(
            here, language=language, region=profile.business.region, services=offered, staff=profile.staff,
            may_owe=False,
        )  # fmt: skip
        return understand(text, context)

    def read(missed: Missed) -> Understood:
        language = missed.language or profile.business.language
        if (missed.text, language) not in kept:
            understood = in_language(missed.text, language)
            if understood.fills_nothing and understood.language not in ("", language):
                understood = in_language(missed.text, understood.language)
            kept[missed.text, language] = understood
        return kept[missed.text, language]

    return read


def _clusters(missed: Iterable[Missed], read: Read, profile: Profile) -> list[Cluster]:
    """Those that nothing is understood of, beside a greeting or that they want to book: what most people said first."""
    texts = [one for one in missed if _is_open(one, read(one), profile)]
    gists = [gist(one.text, _idle(one, profile)) for one in texts]
    found = [_cluster([texts[place] for place in each.places], each.words) for each in grouped(gists)]
    return sorted(found, key=lambda one: (-one.people, -len(one.texts), -one.newest.turn_id))


def _cluster(texts: list[Missed], words: Sequence[str]) -> Cluster:
    different = {fold(one.text): one for one in reversed(texts)}
    examples = tuple(reversed(different.values()))[:MOST_EXAMPLES]
    typed = as_typed(words, (one.text for one in texts))
    return Cluster(tuple(texts), typed, len({one.client_id for one in texts}), examples)


def _is_open(missed: Missed, understood: Understood, profile: Profile) -> bool:
    text = missed.text
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS or named_language(text) or is_crisis(text):
        return False
    if opt_word(text, bare_cancel=True) or asked(text, profile.business.answers):
        return False
    if understood.intent not in (None, Intent.GREETING, Intent.BOOK):
        return False
    if not replace(understood, intent=None).fills_nothing:
        return False
    is_idle, wished = _idle(missed, profile), words_of(fold(understood.words.get("intent", "")))
    telling = [word for word in gist(text, is_idle) if word != FIGURE and not is_idle(word) and word not in wished]
    return understood.intent is None or bool(telling)


def _idle(missed: Missed, profile: Profile) -> Callable[[str], bool]:
    return vocabulary(missed.language or profile.business.language, profile.business.region).is_idle


def _without(service: Service, name: str) -> Service:
    """The same, not called so."""
    aliases = tuple(alias for alias in service.aliases if fold(alias) != name)
    return service if aliases == service.aliases else replace(service, aliases=aliases)
