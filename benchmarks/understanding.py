"""How well and how fast a text is understood, beside dateparser: on the held-out phrases, in one run."""

import statistics
import sys
import time
import tomllib
import warnings
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from dateparser.date import DateDataParser

from conversations.languages import spoken
from conversations.understanding import Context, understand, warm_up
from tests.conversations.understanding.test_held_out import TABLES, score

NOW = datetime(2026, 3, 10, 10, 15, tzinfo=ZoneInfo("Asia/Qatar"))
ROUNDS = 5
DATEPARSER = {"fil": "tl"}


def timed(read: Callable[[str], object], texts: list[str]) -> list[float]:
    """Milliseconds for each text, the best of a few rounds."""
    best = [float("inf")] * len(texts)
    for _ in range(ROUNDS):
        for place, text in enumerate(texts):
            began = time.perf_counter()
            read(text)
            best[place] = min(best[place], (time.perf_counter() - began) * 1000)
    return best


def main() -> int:
    warnings.simplefilter("ignore")  # dateparser has some of its own
    head = f"{'':4} {'texts':>5} {'right':>6} {'asked':>6} {'wrong':>6} {'median ms':>10} {'p95 ms':>7}"
    print(head + f" {'dateparser median':>18} {'ratio':>6}")
    for code in spoken():
        warm_up(code)
        held = tomllib.loads((TABLES / f"{code}.toml").read_text(encoding="utf-8"))
        texts = [text for section in held.values() for text in section]
        context = Context(now=NOW, language=code, region="QA")
        other = DateDataParser(languages=[DATEPARSER.get(code, code)])
        ours = timed(lambda text, context=context: understand(text, context), texts)  # type: ignore[misc]
        theirs = statistics.median(timed(lambda text, other=other: other.get_date_data(text), texts))  # type: ignore[misc]
        found = score(code)
        total = found.right + found.asked + found.wrong
        median, late = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
        print(
            f"{code:4} {total:5} {found.right / total:6.1%} {found.asked / total:6.1%} {found.wrong / total:6.1%}"
            f" {median:10.3f} {late:7.3f} {theirs:18.3f} {median / theirs:6.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
