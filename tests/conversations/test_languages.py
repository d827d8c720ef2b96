"""Every language answers all that English answers, with the same values in it, and in its own words."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from conversations.business import Money
from conversations.languages import LANGUAGES, language, spoken
from conversations.languages.render import render
from conversations.replies import Reply, Value, say

ENGLISH = language("en")
OTHERS = sorted(set(spoken()) - {"en"})
WHEN = datetime(2026, 3, 12, 15, tzinfo=ZoneInfo("Asia/Qatar"))

MOMENTS = {"when", "asked", "proposed"}
DAYS = {"day"}
LINES = {"lines", "near", "shifts"}

COMMAND = re.compile(
    r"\b(?:APPROVE|DECLINE|MODIFY|PENDING|SHOW|COMMANDS|BOOK|MY BOOKINGS|MENU|BACK|START OVER|AGENT|START|STOP)\b"
    r"|\b(?:YES|NO|id)\b"
)
"""What is typed is the same in every language, and stands in capitals; in a usage, "id" is the number."""
EXAMPLE = re.compile(r"\b25 December\b")
_ENGLISH = """
the is are was were been has have had does did will would should could can may must you your yours our ours
its it we us they them their his her this that these those which what when where who whom why how and or but
if then than so because for from with without of to in into on at by as about after before until again
already also always never here there just now only other another each every any some nothing somebody
someone anything please sorry thank thanks reply text texts sent send time day days date week request
booking booked book client service staff note price free open closed confirmed declined approved waiting
answer asked ask asks person hello welcome back help yes no not too late soon more first second third times
"""
ENGLISH_WORDS = frozenset(_ENGLISH.split())
SHARED: dict[str, set[str]] = {
    "es": {"has", "no", "me"},
    "fr": {"on", "me", "client", "service", "note", "date", "message", "or"},
    "pt": {"for", "no", "me", "as", "do"},
    "fil": {
        "at", "may", "on", "staff", "booking", "request", "service", "note", "book", "text", "reply", "client", "date",
        "time", "confirmed", "free", "approved",
    },
}  # fmt: skip
"""Words of that language, its own or borrowed, that English has as well."""


def placeholders(sentence: str) -> list[tuple[str, str]]:
    return sorted((name, spec or "") for _, name, spec, _ in Formatter().parse(sentence) if name)


def value(name: str, spec: str, patterns: Mapping[str, str]) -> Value:
    """Something of the type that fits a placeholder."""
    if name in MOMENTS or spec in ("moment", "short", "brief"):
        return WHEN
    if name in DAYS or spec in ("day", "full_day"):
        return date(2026, 3, 12)
    if name == "at" or spec == "time":
        return time(15)
    if name in LINES:
        return (say("time_option", at=time(15)),)
    assert spec == "" or spec in patterns
    return Money(7900, "QAR") if name == "price" else "7"


def rendered(key: str, code: str) -> str:
    sentence = language(code)["replies"][key]
    formats = language(code)["formats"]
    values = {name: value(name, spec, formats) for name, spec in placeholders(sentence)}
    return render(Reply(key, values), code)


def left_in_english(sentence: str, code: str) -> set[str]:
    shown = Formatter().parse(sentence)
    plain = EXAMPLE.sub(" ", COMMAND.sub(" ", " ".join(literal for literal, *_ in shown)))
    return set(re.findall(r"[^\W\d_]+", plain.casefold())) & (ENGLISH_WORDS - SHARED.get(code, set()))


def test_the_languages_that_have_a_file_are_named() -> None:
    assert set(spoken()) <= set(LANGUAGES)
    assert OTHERS


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_every_reply_and_format_of_english_and_no_other(code: str) -> None:
    assert set(ENGLISH["replies"]) == set(language(code)["replies"])
    assert set(ENGLISH["formats"]) == set(language(code)["formats"])


@pytest.mark.parametrize("code", OTHERS)
def test_a_reply_says_the_same_values_in_every_language(code: str) -> None:
    other = language(code)["replies"]
    differing = {
        key: (placeholders(sentence), placeholders(other[key]))
        for key, sentence in ENGLISH["replies"].items()
        if placeholders(sentence) != placeholders(other.get(key, ""))
    }
    assert {} == differing


@pytest.mark.parametrize("code", sorted(spoken()))
def test_every_reply_can_be_rendered(code: str) -> None:
    texts = {key: rendered(key, code) for key in language(code)["replies"]}
    assert [] == [key for key, text in texts.items() if not text.strip() or "{" in text or "}" in text]


@pytest.mark.parametrize("code", OTHERS)
def test_the_command_words_stay_what_they_are(code: str) -> None:
    other = language(code)["replies"]
    usages = [key for key in ENGLISH["replies"] if key.startswith("usage_")]
    assert usages
    assert [] == [key for key in usages if ENGLISH["replies"][key].split()[0] != other[key].split()[0]]


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_in_another_language(code: str) -> None:
    left = {key: left_in_english(sentence, code) for key, sentence in language(code)["replies"].items()}
    assert {} == {key: words for key, words in left.items() if words}


def test_english_that_was_left_is_noticed() -> None:
    assert {"is", "already", "over"} - {"over"} == left_in_english("{words} is already over", "es")
    assert set() == left_in_english("APPROVE id… [razón]", "es")
