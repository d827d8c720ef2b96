"""Who is running late, and by how much; and who only speaks of late hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conversations.understanding import Context, Intent, understand

NOW = datetime(2026, 3, 10, 10, 15, tzinfo=ZoneInfo("Asia/Qatar"))

LATE = [
    ("en", "10 min late", 10),
    ("en", "im running 15 mins behind", 15),
    ("en", "Running about 20 minutes late, sorry!", 20),
    ("en", "sorry I'm going to be half an hour late", 30),
    ("en", "will be an hour late", 60),
    ("en", "stuck in traffic, 5-10 min late", 10),
    ("en", "running late", None),
    ("en", "we'll be ten minutes late", 10),
    ("en", "quarter of an hour late", 15),
    ("es", "llego 10 minutos tarde", 10),
    ("es", "voy con retraso, unos 15 min", 15),
    ("es", "llego media hora tarde", 30),
    ("es", "voy a llegar tarde", None),
    ("es", "voy atrasada 20 minutos", 20),
    ("fr", "j'aurai 10 minutes de retard", 10),
    ("fr", "je suis en retard de 15 min", 15),
    ("fr", "je serai en retard d'une demi-heure", 30),
    ("fr", "désolé, en retard", None),
    ("pt", "vou me atrasar 10 minutos", 10),
    ("pt", "estou atrasada uns 15 min", 15),
    ("pt", "chego com meia hora de atraso", 30),
    ("pt", "vou chegar tarde", None),
    ("ar", "سأتأخر 10 دقائق", 10),
    ("ar", "أنا متأخر ربع ساعة", 15),
    ("ar", "سأتأخر نصف ساعة", 30),
    ("ar", "راح أتأخر شوي", None),
    ("sw", "nitachelewa dakika 10", 10),
    ("sw", "nimechelewa nusu saa", 30),
    ("sw", "samahani nachelewa kidogo", None),
    ("fil", "male-late po ako ng 10 minutes", 10),
    ("fil", "mahuhuli ako ng 15 mins", 15),
    ("fil", "late po ako kalahating oras", 30),
    ("fil", "medyo late lang po", None),
    ("hi", "10 minute late ho jaunga", 10),
    ("hi", "mujhe 15 minute der ho jayegi", 15),
    ("hi", "मुझे 20 मिनट देर हो जाएगी", 20),
    ("hi", "aadha ghanta late ho jaungi", 30),
    ("hi", "der ho rahi hai", None),
]
NOT_LATE = [
    ("en", "late afternoon please"),
    ("en", "is it too late to book for tomorrow?"),
    ("en", "late march"),
    ("en", "can I come later, at 6?"),
    ("en", "the latest you have"),
    ("en", "10 minutes massage"),
    ("es", "por la tarde"),
    ("es", "más tarde, a las 6"),
    ("fr", "plus tard, à 18h"),
    ("pt", "mais tarde"),
    ("ar", "موعد متأخر من فضلك"),
    ("sw", "baadaye jioni"),
    ("fil", "mamaya na lang po"),
    ("hi", "शाम को देर से"),
]


@pytest.mark.parametrize(("language", "text", "minutes"), LATE)
def test_who_is_late_says_by_how_much_or_not(language: str, text: str, minutes: int | None) -> None:
    found = understand(text, Context(NOW, language))
    assert (Intent.LATE, minutes) == (found.intent, found.delay)


@pytest.mark.parametrize(("language", "text"), NOT_LATE)
def test_who_speaks_of_late_hours_is_not_late(language: str, text: str) -> None:
    assert Intent.LATE is not understand(text, Context(NOW, language)).intent


@pytest.mark.parametrize("text", ["running late, cancel my booking", "im late can i move my appointment to 5"])
def test_what_they_want_done_about_it_counts_more(text: str) -> None:
    assert understand(text, Context(NOW)).intent in (Intent.CANCEL, Intent.RESCHEDULE)


@pytest.mark.parametrize("text", ["9999 minutes late", "0 min late"])
def test_a_delay_that_is_none_is_not_believed(text: str) -> None:
    assert (Intent.LATE, None) == (understand(text, Context(NOW)).intent, understand(text, Context(NOW)).delay)
