"""How well and how fast a text is understood, beside dateparser: on the held-out phrases, in one run."""

import argparse
import statistics
import sys
import time
import tomllib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dateparser.date import DateDataParser

from benchmarks.conversations.measured import machine
from benchmarks.kept import add_common, section, told
from conversations.languages import spoken
from conversations.understanding import Context, warm_up
from conversations.understanding.understand import read_anew
from tests.conversations.understanding.test_held_out import TABLES, score

NOW = datetime(2026, 3, 10, 10, 15, tzinfo=ZoneInfo("Asia/Qatar"))
ROUNDS, QUICK_ROUNDS = 5, 1
NAME = "understanding"
DATEPARSER = {"fil": "tl"}


def timed(read: Callable[[str], object], texts: list[str], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds for each text, the best of a few rounds."""
    best = [float("inf")] * len(texts)
    for _ in range(rounds):
        for place, text in enumerate(texts):
            began = time.perf_counter()
            read(text)
            best[place] = min(best[place], (time.perf_counter() - began) * 1000)
    return best


@dataclass(frozen=True, slots=True)
class Read:
    """How the held-out texts of one language were read. Times are milliseconds a text."""

    texts: int
    right: float
    asked: float
    wrong: float
    median_ms: float
    p95_ms: float
    dateparser_median_ms: float

    @property
    def ratio(self) -> float:
        return self.median_ms / self.dateparser_median_ms


def read(code: str, rounds: int = ROUNDS) -> Read:
    warm_up(code)
    held = tomllib.loads((TABLES / f"{code}.toml").read_text(encoding="utf-8"))
    texts = [text for section in held.values() for text in section]
    context = Context(now=NOW, language=code, region="QA")
    other = DateDataParser(languages=[DATEPARSER.get(code, code)])
    ours = timed(lambda text: read_anew(text, context), texts, rounds)
    theirs = statistics.median(timed(other.get_date_data, texts, rounds))
    found = score(code)
    total = found.right + found.asked + found.wrong
    late = statistics.quantiles(ours, n=20)[-1]
    shares = (found.right / total, found.asked / total, found.wrong / total)
    return Read(total, *shares, statistics.median(ours), late, theirs)


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/bench understanding", description=__doc__)
    add_common(parser)
    asked = parser.parse_args(given)
    warnings.simplefilter("ignore")  # dateparser has some of its own
    head = f"{'':4} {'texts':>5} {'right':>6} {'asked':>6} {'wrong':>6} {'median ms':>10} {'p95 ms':>7}"
    print(head + f" {'dateparser median':>18} {'ratio':>6}")
    found = {}
    for code in spoken():
        one = found[code] = read(code, QUICK_ROUNDS if asked.quick else ROUNDS)
        print(
            f"{code:4} {one.texts:5} {one.right:6.1%} {one.asked:6.1%} {one.wrong:6.1%}"
            f" {one.median_ms:10.3f} {one.p95_ms:7.3f} {one.dateparser_median_ms:18.3f} {one.ratio:6.2f}",
            flush=True,
        )
    made = section(machine(), languages={code: asdict(one) | {"ratio": one.ratio} for code, one in found.items()})
    figures = {f"{code}: × dateparser": one.ratio for code, one in found.items()}
    return told(NAME, made, figures, asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
