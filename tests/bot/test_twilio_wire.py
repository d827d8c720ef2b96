"""What goes to Twilio and what comes back: written and read by hand, it is as the libraries have it."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.twilio import _quoted
from bot.channels.twilio_wire import sid_in

WORDS = st.text(st.sampled_from('sid"\\{}[]:, \u0645')) | st.sampled_from(["sid", '"sid": "SM2"', "SM1", '\\"sid'])
VALUES = st.recursive(
    WORDS | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
SIDS = WORDS | st.sampled_from(["SM1", "", "SM 1", "\u0645"])


@given(st.text())
@example("+974 55_5-~.*\r\n\u0645\U0001f487")
def test_a_text_is_quoted_as_in_every_form(text: str) -> None:
    assert quote_plus(text) == _quoted(text)


@given(st.dictionaries(WORDS, VALUES, max_size=4), SIDS, st.dictionaries(WORDS, VALUES, max_size=3))
@example({"body": '"sid": "SM2"'}, "SM1", {})
@example({"a": {"sid": "SM2"}}, "SM1", {})
@example({'\\"sid': "SM2", '"sid': "SM3"}, "SM1", {})
def test_the_sid_is_the_one_that_json_has(before: dict[str, Any], sid: str, after: dict[str, Any]) -> None:
    after.pop("sid", None)
    fields = {**before, "sid": sid, **after}
    for options in ({}, {"indent": 1}, {"separators": (",", ":"), "ensure_ascii": False}):
        assert sid == sid_in(json.dumps(fields, **options).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b'["sid"]', b"7", b"\xff", b"{}", b'{"sid": null}', b'{"sid": ""}', b'{"sid": "SM1"',
        b'{"a": {"sid": "SM1"}}', b'[{"sid": "SM1"}]', b'x{"sid": "SM1"}', b'{"sids": "SM1"}', b'{"a": "\\"sid\\": 1"}',
    ],
)  # fmt: skip
def test_what_has_no_sid_has_none(body: bytes) -> None:
    assert "" == sid_in(body)
