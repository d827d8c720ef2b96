"""What holds for the code as it is written: who imports whom, and that every sentence comes from the language file."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest

from conversations.booking import BookingStatus
from conversations.commands import COMMANDS
from conversations.flows.reasons import told
from conversations.rules.availability import Refusal

TOP = Path(__file__).parent.parent
OURS = {"bot", "handlers", "models", "conversations", "config", "webhooks"}
REPLIES: dict[str, str | dict[str, str]] = tomllib.loads(
    (TOP / "conversations/languages/en.toml").read_text(encoding="utf-8")
)["replies"]
BUILT = [
    *(f"refused_{told(refusal)}" for refusal in Refusal),
    *(f"status_{status}" for status in BookingStatus),
    *(f"my_booking_{status}" for status in BookingStatus),
    *(f"{prefix}_{word.lower()}" for prefix in ("usage", "command") for word in COMMANDS),
]
"""The keys that f-strings make, one for each of a closed set."""
SPEAKING = ("conversations", "handlers")
"""The folders whose code says something to people."""


def files(*folders: str) -> list[Path]:
    """Every Python file of these folders, and of the top where none is named; not the migrations."""
    found = chain.from_iterable((TOP / name).rglob("*.py") for name in folders) if folders else TOP.glob("*.py")
    return sorted(path for path in found if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> set[str]:
    """The first parts of every module a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            names.add(_pattern(node.args[0]).partition(".")[0])
    return names


class TestImports:
    def test_the_door_opens_on_the_body_alone(self) -> None:
        web = {"flask", "werkzeug", "sqlalchemy"}
        assert imported(TOP / "webhooks.py") <= {"bot", "config", "conversations"} | web

    def test_the_settings_know_none_of_us(self) -> None:
        assert not imported(TOP / "config.py") & OURS

    def test_only_the_door_the_body_and_gunicorn_know_the_settings(self) -> None:
        knowing = [
            path for path in files() + files("handlers", "models", "conversations") if "config" in imported(path)
        ]
        assert {"webhooks.py", "gunicorn.conf.py"} == {path.name for path in knowing}

    def test_nobody_imports_the_door(self) -> None:
        everything = files() + files("bot", "handlers", "models", "conversations")
        assert [] == [path for path in everything if "webhooks" in imported(path)]

    def test_nothing_else_stands_at_the_top(self) -> None:
        assert {"webhooks.py", "config.py", "gunicorn.conf.py"} == {path.name for path in files()}

    def test_the_walk_sees_what_it_should(self) -> None:
        assert "config" in imported(TOP / "bot/desk.py")
        assert "bot" in imported(TOP / "bot/__main__.py")
        assert len(files("bot")) > 30


def _pattern(node: ast.expr) -> str:
    """A string as it stands, an f-string with a * for each value, "" for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(part.value if isinstance(part, ast.Constant) else "*" for part in values)
        case _:
            return ""


def _patterns(node: ast.expr) -> list[str]:
    """Every key that an expression can plainly be; those of a variable are found where it is set."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return [*_patterns(one), *_patterns(other)]
        case ast.Constant() | ast.JoinedStr() if pattern := _pattern(node):
            return [pattern]
        case _:
            return []


@dataclass(frozen=True, slots=True)
class Saying:
    """One `say(…)` or `Reply(…)`: the keys it can have, and the values given, None where they cannot be seen."""

    where: str
    keys: list[str]
    values: frozenset[str] | None = field(default=None)


def sayings() -> Iterator[Saying]:
    for path in files(*SPEAKING, "bot"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "Reply"):
                if not node.args:
                    continue
                names = [keyword.arg for keyword in node.keywords]
                seen = node.func.id == "say" and None not in names
                values = frozenset(name for name in names if name) if seen else None
                yield Saying(f"{path.relative_to(TOP)}:{node.lineno}", _patterns(node.args[0]), values)


def placeholders(key: str) -> set[str]:
    """The values that a sentence wants, of a counted one all its forms and the count that chooses among them."""
    wording = REPLIES[key]
    forms, chooser = ([wording], set()) if isinstance(wording, str) else (wording.values(), {"count"})
    return chooser.union(name for form in forms for _, name, _, _ in Formatter().parse(form) if name)


def strings() -> Iterator[str]:
    """Every string, with a * for each value, in the code that speaks; and what the templates say."""
    for path in (TOP / "bot").rglob("templates/*.html"):
        yield from re.findall(r't\("([a-z_]+)"', path.read_text(encoding="utf-8"))
    for path in files(*SPEAKING):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant | ast.JoinedStr) and (pattern := _pattern(node)):
                yield pattern


class TestSentences:
    def test_every_key_that_is_said_exists(self) -> None:
        missing = [
            f"{saying.where}: {key}"
            for saying in sayings()
            for key in saying.keys
            if not any(fnmatchcase(known, key) for known in REPLIES)
        ]
        assert [] == missing

    def test_every_sentence_is_said_somewhere(self) -> None:
        used = set(strings())
        made = {one for one in used if "*" in one and not any(fnmatchcase(key, one) for key in BUILT)}
        found = {key for key in REPLIES if key in used or any(fnmatchcase(key, one) for one in made if one.strip("*"))}
        unused = sorted(REPLIES.keys() - found - set(BUILT))
        assert [] == unused

    def test_a_sentence_gets_every_value_it_wants(self) -> None:
        """One too many does no harm: another language may want it."""
        wrong = [
            f"{saying.where}: {key} lacks {', '.join(sorted(placeholders(key) - saying.values))}"
            for saying in sayings()
            for key in saying.keys
            if saying.values is not None and key in REPLIES and placeholders(key) - saying.values
        ]
        assert [] == wrong

    @pytest.mark.parametrize("key", BUILT)
    def test_there_is_one_for_each_of_a_closed_set(self, key: str) -> None:
        assert key in REPLIES

    def test_the_walk_sees_what_it_should(self) -> None:
        found = list(sayings())
        assert len(found) > 80
        assert any(saying.keys == ["hello"] and saying.values == {"business"} for saying in found)


def _spoken(node: ast.AST, path: Path) -> Iterator[str]:
    """The strings under a node that look like a sentence for people; not docstrings, nor what an error says."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            continue
        if isinstance(child, ast.Constant | ast.JoinedStr) and _is_sentence(_pattern(child)):
            yield f"{path.relative_to(TOP)}:{child.lineno}: {_pattern(child)}"
        yield from _spoken(child, path)


def _is_sentence(text: str) -> bool:
    first, words = text.strip()[:1], text.split()
    return len(words) > 1 and (first.isupper() or not first.isascii()) and any(word.islower() for word in words)


class TestNoSentenceInTheCode:
    OPERATORS = ("business_file.py", "business_loaded.py", "invariants_checked.py")
    """Deeds that report to whoever typed a command."""

    @pytest.mark.parametrize("path", files("conversations/flows", "handlers"), ids=lambda path: path.name)
    def test_people_read_only_what_the_language_file_says(self, path: Path) -> None:
        if path.name not in self.OPERATORS:
            assert [] == list(_spoken(tree(path), path))

    @pytest.mark.parametrize(
        ("code", "is_found"),
        [
            ('x = "Please try again"', True),
            ('x = f"Hello {name}, welcome"', True),
            ('x = "✅ confirmed for you"', True),
            ('raise ValueError("Please try again")', False),
            ('def f():\n    "Does a thing."', False),
            ('x = "took the proposed time"', False),
            ('x = "hello_again"', False),
        ],
    )
    def test_the_walk_sees_what_it_should(self, code: str, is_found: bool) -> None:
        assert is_found == bool(list(_spoken(ast.parse(code), TOP / "x.py")))
