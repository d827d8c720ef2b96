"""Which addresses look misspelt, and what was meant."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.understanding.email_typos import suggested

SLIPS = {
    "ana@gmail.com": [
        "ana@gmial.com",
        "ana@gamil.com",
        "ana@gmail.con",
        "ana@gmail,com",
        "ana@gmai.com",
        "ana@gmil.com",
        "ana@gmal.com",
        "ana@gmaill.com",
        "ana@gnail.com",
        "ana@mgail.com",
        "ana@gmali.com",
        "ana@gmaul.com",
        "ana@gmail.co",
        "ana@gmail.cm",
        "ana@gmail.om",
        "ana@gmail.cpm",
        "ana@gmail.comm",
        "ana@gmail.xom",
        "ana@gmailcom",
        "ana@gmail",
        "ana@gmail..com",
        "ana@gmail.com.",
        "ana@gmail. com",
        "ana@@gmail.com",
        "ana@gmial.con",
        "ana@GMIAL.COM",
        "ana@gmail.ocm",
    ],
    "bo.li+x@hotmail.com": [
        "bo.li+x@hotnail.com",
        "bo.li+x@hotmial.com",
        "bo.li+x@homtail.com",
        "bo.li+x@hotmal.com",
        "bo.li+x@hotmail.con",
        "bo.li+x@hotmaill.com",
        "bo.li+x@hotmil.com",
        "bo.li+x@hotmail,com",
    ],
    "c@yahoo.com": ["c@yaho.com", "c@yahho.com", "c@yhaoo.com", "c@yahooo.com", "c@yahoo.con", "c@yahoo.cm", "c@yahoo"],
    "d@outlook.com": [
        "d@outlok.com",
        "d@outloo.com",
        "d@outllook.com",
        "d@outlook.co",
        "d@otulook.com",
        "d@outlook.cm",
    ],
    "e@icloud.com": ["e@icloud.co", "e@iclod.com", "e@icould.com", "e@icloud.con", "e@iclould.com", "e@icoud.com"],
    "f@hotmail.es": ["f@hotnail.es", "f@hotmail,es"],
    "g@yahoo.co.uk": ["g@yaho.co.uk", "g@yhaoo.co.uk"],
    "h@yahoo.com.br": ["h@yahho.com.br"],
    "i@studio-lua.pt": ["i@studio-lua,pt"],
}
PLAIN = [
    "ana@gmail.com",
    "Ana.Maria@Gmail.com",
    "a@googlemail.com",
    "a@gmail.co.uk",
    "a@gmail.es",
    "a@ymail.com",
    "a@rocketmail.com",
    "a@hotmail.es",
    "a@hotmail.co.uk",
    "a@hotmail.fr",
    "a@live.com",
    "a@live.co.uk",
    "a@msn.com",
    "a@proton.me",
    "a@protonmail.com",
    "a@gmx.de",
    "a@gmx.com",
    "a@mail.com",
    "a@email.com",
    "a@mail.ru",
    "a@yahoo.co.in",
    "a@yahoo.fr",
    "a@yahoo.com.ph",
    "a@outlook.de",
    "a@outlook.com.br",
    "a@me.com",
    "a@mac.com",
    "a@aol.com",
    "a@orange.fr",
    "a@qq.com",
    "a@icloud.com",
    "a@uol.com.br",
    "a@web.de",
    "a@safaricom.co.ke",
    "a@rediffmail.com",
    "a@zoho.com",
    "a@cloud.com",
    "a@grail.com",
    "a@hotel.com",
    "a@yoho.com",
    "a@myhotmail.com",
    "a@gmailing.org",
    "a@weddings-by-ana.com",
    "a@ail.com",
    "hello@studio.london",
    "info@outlookhotel.com",
    "a@gmail.school.edu",
    "a@look.com",
    "a@yoo.com",
    "a@email.cz",
    "a@outdoor.com",
]
NO_ADDRESSES = ["", "@", "ana", "@gmial.com", "ana@", "a b@gmial.com", "a@b@gmial.com", "ana@,", "ana at gmial dot com"]


@pytest.mark.parametrize(("meant", "typed"), [(meant, typed) for meant, slips in SLIPS.items() for typed in slips])
def test_a_slip_in_a_well_known_domain_is_noticed(meant: str, typed: str) -> None:
    assert meant == suggested(typed)


@pytest.mark.parametrize("email", PLAIN)
def test_a_domain_of_its_own_is_left_alone(email: str) -> None:
    assert "" == suggested(email)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_has_no_better_one(text: str) -> None:
    assert "" == suggested(text)


@given(st.text(max_size=300) | st.from_regex(r"[a-z]{1,5}@[a-z]{0,9}[.,]?[a-z]{0,4}", fullmatch=True))
def test_any_text_gets_an_address_that_stands_or_none(text: str) -> None:
    better = suggested(text)
    assert better == "" or (better != text and "@" in better and suggested(better) == "")


@pytest.mark.parametrize(
    "text", ["a" * 10_000, "a@" * 5_000, "a@" + "gmail." * 2_000, "a@" + ",." * 5_000, " " * 10_000]
)
def test_a_long_text_costs_little(text: str) -> None:
    begun = thread_time()
    assert "" == suggested(text)
    assert thread_time() - begun < 0.05
