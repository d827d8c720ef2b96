"""What Daraja's error codes say of a request: whether it is refused, to be asked again, or nobody can tell.

The lists that go round are not complete and say different things of one code: each guess is a function of its own.
"""

import re

from bot.channels.reading import clean
from bot.payments.base import ProviderAway, ProviderRefused, ProviderUnclear
from bot.payments.mpesa_wire import Answer

LONGEST_WORDS = 200
LOCKED_SECONDS = 60.0
"""How long a payer is locked while another prompt of theirs is open."""
AMBIGUOUS = "500.001.1001"
_AWAY = frozenset({"500.003.02", "500.003.03"})
"""Too fast, and over the quota."""
_TOKEN = frozenset({"404.001.03", "400.003.01", "401.002.01", "401.003.01"})
_TIMED_OUT = 408
_TOKENS_IN_WORDS = re.compile(r"[A-Za-z0-9+/=_-]{20,}")


def code_of(answer: Answer) -> str:
    return answer.text("errorCode")


def is_token_refused(answer: Answer) -> bool:
    """404.001.03 is the documented one; the others are seen too (UNCONFIRMED)."""
    return answer.status == 401 or code_of(answer) in _TOKEN


def is_login_refused(answer: Answer) -> bool:
    """Whether a token was not given because the app's key or secret is wrong: 400.008.01, by some accounts without a
    body (UNCONFIRMED)."""
    return answer.status == 401 or code_of(answer).startswith("400.008") or (answer.status == 400 and not answer.said)


def is_still_running(answer: Answer) -> bool:
    """Whether a query finds the prompt still open: 500.001.1001 with words about processing, or a result, 4999 by some
    accounts, whose words say so (UNCONFIRMED)."""
    if code_of(answer) == AMBIGUOUS:
        return "process" in answer.text("errorMessage").lower()
    return "processing" in answer.text("ResultDesc").lower()


def is_payer_locked(words: str) -> bool:
    """Whether the ambiguous code means that another prompt of the payer's is open (UNCONFIRMED)."""
    return "lock" in words.lower()


def is_set_up_wrong(words: str) -> bool:
    """Whether the ambiguous code means the passkey or the shortcode (UNCONFIRMED)."""
    return any(word in words.lower() for word in ("credential", "merchant does not exist", "wrong", "unknown merchant"))


def failure(answer: Answer) -> ProviderRefused | ProviderAway | ProviderUnclear:
    """What an answer says that is neither a success nor a refused token."""
    code = code_of(answer)
    words = words_of(answer.text("errorMessage") or answer.text("ResponseDescription"))
    if code in _AWAY or answer.status == 429:
        return ProviderAway(f"{code} {words}".strip(), answer.retry_after)
    if code == AMBIGUOUS:
        if is_payer_locked(words):
            return ProviderAway(f"{code} {words}", LOCKED_SECONDS)
        return ProviderRefused(code, words) if is_set_up_wrong(words) else ProviderUnclear(f"{code} {words}")
    if code.startswith("4"):
        return ProviderRefused(code, words)
    if not code and 300 <= answer.status < 500 and answer.status != _TIMED_OUT:
        return ProviderAway(f"HTTP {answer.status}", answer.retry_after)
    return ProviderUnclear(f"HTTP {answer.status} {code} {words}".strip())


def words_of(text: str) -> str:
    """Daraja's words on one short line, without the token that it repeats in them."""
    return _TOKENS_IN_WORDS.sub("…", " ".join(clean(text).split()))[:LONGEST_WORDS]
