"""From the tables of a kind's file to the kind. What does not fit together is refused, in words that name the place."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conversations.engagements.kinds import Detail, Kind, Milestone, Question, Share, Variant, Words

_WHOLE = 100
_KIND = {"letter", "names", "events", "questions", "milestones", "shares", "categories", "variants"}
_QUESTION, _MILESTONE = {"detail", "texts", "called", "required"}, {"key", "days", "titles", "descriptions", "client"}
_SHARE, _VARIANT = {"key", "percent", "titles"}, {"names", "milestones", "shares"}


def kind_from(key: str, table: Mapping[str, Any]) -> Kind:
    """Raises ValueError where a table lacks something, has something unknown or twice, or has shares that do not
    add up to 100 percent."""
    _only(key, table, _KIND, optional={"shares", "categories", "variants"})
    if not (isinstance(table["letter"], str) and len(table["letter"]) == 1 and table["letter"].isupper()):
        raise ValueError(f"{key}.letter: wanted one capital letter, such as W")
    questions = tuple(_question(f"{key}.questions", one) for one in table["questions"])
    _once(f"{key}.questions", (question.detail for question in questions))
    variants = tuple(_variant(f"{key}.variants.{name}", name, one) for name, one in table.get("variants", {}).items())
    return Kind(
        key=key,
        letter=table["letter"],
        names=_words(f"{key}.names", table["names"]),
        events=_words(f"{key}.events", table["events"]),
        questions=questions,
        milestones=_milestones(f"{key}.milestones", table["milestones"]),
        shares=_shares(f"{key}.shares", table.get("shares", [])),
        categories=tuple(table.get("categories", [])),
        variants=variants,
    )


def _question(place: str, table: Mapping[str, Any]) -> Question:
    _only(place, table, _QUESTION, optional={"required"})
    if table["detail"] not in list(Detail):
        raise ValueError(f"{place}: {table['detail']!r} is none of {', '.join(Detail)}")
    detail, called = Detail(table["detail"]), table["called"]
    for code, words in called.items():
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise ValueError(f"{place}.{detail}.called.{code}: wanted a list of words")
    return Question(detail, _words(f"{place}.{detail}.texts", table["texts"]), called, bool(table.get("required")))


def _milestones(place: str, tables: Sequence[Mapping[str, Any]]) -> tuple[Milestone, ...]:
    found = []
    for table in tables:
        _only(place, table, _MILESTONE, optional={"descriptions", "client"})
        if not isinstance(table["days"], int):
            raise ValueError(f"{place}.{table['key']}.days: wanted a whole number of days before the event")
        titles = _words(f"{place}.{table['key']}.titles", table["titles"])
        about = _words(f"{place}.{table['key']}.descriptions", table.get("descriptions", {"en": ""}))
        found.append(Milestone(table["key"], table["days"], titles, about, bool(table.get("client"))))
    _once(place, (one.key for one in found))
    return tuple(found)


def _shares(place: str, tables: Sequence[Mapping[str, Any]]) -> tuple[Share, ...]:
    found = []
    for table in tables:
        _only(place, table, _SHARE)
        if not isinstance(table["percent"], int) or not 0 < table["percent"] <= _WHOLE:
            raise ValueError(f"{place}.{table['key']}.percent: wanted 1 to {_WHOLE}")
        found.append(Share(table["key"], table["percent"], _words(f"{place}.{table['key']}.titles", table["titles"])))
    _once(place, (one.key for one in found))
    total = sum(one.percent for one in found)
    if found and total != _WHOLE:
        raise ValueError(f"{place}: the shares add up to {total} percent, not to {_WHOLE}")
    return tuple(found)


def _variant(place: str, key: str, table: Mapping[str, Any]) -> Variant:
    _only(place, table, _VARIANT, optional={"milestones", "shares"})
    milestones = _milestones(f"{place}.milestones", table.get("milestones", []))
    shares = _shares(f"{place}.shares", table.get("shares", []))
    return Variant(key, _words(f"{place}.names", table["names"]), milestones, shares)


def _words(place: str, table: Mapping[str, Any]) -> Words:
    if not isinstance(table, Mapping) or not table or not all(isinstance(words, str) for words in table.values()):
        raise ValueError(f"{place}: wanted words by language")
    return dict(table)


def _only(place: str, table: Mapping[str, Any], known: set[str], optional: Iterable[str] = ()) -> None:
    if missing := sorted(known - set(optional) - set(table)):
        raise ValueError(f"{place}: {', '.join(missing)} missing")
    if unknown := sorted(set(table) - known):
        raise ValueError(f"{place}: {', '.join(unknown)} unknown")


def _once(place: str, keys: Iterable[str]) -> None:
    if twice := [key for key, count in Counter(keys).items() if count > 1]:
        raise ValueError(f"{place}: {', '.join(twice)} twice")
