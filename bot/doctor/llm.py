"""Whether the language model answers, where one is set up, and fast enough to be of use."""

import re
import time
from collections.abc import Iterator

from bot.doctor.finding import Finding, good, look, wrong
from config import Settings

TIMEOUT = 15.0
_IN_THE_OPEN = re.compile(r"http://(?!(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$))")
"""An address that is not encrypted, and not this machine's own."""


def llm(settings: Settings) -> Iterator[Finding]:
    if not settings.has_llm:
        return
    if _IN_THE_OPEN.match(settings.llm_api_base):
        yield look("LLM_API_BASE begins with http://: everybody on the way can read what clients write; use https.")
    yield _asked(settings)


def _asked(settings: Settings) -> Finding:
    """Ask what an unread text would be asked, of no client's text."""
    from bot.completions import Completions, NotAnswered
    from bot.interpreter import ANSWER_SECONDS

    model = Completions(settings.llm_api_base, settings.llm_api_key.get_secret_value(), settings.llm_model)
    begun = time.monotonic()
    try:
        model.ask([{"role": "user", "content": "Answer with this JSON object and nothing else: {}"}], TIMEOUT)
    except NotAnswered as error:
        return wrong(f"Language model: no answer ({error}). Look at LLM_API_BASE, LLM_API_KEY and LLM_MODEL.")
    seconds = time.monotonic() - begun
    if seconds > ANSWER_SECONDS:
        words = f"Language model: took {seconds:.0f} seconds to answer"
        return look(f"{words}, and texts wait {ANSWER_SECONDS:.0f} for it. Set LLM_MODEL to a faster one.")
    return good(f"Language model: {settings.llm_model} answers.")
