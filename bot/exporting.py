"""All that is held on somebody as files for them: JSON for a program, and a page that everybody can read."""

import json
import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from bot.desk import Desk
from handlers.person_exported import person_exported

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.2rem 1rem;margin:0 0 1.5rem;"
    "border-top:1px solid #ccc;padding-top:.5rem}dt{color:#555}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}"
)


def held_on(desk: Desk, client_id: int) -> dict[str, Any] | None:
    """All that is held on a client; None where there is no such client."""
    profile, now = desk.database.read(desk.profiles.current), desk.clock.now()
    unseal = _opened(desk) if desk.sealer is not None else None
    return desk.database.read(lambda session: person_exported(session, client_id, profile, now, unseal))


def _opened(desk: Desk) -> Any:
    from bot.sealing import WrongKey  # with a library that only sealing wants

    sealer = desk.sealer
    assert sealer is not None

    def unseal(sealed: str) -> str:
        try:
            return sealer.open(sealed)
        except WrongKey:
            return "sealed by another key than ENCRYPTION_KEY has"

    return unseal


def as_json(held: dict[str, Any]) -> str:
    return json.dumps(held, ensure_ascii=False, indent=2) + "\n"


def as_page(held: dict[str, Any]) -> str:
    """The same to read and print. Whatever people typed is text in it, never markup."""
    return "".join(_page(held))


def _page(held: dict[str, Any]) -> Iterator[str]:
    title = escape(f"What {held['business']} holds on you")
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    yield f"<h1>{title}</h1><p>Written {escape(held['written'])}; all times are {escape(held['times'])}.</p>"
    for name, rows in held.items():
        if isinstance(rows, list) and rows:
            yield f"<h2>{escape(name.capitalize())}</h2>"
            for row in rows:
                yield "<dl>"
                for said, value in row.items():
                    yield f'<dt>{escape(said)}</dt><dd dir="auto">{_written(value)}</dd>'
                yield "</dl>"
    yield "</html>\n"


def _written(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return escape(str(value))
        case dict():
            return "<br>".join(f"{escape(str(name))}: {_written(each)}" for name, each in value.items())
        case list():
            return "<br>".join(_written(each) for each in value)
    return ""


def write_private(path: Path, text: str) -> None:
    """A new file that its owner alone may read. Raises OSError, also where there is one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
