"""What a text costs as SMS, and the spelling that costs least."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from conversations.characters import are_single, characters, units
from conversations.languages import spoken
from conversations.layout import Capabilities, lay_out, split
from conversations.replies import say
from conversations.rules.segments import BASIC, EXTENSION, Encoding, Segments, cheapest, is_gsm, segments

SMS = Capabilities(longest=1600, costs_by_segment=True)
FAMILY, THUMB, FLAG, HEART, ACCENTED = "👨‍👩‍👧", "👍🏽", "🇶🇦", "❤️", "e\u0301"
GSM, UCS = Encoding.GSM_7, Encoding.UCS_2


def test_the_alphabet_is_whole() -> None:
    assert (127, 10) == (len(BASIC), len(EXTENSION))  # 128 places, of which one is the escape
    assert not BASIC & EXTENSION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(GSM, 1)),
        ("a" * 160, Segments(GSM, 1)),
        ("a" * 161, Segments(GSM, 2)),
        ("a" * 306, Segments(GSM, 2)),
        ("a" * 307, Segments(GSM, 3)),
        ("€" * 80, Segments(GSM, 1)),
        ("€" * 81, Segments(GSM, 2)),
        ("a" * 152 + "€" * 77, Segments(GSM, 3)),  # 306 septets, but no escape is parted from what it escapes
        ("Ω" * 160, Segments(GSM, 1)),
        ("á" + "a" * 69, Segments(UCS, 1)),
        ("á" + "a" * 70, Segments(UCS, 2)),
        ("á" + "a" * 133, Segments(UCS, 2)),
        ("á" + "a" * 134, Segments(UCS, 3)),
        ("🔔" * 35, Segments(UCS, 1)),
        ("🔔" * 36, Segments(UCS, 2)),
        ("🔔" * 67, Segments(UCS, 3)),  # 134 units, but 33 to a segment, for none is cut
        ("a" * 66 + "🔔" + "a" * 66, Segments(UCS, 3)),
        (ACCENTED * 35, Segments(UCS, 1)),
        ("क" * 70, Segments(UCS, 1)),
        ("م" * 71, Segments(UCS, 2)),
    ],
)
def test_a_text_costs_what_the_standard_says(text: str, expected: Segments) -> None:
    assert expected == segments(text)


SIGNS = st.sampled_from([*"ab é\n🔔✅ßм→", FAMILY, THUMB, FLAG, HEART, ACCENTED, "नि", "\r\n"])


@given(st.lists(SIGNS | st.sampled_from("ab🔔"), max_size=200).map("".join))
def test_a_wide_text_costs_as_many_segments_as_its_whole_characters_fill(text: str) -> None:
    text = f"й{text}"
    sizes = list(map(units, regex.findall(r"\X", text)))
    count, used = 1, 0
    for size in sizes:
        count, used = (count + 1, size) if used + size > 67 else (count, used + size)
    assert Segments(UCS, 1 if units(text) <= 70 else count) == segments(text)
    assert regex.findall(r"\X", text) == list(characters(text, 20)) or not are_single(text)


def test_signs_that_stand_alone_join_nothing() -> None:
    single = [sign for sign in map(chr, (*range(0xD800), *range(0xE000, 0x20000))) if are_single(sign)]
    assert len(single) > 4_000
    for beside in ("a", "🔔", "\n", "م"):
        assert all([beside, sign, beside] == regex.findall(r"\X", beside + sign + beside) for sign in single)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It’s “free” – really…", 'It\'s "free" - really...'),
        ("« Bonjour\u202f»", '" Bonjour "'),
        ("10\u00a0h\u202f30", "10 h 30"),
        ("zero\u200bwidth\ufeff \u200eleft", "zerowidth left"),
        ("cafe\u0301", "café"),
        ("plain", "plain"),
    ],
)
def test_look_alikes_are_replaced_where_that_saves_the_wide_alphabet(text: str, expected: str) -> None:
    assert expected == cheapest(text)
    assert is_gsm(expected)


@pytest.mark.parametrize(
    "text",
    [
        "🔔 NEW BOOKING REQUEST #12 – Sara’s “first” visit…",
        "✅ Confirmed! It’s at 3…",
        "Mañana a las 3, ¿está bien? «Sí»…",
        "مرحبا “Sara”",
        "…" * 60,  # three signs each would cost more
    ],
)
def test_a_text_stays_as_it_is_where_replacing_would_save_nothing(text: str) -> None:
    assert text == cheapest(text)


@given(st.text(st.sampled_from(sorted(BASIC | EXTENSION) + list("’“…–\u00a0áçñ🔔✅م")), max_size=400))
def test_the_cheapest_spelling_never_costs_more_and_is_its_own_cheapest(text: str) -> None:
    cheap = cheapest(text)
    assert segments(cheap).count <= segments(text).count
    assert cheap == cheapest(cheap)


@given(
    st.lists(st.sampled_from([FAMILY, THUMB, FLAG, HEART, ACCENTED, "a", "न", "🔔", "नि"]), max_size=80).map("".join)
)
def test_no_character_is_cut_however_narrow_the_channel(text: str) -> None:
    whole = list(characters(text, 20))
    parts = split(text, 20)
    assert whole == [one for part in parts for one in characters(part, 20)]
    assert all(units(part) <= 20 for part in parts)


def test_a_character_that_fits_nowhere_is_cut_all_the_same() -> None:
    endless = "a" + "\u0301" * 50
    assert endless == "".join(split(endless, 20))


def test_only_where_segments_cost_is_typography_replaced() -> None:
    reply = say("day_is_free", day="Sara’s day…")
    ((dear,), (cheap,)) = lay_out([reply], "en", Capabilities()), lay_out([reply], "en", SMS)
    assert ("Sara’s day… is possible.", "Sara's day... is possible.") == (dear.text, cheap.text)


def test_a_text_that_grows_by_its_cheaper_spelling_still_fits() -> None:
    reply = say("day_is_free", day="… " * 20 + "word " * 300)
    parts = lay_out([reply], "en", SMS)
    assert all(units(part.text) <= 1600 and is_gsm(part.text) for part in parts)


@pytest.mark.parametrize("language", spoken())
def test_every_language_says_yes_with_its_mark(language: str) -> None:
    (laid,) = lay_out(
        [
            say(
                "approved",
                id=1,
                service="x",
                staff="y",
                when="z",
                place="",
                meeting="",
                intake="",
                note="",
                page="",
                elsewhere="",
            ),
        ],
        language,
        SMS,
    )
    assert "✅" in laid.text
