"""The chart in docs/: conversations a second and CPU a conversation, each beside the baseline's, as an SVG."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from benchmarks.conversations.place import TOP
from benchmarks.conversations.stored import Report

FILE = TOP / "docs/performance.svg"
_LEFT, _WIDE, _GAP, _LINE, _TOP = 250, 250, 60, 26, 70
_STYLE = """text{font:13px system-ui,sans-serif;fill:#24292f}.small{font-size:11px;fill:#57606a}
.theirs{fill:#8c959f}.ours{fill:#0969da}.base{fill:#24292f}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}.theirs{fill:#656c76}.ours{fill:#4493f8}.base{fill:#e6edf3}}"""


def chart(made: Report) -> str:
    rows = [one for one in made["targets"].values() if not one["why_not"]]
    height = _TOP + _LINE * len(rows) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + 2 * _WIDE + _GAP + 60} {height}" role="img">',
        f"<title>Booking conversations, beside the simplest bot</title><style>{_STYLE}</style>",
        *_panel(rows, "rate_ratio", "conversations a second, × the baseline", _LEFT),
        *_panel(rows, "cpu_ratio", "CPU a conversation, × the baseline", _LEFT + _WIDE + _GAP),
        *(_text(_LEFT - 10, at, one["target"], 'text-anchor="end"') for at, one in _placed(rows)),
        _text(10, 20, _measured(made), 'class="small"'),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def draw(made: Report, path: Path = FILE) -> None:
    path.write_text(chart(made), encoding="utf-8")


def _panel(rows: Sequence[Mapping[str, Any]], what: str, title: str, left: int) -> Iterator[str]:
    most = max((one[what] for one in rows), default=1.0)
    yield _text(left, _TOP - 20, title)
    for at, one in _placed(rows):
        wide = max(1.0, one[what] / most * (_WIDE - 40))
        yield f'<rect class="{_kind(one["target"])}" x="{left}" y="{at - 13}" width="{wide:.0f}" height="17" rx="2"/>'
        yield _text(round(left + wide + 6), at, f"{one[what]:.2f}", 'class="small"')


def _kind(target: str) -> str:
    return {"textbook": "ours", "bot": "base"}.get(target.partition(",")[0], "theirs")


def _placed(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    return ((_TOP + _LINE * number + 10, one) for number, one in enumerate(rows))


def _measured(made: Report) -> str:
    machine = made["machine"]
    return f"{made['measured_at'][:10]}, {machine['processor']}, {machine['cores']} cores, {made['rounds']} rounds"


def _text(x: int, y: int, words: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" {more}>{escape(words)}</text>'
