"""What a text tells of an engagement beside what it is about: with the first wish, an answer, or a correction."""

from conversations.dialogue import Awaiting, Dialogue
from conversations.engagements import kind_named
from conversations.engagements.kinds import Brief, Detail, Kind, Question
from conversations.engagements.mentioned import Mentioned, clauses, joined, mentioned, without_opening
from conversations.engagements.values import read_value
from conversations.events import Said
from conversations.facts import Facts
from conversations.reading import context_of, understood_here
from conversations.replies import Reply
from conversations.understanding import Certainty, Understood, understand
from conversations.values import replace

_WISHED = (
    Awaiting.NOTHING, Awaiting.MENU, Awaiting.SERVICE, Awaiting.DATE, Awaiting.DATE_READING, Awaiting.TIME,
    Awaiting.TIME_READING, Awaiting.CLASS,
)  # fmt: skip
"""Where a text may be the whole wish."""


def hear(dialogue: Dialogue, event: Said, understood: Understood, facts: Facts) -> tuple[Dialogue, Said, Understood]:
    """A wish without what it tells of the engagement, which is kept: of "we're getting married on 12 June 2027, can we
    come in tuesday at 3?" the first day is the wedding's."""
    if dialogue.awaiting not in _WISHED or dialogue.changing or facts.person.is_coordinator:
        return dialogue, event, understood
    kind, opening = _spoken_of(dialogue, understood, facts)
    if kind is None:
        return dialogue, event, understood
    told: list[tuple[Detail, str]] = []
    rest = event.text
    for clause in clauses(event.text):
        for part in dict.fromkeys((clause, *joined(clause, facts.language))):
            beside = rest.replace(part, "", 1)
            found = mentioned(part, kind, facts.language) if part in rest else None
            value = _told_beside(dialogue, found, part, beside, facts) if found is not None else ""
            if found is not None and value:
                told, rest = [*told, (found.question.detail, value)], beside
    is_named = bool(dialogue.service_ids or understood.service_ids)
    if not told or (not is_named and Detail.EVENT_DATE not in dict(told)):
        return dialogue, event, understood
    dialogue = _knowing(dialogue, tuple(told))
    event = replace(event, text=rest)
    said = understood_here(dialogue, event, facts)
    if not dialogue.service_ids and not said.service_ids and (understood.service_ids or len(opening) == 1):
        said = replace(said, service_ids=understood.service_ids or opening)
    return dialogue, event, replace(said, email=understood.email)


def beside(dialogue: Dialogue, asked: Question | None, kind: Kind, event: Said, facts: Facts) -> tuple[Dialogue, Said]:
    """An answer or a correction without what it tells of other details, which is kept: "12 June 2027, 150 guests".
    Where a text is nothing but such, the last of it is left."""
    parts = clauses(event.text)
    told = {part: found for part in parts if (found := _of_another(dialogue, asked, kind, part, facts)) is not None}
    rest = ", ".join(part for part in parts if part not in told)
    if len(told) > 1 and not rest:
        rest, _ = told.popitem()
    elif not told or not rest or not _answers(dialogue, asked, rest, facts):
        return dialogue, event
    return _knowing(dialogue, tuple(told.values())), replace(event, text=rest)


def _answers(dialogue: Dialogue, asked: Question | None, text: str, facts: Facts) -> bool:
    if asked is None or asked.detail is Detail.REQUESTS:
        return False
    return not isinstance(value_of(dialogue, asked.detail, text, facts), Reply)


def _of_another(
    dialogue: Dialogue, asked: Question | None, kind: Kind, part: str, facts: Facts
) -> tuple[Detail, str] | None:
    """A detail that is not asked for, and what this part of a text tells of it."""
    found = mentioned(part, kind, facts.language)
    if found is None or not found.value or (asked is not None and found.question.detail is asked.detail):
        return None
    value = value_of(dialogue, found.question.detail, found.value, facts)
    return None if isinstance(value, Reply) else (found.question.detail, value)


def to_be_opened(key: str, facts: Facts) -> Kind | None:
    """The kind of that key; None for none, and where this client has one under way."""
    kind = kind_named(key)
    has_one = kind is not None and any(each.kind.key == kind.key for each in facts.engagements())
    return None if has_one else kind


def value_of(dialogue: Dialogue, detail: Detail, text: str, facts: Facts) -> str | Reply:
    """What a text tells of a detail; the event is not before the visit."""
    if detail in (Detail.NAME, Detail.VENUE):
        text = without_opening(text, facts.language)
    return read_value(detail, text, facts, not_before=dialogue.day)


def _spoken_of(dialogue: Dialogue, understood: Understood, facts: Facts) -> tuple[Kind | None, tuple[int, ...]]:
    """The one kind that the services open that are wanted, or named, or else any; and these services."""
    wanted = dialogue.service_ids or understood.service_ids
    opening = [each for each in facts.services() if each.engagement and (each.id in wanted or not wanted)]
    kinds = {kind.key: kind for each in opening if (kind := to_be_opened(each.engagement, facts)) is not None}
    return kinds.popitem()[1] if len(kinds) == 1 else None, tuple(each.id for each in opening)


def _told_beside(dialogue: Dialogue, found: Mentioned, part: str, beside: str, facts: Facts) -> str:
    """What a part of a wish tells of a detail; "" where it tells nothing, or something of the visit as well."""
    context = context_of(dialogue, facts)
    said = understand(part, context)
    of_visit = said.time.certainty is not Certainty.NOTHING
    if found.question.detail is Detail.EVENT_DATE:
        of_visit = of_visit and understand(beside, context).time.certainty is Certainty.NOTHING
    else:
        of_visit = of_visit or said.date.certainty is not Certainty.NOTHING or bool(said.service_ids)
    value = "" if of_visit else value_of(dialogue, found.question.detail, found.value, facts)
    return "" if isinstance(value, Reply) else value


def _knowing(dialogue: Dialogue, told: Brief) -> Dialogue:
    return replace(dialogue, brief=tuple({**dict(dialogue.brief), **dict(told)}.items()))
