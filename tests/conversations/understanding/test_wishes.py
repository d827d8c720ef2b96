"""Intents, yes and no, names."""

from dataclasses import replace

import pytest

from conversations.understanding import PAYING, Answer, Intent, understand
from tests.conversations.understanding.readings import QATAR, written
from tests.conversations.understanding.salon import BACK, HAIRCUT, SALON

WISHES = {
    "book": Intent.BOOK,
    "can I make an appointment": Intent.BOOK,
    "Hi, I'd like to reserve a slot": Intent.BOOK,
    "back": Intent.BACK,
    "go back please": Intent.BACK,
    "start over": Intent.START_OVER,
    "RESTART": Intent.START_OVER,
    "never mind": Intent.NEVER_MIND,
    "oh forget it": Intent.NEVER_MIND,
    "help": Intent.HELP,
    "Help please!": Intent.HELP,
    "?": Intent.HELP,
    "menu": Intent.MENU,
    "main menu pls": Intent.MENU,
    "agent": Intent.PERSON,
    "I want to talk to a real person": Intent.PERSON,
    "can I speak to someone": Intent.PERSON,
    "human!!": Intent.PERSON,
    "my bookings": Intent.MY_BOOKINGS,
    "when is my appointment": Intent.MY_BOOKINGS,
    "cancel my booking": Intent.CANCEL,
    "please cancel tomorrow's appointment": Intent.CANCEL,
    "I need to cancel": Intent.CANCEL,
    "cancel the 8th of december": Intent.CANCEL,
    "cancel thursday": Intent.CANCEL,
    "don't cancel thursday": None,
    "cancel": Intent.CANCEL,
    "reschedule": Intent.RESCHEDULE,
    "can I move my booking to friday": Intent.RESCHEDULE,
    "how much is a haircut?": Intent.PRICE,
    "price": Intent.PRICE,
    "where are you": Intent.WHERE,
    "what's your address": Intent.WHERE,
    "what time do you open": Intent.HOURS,
    "are you open on friday": Intent.HOURS,
    "hi": Intent.GREETING,
    "Heyyyy": Intent.GREETING,
    "good morning": Intent.GREETING,
    "Morning!": Intent.GREETING,
    "hi, thanks": Intent.THANKS,
    "thank you so much": Intent.THANKS,
    "for 1 person": None,
    "please stop by at 3": None,
    "I'll be back at 3": None,
    "blue": None,
    "": None,
    "pay": Intent.PAY,
    "Where do I pay, please?": Intent.PAY,
    "I don't want to pay": None,
    "card pls": Intent.PAY_BY_CARD,
    "can I pay by card?": None,
    "M-Pesa": Intent.PAY_BY_PHONE,
    "paid!": Intent.PAID,
    "hi, I've paid the deposit, thanks": Intent.PAID,
    "I haven't paid": None,
    "paid session tomorrow at 3": None,
    "how much do I pay?": Intent.PRICE,
}


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_is_found_in_its_sentence(text: str):
    assert WISHES[text] == understand(text, QATAR).intent


@pytest.mark.parametrize("text", ["pay", "card", "mpesa", "paid", "I've paid", "payment link"])
def test_who_owes_nothing_wishes_nothing_by_the_words_of_paying(text: str):
    assert understand(text, QATAR).intent in PAYING
    assert understand(text, replace(QATAR, may_owe=False)).intent is None


def test_back_in_a_back_massage_is_no_way_back():
    understood = understand("a back massage", SALON)
    assert (None, (BACK,)) == (understood.intent, understood.service_ids)


def test_book_with_a_service_is_both():
    understood = understand("book a haircut", SALON)
    assert (Intent.BOOK, (HAIRCUT,)) == (understood.intent, understood.service_ids)


def test_a_greeting_fills_nothing():
    assert all(
        understand(text, SALON).fills_nothing for text in ("hi", "good morning", "Morning!", "hello there", "I want")
    )


ANSWERS = {
    Answer.YES: [
        "yes",
        "YES!!",
        "yes please",
        "yep",
        "yesss",
        "Yeahhh",
        "ok",
        "okay thanks",
        "sure",
        "👍",
        "👍🏽",
        "✅",
        "sounds good",
        "perfect",
        "y",
        "confirm",
        "no problem",
        "that works",
        "yes but at 4",
        "Yes, friday",
        "ok 👍",
        "right",
        "oh yes",
    ],
    Answer.NO: [
        "no",
        "nope",
        "nooo",
        "no thanks",
        "nah",
        "👎",
        "❌",
        "no, Tuesday instead",
        "no not 3pm, 4pm",
        "n",
        "can't",
        "no way",
    ],
    None: [
        "not sure",
        "no idea",
        "I have no idea",
        "haircut",
        "friday",
        "is there no friday",
        "yes 👎",
        "👍👎",
        "no earlier than 10am",
        "no rush",
        "right after lunch",
        "",
    ],
}


@pytest.mark.parametrize(("answer", "text"), [(answer, text) for answer, texts in ANSWERS.items() for text in texts])
def test_yes_and_no_are_heard_where_they_are_said(answer: Answer | None, text: str):
    assert answer == understand(text, QATAR).answer


def test_an_answer_keeps_what_is_said_beside_it():
    assert written(understand("yes but at 4", QATAR)) == "16:00"
    assert written(understand("no, thursday instead", QATAR)) == "2026-03-12"


NAMES = {
    "My name is Sara": "Sara",
    "name is sara ahmed": "Sara Ahmed",
    "Name: Ali": "Ali",
    "It's Sara Ahmed": "Sara Ahmed",
    "I'm Omar": "Omar",
    "yes, my name is María José": "María José",
    "my name is Omar and I want a haircut": "Omar",
    "my name is O'Brien tomorrow": "O'Brien",
    "it's Friday": "",
    "It's Friday": "",
    "it's late": "",
    "I'm late": "",
    "I'm running late": "",
    "It's Ok": "",
    "It's Haircut": "",
    "my name is": "",
    "my name is not important": "",
    "my name is 42": "",
}


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_taken_only_where_it_is_given(text: str):
    assert NAMES[text] == understand(text, SALON).name


def test_a_name_is_no_date():
    assert written(understand("my name is April May, friday please", SALON)) == "2026-03-13"
