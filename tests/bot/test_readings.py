"""The line by line interface by which the understanding of phrases is measured."""

import json

import pytest

from bot.readings import answer_line

REF = "2026-03-10T10:15:00+03:00"


def answered(text: str, **more: str) -> dict[str, object]:
    asked = {"text": text, "ref": REF, "lang": "en", "region": "GB", "tz": "Asia/Qatar", **more}
    found: dict[str, object] = json.loads(answer_line(json.dumps(asked)))
    return found


def test_a_line_that_is_none_is_answered_all_the_same():
    broken = (
        "",
        "{",
        "[]",
        "null",
        "7",
        '"x"',
        "{}",
        '{"text": 5, "ref": "yesterday"}',
        '{"ref": null, "tz": "No/Where"}',
    )
    for line in broken:
        assert json.loads(answer_line(line))["kind"] == "none"


KINDS = {
    "tomorrow at 3": {"kind": "point", "date": "2026-03-11", "time": "15:00"},
    "tomorrow": {"kind": "point", "date": "2026-03-11"},
    "3pm": {"kind": "point", "time": "15:00"},
    "next week": {"kind": "range", "date_from": "2026-03-16", "date_to": "2026-03-22"},
    "tomorrow between 2 and 4": {"kind": "range", "date": "2026-03-11", "time_from": "14:00", "time_to": "16:00"},
    "after 4": {"kind": "range", "time_from": "16:00"},
    "not friday": {"kind": "exclude", "date": "2026-03-13"},
    "hello": {"kind": "none"},
    "30 february": {"kind": "invalid"},
    "today at 9am": {"kind": "invalid"},
    "yesterday": {"kind": "invalid"},
    "mon 3pm or wed 4pm": {
        "kind": "ambiguous",
        "alternatives": [{"date": "2026-03-16", "time": "15:00"}, {"date": "2026-03-11", "time": "16:00"}],
    },
    "next friday": {"kind": "ambiguous", "alternatives": [{"date": "2026-03-13"}, {"date": "2026-03-20"}]},
    "monday 14th march": {"kind": "ambiguous", "alternatives": [{"date": "2026-03-14"}, {"date": "2026-03-16"}]},
}


@pytest.mark.parametrize("text", KINDS)
def test_each_kind_has_its_fields(text: str):
    assert KINDS[text] == answered(text)


def test_a_tag_gives_the_region_that_is_not_given():
    assert answered("5/4", lang="en-US", region="")["date"] == "2026-05-04"
    assert answered("5/4", lang="en-GB", region="")["date"] == "2026-04-05"
    assert answered("5/4", lang="hi-en", region="")["kind"] == "ambiguous"
    assert answered("5/4", lang="en-US", region="GB")["date"] == "2026-04-05"


def test_an_unknown_language_is_read_as_english():
    assert all(answered("tomorrow at 3", lang=lang) == KINDS["tomorrow at 3"] for lang in ("zz", "", "tl", "x" * 50))
