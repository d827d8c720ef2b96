"""What no line of the product may do: compare a secret letter by letter, take what people typed for a template or for
HTML, or look so long at a text that everybody else waits."""

import ast
import pkgutil
import re
import signal
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FrameType

import pytest

TOP = Path(__file__).parent.parent
FILES = [
    *(
        path
        for folder in ("bot", "handlers", "models", "conversations")
        for path in sorted((TOP / folder).rglob("*.py"))
    ),
    TOP / "webhooks.py",
]
SECRET = re.compile(r"(^|_)(secret|signature|password|passphrase|csrf|api_key|auth_token|verify_token)$")
LONG = 300
"""Characters: for a pattern that explodes a tenth of it is too much."""
PIECES = (
    "a", "A", "1", " ", "-", ".", ",", "a ", "1 ", "A1", "1,", ", ", "1.", "a.", "(1", "+1 ", "a@", "http:", "&", "\n",
    "é", "ن", "١", "BEGIN:VEVENT\n", ";A=b", "and ", "s1,", "2 to ", "<a", '"',
)  # fmt: skip
ENOUGH = 20.0
"""Seconds of work for one pattern; one that explodes takes years."""


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for path, found in _read():
        yield from ((f"{path}:{getattr(node, 'lineno', 0)}", node) for node in found if isinstance(node, kind))


@cache
def _read() -> list[tuple[str, list[ast.AST]]]:
    wanted = (ast.Compare, ast.Call, ast.Import)
    trees = ((path, ast.parse(path.read_text(encoding="utf-8"))) for path in FILES)
    return [
        (str(path.relative_to(TOP)), [node for node in ast.walk(tree) if isinstance(node, wanted)])
        for path, tree in trees
    ]


def test_no_secret_is_compared_letter_by_letter() -> None:
    found = []
    for where, node in nodes(ast.Compare):
        assert isinstance(node, ast.Compare)
        sides = (node.left, *node.comparators)
        is_for_words = any(isinstance(side, ast.Constant) for side in sides)
        names = [getattr(side, "attr", getattr(side, "id", "")) for side in sides]
        is_equality = any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops)
        if is_equality and not is_for_words and any(SECRET.search(name) for name in names):
            found.append(where)
    assert [] == found


OF_NAMES_ALONE = {"conversations/values.py"}
"""Where an `__init__` is written as `dataclasses` writes its own, when a class is made: of the names of its parts."""


def test_no_text_is_a_template_or_code() -> None:
    forbidden = {"render_template_string", "from_string", "eval", "exec", "compile_expression"}
    found = [
        where
        for where, node in nodes(ast.Call)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in forbidden
    ]
    assert OF_NAMES_ALONE == {where.partition(":")[0] for where in found}
    assert len(found) == len(OF_NAMES_ALONE)
    named = [where for where, node in nodes(ast.Call) if _is_called(node, "Markup") and not _is_written_here(node)]
    assert [] == named
    imports = {
        name.name.partition(".")[0]
        for _, node in nodes(ast.Import)
        for name in node.names  # type: ignore[attr-defined]
    }
    assert not imports & {"pickle", "marshal", "shelve", "yaml"}


def test_templates_escape_all_but_our_own_style() -> None:
    pages = list((TOP / "bot").rglob("*.html"))
    found = [
        (path.name, line.strip())
        for path in pages
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\|\s*safe\b|autoescape false|\{%\s*autoescape|<script(?![^>]*\bsrc=)|\son\w+=|javascript:", line)
    ]
    assert [("base.html", "<style>{{ style|safe }}</style>")] == found and len(pages) > 30


def test_scripts_never_take_text_for_html() -> None:
    files = sorted((TOP / "bot").rglob("static/**/*.js"))
    told = [(path.name, line.strip()) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    dangerous = [
        line
        for name, line in told
        if re.search(
            r"\beval\(|new Function|document\.write|insertAdjacentHTML|outerHTML|\.innerHTML\s*=[^=]|postMessage", line
        )
    ]
    assert [] == dangerous and files


def test_no_pattern_explodes() -> None:
    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before, count = signal.signal(signal.SIGVTALRM, too_long), 0
    try:
        for where, pattern in _patterns():
            signal.setitimer(signal.ITIMER_VIRTUAL, ENOUGH)
            for piece in PIECES:
                text = (piece * LONG)[:LONG] + "\x00!"
                try:
                    pattern.search(text if isinstance(pattern.pattern, str) else text.encode())  # type: ignore[arg-type]
                except TimeoutError:
                    pytest.fail(f"{where}: {pattern.pattern[:100]!r} on {piece!r}")
                count += 1
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    assert count > 3000


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in ("conversations", "handlers", "bot.channels", "bot.imports", "bot.calendars", "bot.payments"):
        for found in pkgutil.walk_packages([str(TOP / package.replace(".", "/"))], f"{package}."):
            module = import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern) or type(value).__name__ == "Pattern":
                    yield f"{found.name}.{name}", value


def _is_called(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name


def _is_written_here(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and all(isinstance(one, ast.Constant) for one in node.args)
