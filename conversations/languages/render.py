"""A reply in somebody's language: the sentence by its key, with dates, times and money as that language writes them."""

from collections.abc import Mapping
from datetime import date, datetime, time
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, get_currency_precision

from conversations.business import Money
from conversations.languages import language
from conversations.replies import Reply, say
from conversations.session_types import Called, Name


def render(reply: Reply, code: str) -> str:
    """The sentence, without its options. A line whose values are all empty is left out.

    Raises KeyError for a key or a value that is missing: a fault of ours, caught by the tests."""
    lines = []
    for line in _wording(reply, code).splitlines():
        names = [name for _, name, _, _ in Formatter().parse(line) if name]
        if not names or any(reply.values[name] not in ("", ()) for name in names):
            lines.append(_Sentence(code).vformat(line, (), reply.values))
    return "\n".join(lines)


def money_text(money: Money, code: str) -> str:
    """ "$79.00", or "79.00 USD" where the sign alone would not say which dollar: always the code."""
    amount = money.amount / 10 ** get_currency_precision(money.currency)
    return format_currency(amount, money.currency, format="#,##0.00 ¤¤", locale=code)


def name_text(name: Name, code: str) -> str:
    """ "Cut", "Therapy for couples", "Cut + Therapy for couples"."""
    if isinstance(name, str):
        return name
    return " + ".join(render(say(kind.reply_key, service=one), code) if kind else one for one, kind in name.parts)


def _wording(reply: Reply, code: str) -> str:
    """What the language file has for this key; of a counted sentence, the form for the plural category of `count`."""
    wording: str | Mapping[str, str] = language(code)["replies"][reply.key]
    if isinstance(wording, str):
        return wording
    count = reply.values["count"]
    assert isinstance(count, int)
    return wording[Locale.parse(code).plural_form(count)]


class _Sentence(Formatter):
    """Fills a sentence. The part behind the colon names one of the language's [formats]."""

    def __init__(self, code: str) -> None:
        self.code = code

    def get_value(self, key: int | str, _args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        patterns: Mapping[str, str] = language(self.code)["formats"]
        match value:
            case Reply():
                return render(value, self.code)
            case tuple():
                return "\n".join(render(line, self.code) for line in value)
            case Called():
                return name_text(value, self.code)
            case Money():
                return money_text(value, self.code)
            case datetime():
                pattern = patterns[format_spec or "moment"]
                return format_datetime(value, pattern, locale=self.code).replace("ZONE", _zone(value))
            case date():
                return format_date(value, patterns[format_spec or "day"], locale=self.code)
            case time():
                return format_time(value, patterns[format_spec or "time"], locale=self.code)
            case _:
                return str(value)


def _zone(moment: datetime) -> str:
    """The zone's name; with which of the two it is where the wall time comes twice."""
    name = str(moment.tzinfo)
    return name if moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset() else f"{name}, {moment:%Z}"
