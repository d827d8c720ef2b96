"""What a text is, where a question of a brief is open, when it is no answer: another wish, another time for the visit,
small talk, or word that it is not known yet."""

from functools import cache

from conversations.dialogue import Dialogue
from conversations.engagements.kinds import Detail, Question
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import answers
from conversations.languages import language
from conversations.reading import context_of, named_language
from conversations.understanding import Answer, Certainty, Context, Intent, Understood, understand
from conversations.understanding.budgets import Unsaid, read_budget
from conversations.understanding.normalise import fold
from conversations.understanding.phrases import Words
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import vocabulary
from conversations.understanding.wording import consists_of, holds, without

READ = (Detail.EVENT_DATE, Detail.GUESTS, Detail.BUDGET, Detail.EMAIL)
"""Not every text answers these."""
FEW_WORDS = 3
_LONGEST_PHRASE = 6
"""In words."""
_QUESTION_MARKS = ("?", "؟")
_ASIDE = (
    Intent.PRICE, Intent.WHERE, Intent.HOURS, Intent.MY_BOOKINGS, Intent.CANCEL, Intent.RESCHEDULE, Intent.LANGUAGE,
)  # fmt: skip
_WISHES = (
    *_ASIDE, Intent.START_OVER, Intent.NEVER_MIND, Intent.MENU, Intent.PERSON, Intent.BACK, Intent.HELP, Intent.BOOK,
    Intent.GREETING, Intent.THANKS,
)  # fmt: skip


def is_question(text: str) -> bool:
    return text.rstrip().endswith(_QUESTION_MARKS)


def is_other_wish(event: Said, asked: Question, facts: Facts) -> bool:
    """Whether they want something else, or ask something that has an answer. "Price Hall" is a venue, not a wish."""
    if named_language(event.text):
        return True
    said = understand(event.text, Context(now=facts.now, language=facts.language))
    if said.intent is None:
        return is_question(event.text) and said.is_slotless and bool(answers.answer(said, event.text, facts))
    if said.intent in _ASIDE and (asked.detail in READ or is_question(event.text)):
        return True
    if said.intent is Intent.PERSON and asked.detail is not Detail.REQUESTS:
        return True
    wished = frozenset((word,) for word in said.words.get("intent", "").split())
    return said.intent in _WISHES and not without(_words(event.text), wished | _small(facts.language))


def other_time(dialogue: Dialogue, event: Said, asked: Question, facts: Facts, *, is_answer: bool) -> Understood | None:
    """What is understood of "make it 4pm" and "friday instead", which say nothing else; None for any other text. What
    is an answer as well ("at 4", of guests) has to say that something changes."""
    if not any(map(str.isalpha, event.text)):
        return None
    said = understand(event.text, context_of(dialogue, facts))
    words, moves = _words(event.text), _phrases(facts.language, "moves")
    names_day, names_time = (one.certainty is Certainty.CERTAIN for one in (said.date, said.time))
    if asked.detail is Detail.EVENT_DATE and said.date.certainty is not Certainty.NOTHING:
        return None
    names_time = names_time and not (is_answer and said.time.words.isdecimal())
    if not (names_time or names_day) or ((is_answer or not names_time) and not holds(words, moves)):
        return None
    told = frozenset((word,) for word in _words(f"{said.date.words} {said.time.words}"))
    return None if without(words, told | moves | _small(facts.language)) else said


def is_small_talk(text: str, facts: Facts) -> bool:
    """ "Ok thanks": says nothing, and so answers nothing."""
    known = vocabulary(facts.language)
    lists = ("yes", "yes_alone", "polite", "openers")
    return consists_of(_words(text), frozenset().union(*(known.phrase_set("answers", name) for name in lists)))


def leaves_open(text: str, asked: Question, facts: Facts) -> bool:
    """ "Not sure yet", "no", "TBD". Of what is answered in words the whole text has to say so: "no pork" is a wish."""
    if asked.detail in READ:
        said = understand(text, Context(now=facts.now, language=facts.language))
        says_no = said.answer is Answer.NO and said.is_slotless and len(text.split()) <= FEW_WORDS
        return says_no or read_budget(text, facts.business.currency, facts.language) is Unsaid.NO_IDEA
    words = _words(text)
    names = frozenset(words_of(fold(name)) for code in ("en", facts.language) for name in asked.called.get(code, ()))
    open_ = _open(facts.language)
    return holds(words, open_) and _covered(words, open_ | names | _small(facts.language))


def _covered(words: Words, phrases: frozenset[Words]) -> bool:
    """Whether the words are phrases and nothing else, however they are parted ("todavía no" "sabemos")."""
    ends = {0}
    for place in range(len(words)):
        if place in ends:
            ends |= {place + size for size in range(1, _LONGEST_PHRASE + 1) if words[place : place + size] in phrases}
    return len(words) in ends


def _words(text: str) -> tuple[str, ...]:
    return words_of(fold(text))


@cache
def _phrases(code: str, name: str) -> frozenset[Words]:
    return frozenset(words_of(fold(said)) for spoken in ("en", code) for said in language(spoken)["briefs"][name])


@cache
def _open(code: str) -> frozenset[Words]:
    """What leaves a question open, in this language and English."""
    unsure = (said for spoken in ("en", code) for said in language(spoken)["amounts"]["unsure"])
    no = vocabulary(code).phrase_set("answers", "no") | vocabulary(code).phrase_set("answers", "no_alone")
    return frozenset(words_of(fold(said)) for said in unsure) | no | _phrases(code, "open")


@cache
def _small(code: str) -> frozenset[Words]:
    """Small words that change nothing of what is said."""
    listed = frozenset().union(*(_phrases(code, name) for name in ("links", "leads", "beside")))
    return listed | vocabulary(code).phrase_set("answers", "polite")
