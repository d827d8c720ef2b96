"""Amounts as people say them ("2.5k", "two hundred", "laki tatu"): the words of a text, and the amounts in it."""

import re
from collections.abc import Iterator, Set
from decimal import Decimal
from enum import Enum, auto
from itertools import zip_longest
from typing import NamedTuple

from conversations.understanding.amount_words import LONGEST_PHRASE, Lexicon, lexicon, size_of
from conversations.understanding.kinds import Kind
from conversations.understanding.normalise import fold
from conversations.understanding.phrases import Words
from conversations.understanding.tokens import tokens

_THOUSAND = 1000
_LAKH = 100_000
_GROUP = 3
"""Figures between two signs of thousands."""
_LARGEST = 10**18
_LONGEST_LEAD = 2
"""Letters of the small words that are written onto a number ("ومليون")."""
_MARKS = str.maketrans({"٫": ".", "٬": ",", "،": ","})
_NO_AMOUNT = re.compile(
    r"\S*@\S*|https?:\S*|www\.\S*"
    r"|[0-9]+(?:[/:][0-9]+)+|[0-9]+⁄[0-9]+"
    r"|\b[0-9]{4}([.-])[0-9]{1,2}\1[0-9]{1,2}\b|\b[0-9]{1,2}([.-])[0-9]{1,2}\2(?:19|20)?[0-9]{2}\b"
    r"|\+[0-9][0-9 ().-]{6,}[0-9]|(?<![0-9.,])(?<![0-9][ .,-])0[0-9]{2}[0-9 .-]{3,}[0-9]"
    r"|\(?\b[0-9]{3}\)?[-. ]{1,2}[0-9]{3}[-. ][0-9]{4}\b"
)
"""Figures of another sort: in addresses, dates, clocks, fractions, telephone numbers."""
_TAKEN_OUT = " ¤ "
_FIGURES = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3}(?![0-9]))+(?:[.,][0-9]{1,2}(?![0-9]))?|[0-9]+(?:[.,][0-9]+)*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{2,3}(?:\1[0-9]{2,3})*)?")
_OF_TIME = frozenset({
    Kind.DAY, Kind.WEEK, Kind.MONTHS_UNIT, Kind.YEARS_UNIT, Kind.HOURS, Kind.MINUTES, Kind.MERIDIEM, Kind.OCLOCK,
    Kind.HOUR_MARK, Kind.PART, Kind.MONTH, Kind.DAY_MARK, Kind.UNIT, Kind.SUFFIX,
})  # fmt: skip
"""What makes the bare number before it no amount."""
_OF_TIME_BEFORE = frozenset({Kind.MONTH, Kind.HOURS, Kind.OCLOCK})
_BESIDE = frozenset({Kind.ABOUT, Kind.PEOPLE, Kind.THE, Kind.ARTICLE})
"""What may stand between two amounts beside the word that links them."""


class Link(Enum):
    """What two amounts that stand together are: the ends of a range, the parts of a sum."""

    RANGE = auto()
    SUM = auto()


class Amount(NamedTuple):
    """A number with its scales ("k", "lakh") multiplied in; `start` and `end` are the places of its words, with those
    of its currency."""

    value: Decimal
    start: int
    end: int
    scale: Decimal = Decimal(1)
    """The greatest of its scales, 1 where it has none."""
    is_written: bool = False
    """Whether in figures."""
    currency: Words = ()
    counts_people: bool = False


class _Term(NamedTuple):
    """A part of an amount: "two hundred thousand" of "two hundred thousand and fifty"."""

    value: Decimal
    end: int
    scale: Decimal = Decimal(1)
    is_written: bool = False


class Said:
    """A text as words and figures, with the amounts in it from left to right."""

    def __init__(self, text: str, code: str) -> None:
        self.lexicon = lexicon(code)
        pieces = list(_pieces(fold(text.translate(_MARKS)), self.lexicon))
        self.texts: Words = tuple(text for text, _ in pieces)
        self._glued = [is_glued for _, is_glued in pieces]
        self.has_between = any(self._is(Kind.BETWEEN, at) for at in range(len(self.texts)))
        found = list(self._amounts())
        self.amounts = tuple(one for one, after in zip_longest(found, found[1:]) if not self._is_vague(one, after))

    def has(self, name: str, but: str = "") -> bool:
        """Whether a phrase of the list `name` is said, otherwise than within one of the list `but`."""
        at = 0
        while at < len(self.texts):
            hidden = size_of(self.lexicon.lists[but], self.texts, at) if but else 0
            if size_of(self.lexicon.lists[name], self.texts, at) > hidden:
                return True
            at += hidden or 1
        return False

    def links(self, first: Amount, second: Amount) -> frozenset[Link]:
        """What two amounts can be together, by the words between them; nothing where they do not stand together. What
        the first counts may have an unknown name, where the second counts people ("50 grown-ups and 10 kids")."""
        between = self.texts[first.end : second.start]
        if not between and first.counts_people and second.counts_people:
            return frozenset({Link.SUM})
        if not between:
            is_range = not first.is_written and not second.is_written and first.scale == 1
            return frozenset({Link.RANGE} if is_range else ())
        found: set[Link] = set()
        is_noun = second.counts_people and between[0].isalpha() and self.lexicon.kind(between, 0)[0] is None
        at = 1 if is_noun and between[1:2] != (",",) and size_of(self.lexicon.lists["plus"], between, 1) else 0
        while at < len(between):
            kind, size = self.lexicon.kind(between, at)
            to = size_of(self.lexicon.lists["to"], between, at)
            plus = size_of(self.lexicon.lists["plus"], between, at)
            if to or kind is Kind.OR or kind is Kind.AND:
                found.add(Link.RANGE)
            if plus:
                found.add(Link.SUM)
            if not (to or plus or kind in (Kind.OR, Kind.AND) or kind in _BESIDE):
                return frozenset()
            at += max(to, plus, size, 1)
        return frozenset(found)

    def _is(self, kind: Kind, at: int) -> bool:
        return self.lexicon.kind(self.texts, at)[0] is kind

    def _amounts(self) -> Iterator[Amount]:
        at = 0
        while at < len(self.texts):
            found = self._amount(at)
            if found is None:
                at += 1
                continue
            if whole := self._in_place(found):
                yield whole
            at = max(found.end, whole.end if whole else 0)

    def _amount(self, at: int) -> Amount | None:
        """The terms from that place on, each smaller than the scale before it: "2 lakh 50 thousand"."""
        first = term = self._term(at)
        if first is None or term is None:
            return None
        value, end = first.value, first.end
        while term is not None and term.scale > 1:
            more = self._term(self._behind_and(end))
            if more is None:
                break
            if more.value < 1:
                value, end = value + more.value * term.scale, more.end
                break
            if max(more.value, more.scale) >= term.scale or (more.scale == 1 and first.is_written | more.is_written):
                break
            value, end, term = value + more.value, more.end, more
        return Amount(value, at, end, first.scale, first.is_written)

    def _behind_and(self, at: int) -> int:
        """The place behind an "and" that adds; between two amounts that are named with "between" it does not."""
        meaning = self.lexicon.words.phrases.get(self.texts[at]) if at < len(self.texts) else None
        is_and = meaning is not None and meaning.kind is Kind.AND and not self.has_between
        return at + 1 if is_and else at

    def _term(self, at: int) -> _Term | None:
        is_written = at < len(self.texts) and self.texts[at][0].isdecimal()
        count = None if is_written else self._count(at)
        if not is_written and count is None:
            return self._scale_alone(at)
        end = count.end if count else at + 1
        factor, greatest, end = self._scales(end)
        value = count.value if count else _value(self.texts[at], greatest)
        return None if value is None else _Term(value * factor, end, greatest, is_written)

    def _scales(self, at: int) -> tuple[Decimal, Decimal, int]:
        """The product of the scales from that place on, the greatest of them, and where they end."""
        factor = greatest = Decimal(1)
        while size := size_of(self.lexicon.scales, self.texts, at):
            scale = self.lexicon.scales[self.texts[at : at + size]]
            factor, greatest, at = factor * scale, max(greatest, scale), at + size
        return factor, greatest, at

    def _scale_alone(self, at: int) -> _Term | None:
        """ "Mil", "مليون"; "laki tatu", "elfu 50" where the scale comes first."""
        size = size_of(self.lexicon.scales, self.texts, at)
        if not size:
            return None
        scale, end = self.lexicon.scales[self.texts[at : at + size]], at + size
        if self.lexicon.scale_first and end < len(self.texts):
            if self.texts[end][0].isdecimal():
                value = _value(self.texts[end], scale)
                return None if value is None else _Term(value * scale, end + 1, scale, is_written=True)
            if self._is(Kind.ONE, end):
                return _Term(scale, end + 1, scale)
            if count := self._count(end):
                return _Term(count.value * scale, count.end, scale)
        if self.texts[at:end] in self.lexicon.lists["vague"]:
            return None
        factor, greatest, end = self._scales(at)
        return _Term(factor, end, greatest)

    def _is_one(self, at: int) -> bool:
        return self.lexicon.kind(self.texts, at) in ((Kind.ONE, 1), (Kind.ARTICLE, 1))

    def _count(self, at: int) -> _Term | None:
        """A number below a thousand in words: "seventy-five", "two hundred and fifty", "mia mbili"."""
        value, end = self._first_number(at)
        while value is not None and end < len(self.texts):
            step = end + 1 if self.texts[end] == "-" else self._behind_and(end)
            if step == end and not self.lexicon.scale_first and (grown := self._hundreds(value, end)):
                value, end = grown
                continue
            size = size_of(self.lexicon.numbers, self.texts, step)
            more = self.lexicon.numbers[self.texts[step : step + size]] if size else None
            is_and = step > end and self.texts[end] != "-"
            if more is None or not _adds(value, more, units_first=is_and):
                break
            value, end = value + more, step + size
        return None if value is None else _Term(value, end)

    def _first_number(self, at: int) -> tuple[Decimal | None, int]:
        if lean := size_of(self.lexicon.leaning, self.texts, at):
            more, at = self.lexicon.leaning[self.texts[at : at + lean]], at + lean
            if size := size_of(self.lexicon.numbers, self.texts, at):
                return self.lexicon.numbers[self.texts[at : at + size]] + more, at + size
            return (1 + more, at) if size_of(self.lexicon.scales, self.texts, at) else (None, at)
        size, scale = size_of(self.lexicon.numbers, self.texts, at), size_of(self.lexicon.scales, self.texts, at)
        if size and size >= scale:
            return self.lexicon.numbers[self.texts[at : at + size]], at + size
        if self._is_one(at) and size_of(self.lexicon.scales, self.texts, at + 1):
            return Decimal(1), at + 1
        if not scale or self.lexicon.scales[self.texts[at : at + scale]] >= _THOUSAND:
            return None, at
        hundreds = self._hundreds_first(at, at + scale) if self.lexicon.scale_first else None
        if hundreds is None and self.texts[at : at + scale] in self.lexicon.lists["vague"]:
            return None, at
        return hundreds or (self.lexicon.scales[self.texts[at : at + scale]], at + scale)

    def _hundreds_first(self, at: int, end: int) -> tuple[Decimal, int] | None:
        """ "Mia mbili", "mia 2"."""
        hundred = self.lexicon.scales[self.texts[at:end]]
        if end < len(self.texts) and self._is(Kind.ONE, end):
            return hundred, end + 1
        if end < len(self.texts) and self.texts[end].isdecimal() and len(self.texts[end]) == 1:
            return hundred * int(self.texts[end]), end + 1
        size = size_of(self.lexicon.numbers, self.texts, end)
        more = self.lexicon.numbers[self.texts[end : end + size]] if size else None
        return (hundred * more, end + size) if more is not None and more < 10 else None

    def _hundreds(self, value: Decimal, at: int) -> tuple[Decimal, int] | None:
        """ "Two hundred", "two dozen"."""
        size = size_of(self.lexicon.scales, self.texts, at)
        scale = self.lexicon.scales[self.texts[at : at + size]] if size else _THOUSAND
        return (value * scale, at + size) if scale < _THOUSAND and value < 100 else None

    def _in_place(self, found: Amount) -> Amount | None:
        """The amount with its currency and what it counts; None where it is none by what stands beside it, or too large
        to be one of anything."""
        if found.value > _LARGEST:
            return None
        currency_before = self._currency_before(found)
        end, currency_after = self._currency_after(found)
        kind, size = self.lexicon.kind(self.texts, end)
        of_people = kind is Kind.PEOPLE and not currency_after
        currency = currency_after or currency_before
        start = found.start - len(currency_before) if not currency_after else found.start
        if self._is_part_of_a_word(found, start, end, of_people=of_people):
            return None
        if found.scale == 1 and not currency and not of_people and self._is_no_amount(found):
            return None
        return found._replace(start=start, end=end + size * of_people, currency=currency, counts_people=of_people)

    def _is_vague(self, found: Amount, after: Amount | None) -> bool:
        """ "A few", and what may be another word; not in "a few guests", "do se teen lakh"."""
        if found.counts_people or self.texts[found.start : found.end] not in self.lexicon.lists["vague"]:
            return False
        return after is None or Link.RANGE not in self.links(found, after)

    def _is_part_of_a_word(self, found: Amount, start: int, end: int, *, of_people: bool) -> bool:
        """ "5th", "A4"; "150ppl" is a number."""
        if not found.is_written:
            return False
        leads = self.lexicon.words.attached
        is_led = start == found.start > 0 and self._glued[start] and self.texts[start - 1][0].isalpha()
        is_led = is_led and self.texts[start - 1] not in leads
        is_followed = end < len(self.texts) and self._glued[end] and self.texts[end][0].isalpha()
        return is_led or (is_followed and not of_people and not self._is(Kind.ISH, end))

    def _is_no_amount(self, found: Amount) -> bool:
        """ "5 june", "june 5", "june 5, 2027", "3 weeks", "50%"."""
        after = self.lexicon.kind(self.texts, found.end)[0]
        is_percent = self.texts[found.end : found.end + 1] == ("%",)
        return is_percent or after in _OF_TIME or self._is_led_by_time(found.start)

    def _is_led_by_time(self, at: int) -> bool:
        if self._kinds_until(at) & _OF_TIME_BEFORE:
            return True
        day = at - 1 if self.texts[at - 1 : at] == (",",) else at
        return day > 0 and self.texts[day - 1].isdecimal() and Kind.MONTH in self._kinds_until(day - 1)

    def _kinds_until(self, end: int) -> Set[Kind]:
        """What the words before that place are, by themselves or together."""
        phrases = (" ".join(self.texts[start:end]) for start in range(max(0, end - LONGEST_PHRASE), end))
        return {self.lexicon.words.phrases[said].kind for said in phrases if said in self.lexicon.words.phrases}

    def _currency_before(self, found: Amount) -> Words:
        """ "KES 300,000", "Rs. 500"."""
        for stop in (found.start, found.start - 1):
            if stop < found.start and self.texts[stop : found.start] != (".",):
                break
            for size in range(min(LONGEST_PHRASE, stop), 0, -1):
                said = self.texts[stop - size : stop]
                if self._is_currency(said) and (not _is_letter(said) or (stop == found.start and self._glued[stop])):
                    return self.texts[stop - size : found.start]
        return ()

    def _currency_after(self, found: Amount) -> tuple[int, Words]:
        """ "2 million pesos", "2 millones de pesos": where it ends, and the words for it."""
        if found.end >= len(self.texts):
            return found.end, ()
        skipped = size_of(self.lexicon.lists["of"], self.texts, found.end)
        for at in dict.fromkeys((found.end, found.end + skipped)):
            for size in range(min(LONGEST_PHRASE, len(self.texts) - at), 0, -1):
                said = self.texts[at : at + size]
                if self._is_currency(said) and (not _is_letter(said) or self._glued[at]):
                    return at + size, said
        return found.end, ()

    def _is_currency(self, said: Words) -> bool:
        return said in self.lexicon.currencies or said in self.lexicon.shared


def _is_letter(said: Words) -> bool:
    """ "P200,000": a sign of one letter, which stands with its number."""
    return len(said) == 1 and len(said[0]) == 1 and said[0].isalpha()


def _adds(value: Decimal, more: Decimal, *, units_first: bool) -> bool:
    """Whether "two hundred" goes on with "fifty", "soixante" with "onze", "two" with "a half", "خمسة" with "وستين"."""
    if more < 1:
        return value == value.to_integral_value()
    if value != value.to_integral_value():
        return False
    whole = int(value)
    zeros = len(str(whole)) - len(str(whole).rstrip("0"))
    is_twenty = whole % 100 in (60, 80) and 10 <= more < 20
    is_reversed = units_first and whole < 10 and 20 <= more < 100 and more % 10 == 0
    return more < 10**zeros or is_twenty or is_reversed


def _value(figures: str, scale: Decimal) -> Decimal | None:
    """ "300,000", "40.000", "1,50,000", "2.500,50", "1.5"; None for what is no number. Before a million a dot is that
    of a fraction ("1.250 million")."""
    figures = figures.replace(" ", "")
    signs = [sign for sign in figures if sign in ".,"]
    *whole, last = re.split("[.,]", figures)
    if not signs:
        return Decimal(figures)
    if len(set(signs)) == 2 and signs.count(signs[-1]) == 1:
        return Decimal(f"{''.join(whole)}.{last}") if _GROUPED.fullmatch(figures[: -len(last) - 1]) else None
    if len(signs) == 1 and (len(last) != _GROUP or scale >= _LAKH or whole[0] == "0" or len(whole[0]) > len(last)):
        return Decimal(f"{whole[0]}.{last}")
    return Decimal("".join((*whole, last))) if _GROUPED.fullmatch(figures) and len(last) == _GROUP else None


def _pieces(text: str, words: Lexicon) -> Iterator[tuple[str, bool]]:
    """The words, signs and figures of a folded text, and of each whether it is written onto the one before it."""
    text, end = _NO_AMOUNT.sub(_TAKEN_OUT, text), -1
    at = 0
    for figures in (*_FIGURES.finditer(text), None):
        for token in tokens(text[at : figures.start() if figures else len(text)]):
            lead = _lead(token.text, words)
            if lead:
                yield token.text[:lead], at + token.start == end
            yield token.text[lead:], bool(lead) or at + token.start == end
            end = at + token.end
        if figures:
            yield figures[0], figures.start() == end
            at = end = figures.end()


def _lead(word: str, words: Lexicon) -> int:
    """How many letters of a small word are written onto a word of amounts."""
    if word in words.openings:
        return 0
    leads = (lead for lead in words.words.attached if len(lead) <= _LONGEST_LEAD and word.startswith(lead))
    return next((len(lead) for lead in leads if word[len(lead) :] in words.openings), 0)


def ends(first: Amount, last: Amount) -> tuple[Decimal, Decimal]:
    """The ends of a range as they were said. The scale of one counts for both where that brings them nearer to each
    other: "50-100k", "40-60,000", but "500-1k"."""
    if first.scale == 1:
        is_round = last.scale == 1 and last.value >= _THOUSAND and last.value % _THOUSAND == 0
        return _nearer(first.value, Decimal(_THOUSAND) if is_round else last.scale, last.value), last.value
    return first.value, _nearer(last.value, first.scale, first.value) if last.scale == 1 else last.value


def _nearer(bare: Decimal, scale: Decimal, other: Decimal) -> Decimal:
    if not bare or not other:
        return bare
    return min((bare, bare * scale), key=lambda each: max(each, other) / min(each, other))
