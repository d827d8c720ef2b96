"""Amounts as people say them ("2.5k", "two hundred", "laki tatu"): the words of a text, and the amounts in it."""

from collections.abc import Iterator, Set
from decimal import Decimal
from enum import Enum, auto
from itertools import zip_longest
from typing import NamedTuple

from conversations.understanding.amount_pieces import pieces, value_of
from conversations.understanding.amount_words import LONGEST_PHRASE, lexicon, size_of
from conversations.understanding.kinds import Kind
from conversations.understanding.phrases import Words

_THOUSAND = 1000
_LARGEST = 10**18
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
        found = list(pieces(text, self.lexicon))
        self.texts: Words = tuple(piece for piece, _ in found)
        self._glued = [is_glued for _, is_glued in found]
        self.has_between = any(self._is(Kind.BETWEEN, at) for at in range(len(self.texts)))
        amounts = list(self._amounts())
        self.amounts = tuple(one for one, after in zip_longest(amounts, amounts[1:]) if not self._is_vague(one, after))

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

    @property
    def begins_with_currency(self) -> bool:
        """Whether the first word or sign of money is said before any other word."""
        for at, text in enumerate(self.texts):
            sizes = range(min(LONGEST_PHRASE, len(self.texts) - at), 0, -1)
            found = next((said for size in sizes if self._is_currency(said := self.texts[at : at + size])), ())
            if found and not _is_letter(found):
                return True
            if found:
                behind = self.texts[at + 1 : at + 2]
                return bool(behind) and behind[0][0].isdecimal() and self._glued[at + 1]
            if text[0].isalnum():
                return False
        return False

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
        value = count.value if count else value_of(self.texts[at], greatest)
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
                value = value_of(self.texts[end], scale)
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
