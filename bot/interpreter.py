"""The interpreter: asks a language model what a text may mean, beside the conversation and never for long."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from queue import Empty, SimpleQueue

from bot.completions import Completions, NotAnswered
from bot.logs import log
from bot.metrics import INTERPRETER_QUESTIONS, QuestionOutcome
from conversations.understanding import Context, Understood
from conversations.understanding.suggestion import question, read_suggestion

AT_ONCE = 2
"""Questions that may be under way."""
ANSWER_SECONDS = 3.0

Then = Callable[[Understood | None], None]


class Interpreter:
    """Asks in threads of its own. A question keeps its place until its exchange has ended, however long that takes, so
    that an endpoint which never ends one costs us the interpreter and nothing else."""

    def __init__(self, completions: Completions, seconds: float = ANSWER_SECONDS) -> None:
        self._completions, self._seconds = completions, seconds
        self._places = threading.Semaphore(AT_ONCE)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="interpreter")

    def ask(self, text: str, context: Context, then: Then) -> bool:
        """Whether it is asked. If so `then` is called once, in another thread and no later than in `seconds`, with what
        is proposed, or None; if not, too much is being asked already."""
        if not self._places.acquire(blocking=False):
            log.warning("interpreter_busy")
            INTERPRETER_QUESTIONS.add(outcome=QuestionOutcome.BUSY)
            return False
        self._pool.submit(copy_context().run, self._ask, text, context, then)
        return True

    def _ask(self, text: str, context: Context, then: Then) -> None:
        begun, why = time.monotonic(), ""
        answer, suggested = self._answer(question(text, context)), None
        match answer:
            case None:
                outcome = QuestionOutcome.TIMED_OUT
            case NotAnswered():
                outcome, why = QuestionOutcome.FAILED, str(answer)
            case _:
                suggested = read_suggestion(answer, context)
                outcome = QuestionOutcome.NOTHING if suggested is None else QuestionOutcome.PROPOSED
        log.info("interpreter_asked", outcome=outcome, milliseconds=round((time.monotonic() - begun) * 1000), why=why)
        INTERPRETER_QUESTIONS.add(outcome=outcome)
        then(suggested)

    def _answer(self, messages: Sequence[Mapping[str, str]]) -> str | NotAnswered | None:
        """None where there is no answer in time. A socket's own time-out begins again with every byte, so the exchange
        has a thread to itself, which is left behind."""
        answers: SimpleQueue[str | NotAnswered] = SimpleQueue()
        threading.Thread(target=self._exchange, args=(messages, answers), daemon=True).start()
        try:
            return answers.get(timeout=self._seconds)
        except Empty:
            return None

    def _exchange(self, messages: Sequence[Mapping[str, str]], answers: "SimpleQueue[str | NotAnswered]") -> None:
        try:
            answers.put(self._completions.ask(messages, self._seconds))
        except NotAnswered as error:
            answers.put(error)
        finally:
            self._places.release()
