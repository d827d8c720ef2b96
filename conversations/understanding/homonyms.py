"""Words that are a date elsewhere and none where they stand: in a wish for a feast, in the name of a person or a road,
as an ordinal; and numbers that are a price."""

import re
from collections.abc import Sequence
from functools import lru_cache

from conversations.understanding.beside import followed, led
from conversations.understanding.kinds import SOFT, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import BOOKED
from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.phrases import Words
from conversations.understanding.roads import is_near, is_road, is_street
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, consists_of, holds

_FEASTS = frozenset({Kind.NAMED_DAY, Kind.WEEKDAY, Kind.WEEKEND, Kind.MONTH})
_NAMES = frozenset({Kind.NAMED_DAY, Kind.WEEKDAY, Kind.MONTH, Kind.PART})
_FIGURES = frozenset({Kind.LONG, Kind.YEAR})
_AMOUNTS = _FIGURES | {Kind.NOISE}
_CLAUSES_END = frozenset({Kind.COMMA, Kind.MARK})
_EXCLAIMED = frozenset("!.")
_BEHIND_A_NAME = _EXCLAIMED | frozenset(",،")
_PARTS = (2, 3, 4)
_LATEST = 24
"""Hours."""
_STONE = "st"
_ROUND, _APART = 100, 400
"""Of two prices."""
_AFTER_A_PRICE = frozenset({Kind.ON, Kind.SOFT, Kind.OTHER})
_DATED = frozenset({Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.MONTH, Kind.NAMED_DAY, Kind.AT, Kind.BEFORE})
_LOOKED_AT = _FEASTS | _FIGURES | {Kind.PART, Kind.UNIT, Kind.YEAR_PART, Kind.LAST, Kind.ORDINAL, Kind.SLASH}
_OTHER_DAYS = frozenset({
    Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.NAMED_DAY, Kind.ORDINAL, Kind.WEEKEND, Kind.WEEK, Kind.YEAR,
    Kind.MERIDIEM, Kind.AT, Kind.COLON, Kind.OCLOCK, Kind.NUMBER, Kind.DAY_LEAD,
})  # fmt: skip
_BESIDE_A_MONTH = (Kind.FOR, Kind.ON, Kind.ME)
_COUNT = frozenset({Kind.NUMBER, Kind.ABOUT, Kind.ONE, Kind.ARTICLE})
_TIMED = _FIGURES | {Kind.NUMBER, Kind.AT, Kind.PART, Kind.ABOUT, Kind.NAMED, Kind.AFTER, Kind.BEFORE}
_OF_THE_CLOCK = frozenset({Kind.MERIDIEM, Kind.OCLOCK, Kind.HOUR_MARK, Kind.COLON, Kind.HOURS, Kind.PART})


def without_homonyms(found: Sequence[Lexeme], text: str, words: Vocabulary) -> tuple[Lexeme, ...]:
    """The lexemes of `text`, with those that only look like a date or a time as words that say nothing of either."""
    settled = list(found)
    for place, lexeme in enumerate(found):
        if lexeme.kind not in _LOOKED_AT:
            continue
        if lexeme.kind in _FIGURES:
            if _is_price(found, place, text, words) or _is_one_of_two_prices(found, place):
                settled[place] = lexeme._replace(kind=Kind.NOISE)
        elif lexeme.kind is Kind.UNIT:
            if _is_kiss(found, place, text, words):
                settled[place] = lexeme._replace(kind=Kind.SOFT)
        elif lexeme.kind is Kind.YEAR_PART:
            if _is_inside(lexeme, text):
                settled[place] = lexeme._replace(kind=Kind.NOISE)
        elif lexeme.kind is Kind.SLASH:
            if _is_fraction(found, place, words):
                settled[place - 1 : place + 2] = [
                    each._replace(kind=Kind.NOISE) for each in found[place - 1 : place + 2]
                ]
        elif lexeme.kind is Kind.ORDINAL:
            is_class = _is_grade(found, place, text, words) or _follows_a_grade(found, settled, place)
            if is_class or _is_weight(found, place):
                settled[place] = lexeme._replace(kind=Kind.NOISE)
        elif lexeme.kind is Kind.PART:
            is_name = _is_named(lexeme, words) and _is_name(settled, place, text, words)
            if is_name or led(text, lexeme.start, words.phrase_set("words", "spans")):
                settled[place] = lexeme._replace(kind=Kind.OTHER)
        elif lexeme.kind is Kind.LAST:
            if _is_verb(found, place, words):
                settled[place] = lexeme._replace(kind=Kind.OTHER)
        elif _is_wished(settled, place, text, words):
            settled[place] = lexeme._replace(kind=Kind.GREETING)
        elif (
            is_road(found, place, words)
            or is_street(found, place, text, words)
            or is_near(found, place, text, words)
            or _is_name(settled, place, text, words)
            or _is_ordinal(found, place, words)
            or _is_done(found, place, words)
            or _is_somebody(found, place, words)
        ):
            settled[place] = lexeme._replace(kind=Kind.OTHER)
        elif lexeme.kind is Kind.MONTH and _is_booked(found, place, words):
            settled[place] = lexeme._replace(until=BOOKED)
    return tuple(settled)


def _is_kiss(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "At 1 x", which ends the text; but "2x"."""
    lexeme = found[place]
    ends = all(each.kind is Kind.MARK for each in found[place + 1 :])
    return ends and lexeme.text in words.single("words", "kisses") and text[lexeme.start - 1 : lexeme.start] == " "


def _is_inside(lexeme: Lexeme, text: str) -> bool:
    """ "H2" within a code ("qj7h2t9")."""
    return any(each.isalnum() for each in text[max(0, lexeme.start - 1) : lexeme.start] + text[lexeme.end :][:1])


def _is_fraction(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "1/2 head of highlights", "media cabeza 1/2"; "1/2 haircut please" is a day."""
    beside = found[place - 1 : place + 2]
    if [each.kind for each in beside] != [Kind.NUMBER, Kind.SLASH, Kind.NUMBER] or beside[2].value not in _PARTS:
        return False
    if beside[0].value > beside[2].value:
        return False
    halved = words.single("words", "halved")
    around = [*found[max(0, place - 2) : place - 1], *found[place + 2 : place + 3]]
    if beside[0].value < beside[2].value and any(each.text in halved for each in around):
        return True
    return _is_one_of_its_kind(found, place) or _follows_a_fraction(found, place)


def _is_one_of_its_kind(found: Sequence[Lexeme], place: int) -> bool:
    """ "A 3/4 violin", "un 1/2 ou un 3/4"; "a 3/4 appointment" is on a day."""
    after = [each.kind for each in found[place + 2 : place + 3]]
    return place > 1 and found[place - 2].kind in (Kind.ARTICLE, Kind.ONE) and after not in ([Kind.THING], [Kind.SOFT])


def _follows_a_fraction(found: Sequence[Lexeme], place: int) -> bool:
    """ "A 3/4 violin or the 4/4": of the same whole as one before it."""
    return any(
        found[at].kind is Kind.SLASH
        and found[at + 1].value == found[place + 1].value
        and _is_one_of_its_kind(found, at)
        for at in range(2, place - 2)
    )


def _is_grade(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "Ma fille est en 3e", "está en 3ro de primaria": a year of school; "pasa a 1ro de abril" is a day."""
    lexeme = found[place]
    if any(each.kind is Kind.MONTH for each in found[place + 1 : place + 3]):
        return False
    if led(text, lexeme.start, words.phrase_set("words", "grade_leads")):
        return True
    return followed(text, lexeme.end, words.phrase_set("words", "grades"))


def _follows_a_grade(found: Sequence[Lexeme], settled: Sequence[Lexeme], place: int) -> bool:
    """ "CBSE 9th aur 10th": joined to a year of school."""
    is_joined = place > 1 and found[place - 1].kind in (Kind.AND, Kind.OR, Kind.COMMA, Kind.SLASH)
    return is_joined and found[place - 2].kind is Kind.ORDINAL and settled[place - 2].kind is Kind.NOISE


def _is_weight(found: Sequence[Lexeme], place: int) -> bool:
    """ "9st 4", of stones; "1st", "21st" and "the 9st" are days."""
    lexeme, before = found[place], found[place - 1].kind if place else Kind.MARK
    is_stone = lexeme.text.endswith(_STONE) and lexeme.digits > 0 and lexeme.value % 10 != 1
    beside = [each.kind for each in (*found[max(0, place - 2) : place], *found[place + 1 : place + 3])]
    return is_stone and before not in (Kind.THE, Kind.ON) and Kind.MONTH not in beside


def _is_verb(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "Does it last 3 weeks"; but "the last 3 weeks"."""
    before, after = found[place - 1] if place else None, found[place + 1] if place + 1 < len(found) else None
    if before is None or after is None or after.kind not in _COUNT or before.kind is Kind.THE:
        return False
    verbs = words.single("words", "lasting")
    return any(not verbs.isdisjoint(each.text.split()) for each in found[max(0, place - 4) : place])


def _is_wished(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "Happy new year's eve", "krismasi njema", "feliz navidad y próspero año nuevo"; not "happy friday at 3"."""
    lexeme = found[place]
    if lexeme.kind is not Kind.NAMED_DAY and place + 1 < len(found) and found[place + 1].kind in _TIMED:
        return False
    if led(text, lexeme.start, words.phrase_set("words", "wishes")):
        return True
    if followed(text, lexeme.end, words.phrase_set("words", "wished")):
        return True
    before = [each.kind for each in found[max(0, place - 3) : place]]
    return lexeme.kind is Kind.NAMED_DAY and before[-2:] == [Kind.GREETING, Kind.AND]


def _is_name(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "Señor Domingo", "april here", "mimi ni Jumanne Ally"; "soy libre domingo", "ni jumanne saa nne" are days."""
    lexeme = found[place]
    if lexeme.kind not in _NAMES or not _is_named(lexeme, words):
        return False
    if _is_no_other_name(found, place, words):
        return True
    if place and found[place - 1].kind is Kind.OTHER and _is_named(found[place - 1], words):
        return True  # a second name ("ابو جمعة خميس")
    after = found[place + 1].kind if place + 1 < len(found) else Kind.MARK
    if after in _TIMED:
        return False
    if _is_thanked(found, place, words):
        return True
    if after is Kind.NOT and _is_named(found[min(place + 2, len(found) - 1)], words):
        careful = words.phrase_set("words", "name_careful"), words.phrase_set("names", "careful")
        if any(led(text, lexeme.start, leads) for leads in careful):
            return True
    if led(text, lexeme.start, words.phrase_set("words", "name_leads")) or _says(found, place, text, words):
        return True
    if led(text, lexeme.start, words.phrase_set("names", "leads")):
        return True
    careful = words.phrase_set("words", "name_careful"), words.phrase_set("names", "careful")
    return after is Kind.OTHER and any(led(text, lexeme.start, leads) for leads in careful)


def _is_thanked(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "Gracias Domingo, quedé encantada", "hello Sunday!"; "ok gracias domingo", "thanks sunday, see you then" and "hi
    sunday?" are days."""
    after = found[place + 1].text if place + 1 < len(found) else "."
    if after not in _BEHIND_A_NAME:
        return False
    said = [word for each in _opening(found, place) for word in words_of(each.text)]
    thanks, greetings = (
        words.phrase_set("intents.anywhere", intent) | words.phrase_set("intents.alone", intent)
        for intent in ("thanks", "greeting")
    )
    fond = words.phrase_set("names", "fond")
    if begins(said, thanks) and consists_of(said, thanks | fond):
        return after in _EXCLAIMED or any(each.kind is Kind.OTHER for each in found[place + 2 :])
    return after == "!" and bool(begins(said, greetings)) and consists_of(said, greetings | fond)


def _opening(found: Sequence[Lexeme], place: int) -> Sequence[Lexeme]:
    """The lexemes of the clause before that place."""
    since = max((at for at in range(place) if found[at].kind in _CLAUSES_END), default=-1)
    return found[since + 1 : place]


def _is_no_other_name(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "My name is april, not may": the name that it is not, behind the one that it is."""
    behind = [each for each in found[max(0, place - 4) : place] if each.kind is not Kind.COMMA]
    if not behind or behind[-1].kind is not Kind.NOT:
        return False
    if behind[0].text == TAKEN_OUT:
        return True
    return any(each.kind is Kind.OTHER and _is_named(each, words) for each in behind[:-1])


def _is_named(lexeme: Lexeme, words: Vocabulary) -> bool:
    """Whether the word is a name as well."""
    return words_of(lexeme.text, marks=True) in words.phrase_set("words", "names")


def _says(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "April here", "Mangal Pandey bol raha hu": what only a person does, behind the name or its surname."""
    said = words.phrase_set("words", "name_follows")
    if followed(text, found[place].end, said):
        return True
    surname = found[place + 1] if place + 1 < len(found) else None
    return surname is not None and surname.kind is Kind.OTHER and followed(text, surname.end, said)


def _is_ordinal(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "Segunda opção" is no Monday, "Quinta da Beloura" no Thursday."""
    lexeme, after = found[place], [*found[place + 1 : place + 3]]
    if lexeme.kind is not Kind.WEEKDAY or not after or lexeme.text not in words.single("words", "ordinal_weekdays"):
        return False
    if after[0].kind in (Kind.THING, Kind.STREET):
        return True
    estate = (lexeme.text, after[0].text) in words.phrase_set("words", "estates")
    return estate and len(after) > 1 and after[1].kind in (Kind.OTHER, Kind.SOFT)


def _is_done(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "My son sat his exam"; "can he sat his usual time" is Saturday, and so is "my son sat the 14th"."""
    lexeme, after = found[place], found[place + 1 : place + 3]
    if not place or not after or lexeme.text not in words.single("words", "verb_weekdays"):
        return False
    subject = found[place - 1]
    is_led = subject.kind is Kind.PEOPLE or subject.text in words.single("topics", "past_subjects")
    is_numbered = any(each.kind in (Kind.ORDINAL, Kind.NUMBER, Kind.PART) for each in after[1:2])
    asked = any(each.text in words.single("topics", "wishing") for each in found[max(0, place - 3) : place])
    return (
        is_led
        and after[0].text in words.single("words", "verb_objects")
        and not asked
        and (not is_numbered or after[0].kind is Kind.OTHER)
    )


def _is_booked(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "Book me for august", "august ke liye book kar do": a month alone that a booking is wished for in; where it is
    a name as well, nothing else may stand between ("book a gift for april")."""
    if sum(each.kind is Kind.MONTH for each in found) > 1 or not _OTHER_DAYS.isdisjoint([each.kind for each in found]):
        return False
    beside = [each.kind for each in (*found[max(0, place - 1) : place], *found[place + 1 : place + 2])]
    if not any(kind in _BESIDE_A_MONTH for kind in beside):
        return False
    near = found
    if _is_named(found[place], words):
        since = max((at for at in range(place) if found[at].kind is Kind.OTHER), default=-1)
        near = found[since + 1 : place]
    return holds([word for each in near for word in words_of(each.text)], words.phrase_set("intents.anywhere", "book"))


def _is_somebody(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """The "7ad" of "mafish 7ad byrod", which is "nobody"; with an hour or a small word behind it it is a Sunday."""
    if words_of(found[place].text, marks=True) not in words.phrase_set("words", "somebodies"):
        return False
    after = found[place + 1].kind if place + 1 < len(found) else Kind.MARK
    return after is Kind.OTHER or (place > 0 and found[place - 1].text in words.single("words", "nobody_before"))


def _is_price(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "1500 is too much, do 1200": where a price is haggled over, figures without a mark of the clock are prices."""
    after = found[place + 1].kind if place + 1 < len(found) else Kind.MARK
    before = found[place - 1].kind if place else Kind.MARK
    if after in _OF_THE_CLOCK or before in (Kind.COLON, Kind.MONTH):
        return False
    amounts = sum(each.kind in _AMOUNTS or (each.digits > 0 and each.value > _LATEST) for each in found)
    if amounts < 2:
        return False
    dear = _any_of(words.phrase_set("words", "dear"))
    return dear is not None and dear.search(text) is not None


def _is_one_of_two_prices(found: Sequence[Lexeme], place: int) -> bool:
    """ "Is it 800 or 1200?", "800 ka hai ya 1200 ka?": round, apart, and led or followed by a word; "0800 or 1200",
    "1500 or 1600" and "friday 800 or 1200" are hours."""
    joint = next((at for at in (place - 2, place - 1, *range(place + 1, place + 4)) if _is_or(found, at)), 0)
    if (
        not joint
        or joint + 1 == len(found)
        or not _OF_THE_CLOCK.union(_DATED).isdisjoint([each.kind for each in found])
    ):
        return False
    first = next((at for at in range(joint - 1, -1, -1) if found[at].kind not in _AFTER_A_PRICE), joint)
    two = (found[first], found[joint + 1])
    if place not in (first, joint + 1) or any(each.kind not in _FIGURES or each.value % _ROUND for each in two):
        return False
    if two[0].text.startswith("0") or abs(two[0].value - two[1].value) < _APART:
        return False
    is_told = first > 0 and found[first - 1].kind in SOFT | {Kind.OTHER}
    after = found[joint + 2].kind if joint + 2 < len(found) else Kind.MARK
    return after is not Kind.FITS and (is_told or first + 1 < joint)


def _is_or(found: Sequence[Lexeme], place: int) -> bool:
    return 0 <= place < len(found) and found[place].kind is Kind.OR


@lru_cache(maxsize=32)
def _any_of(phrases: frozenset[Words]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(re.escape(' '.join(phrase)) for phrase in phrases))})(?!\w)")
