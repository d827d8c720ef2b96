"""How the business was before each of the last changes: business files on this machine, which lead back."""

import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.durable import UNFINISHED, names, publish, write

MOST = 20
_NAME = re.compile(r"(\d{8}T\d{12})-[0-9a-f]{8}\.toml")
_TIME = "%Y%m%dT%H%M%S%f"
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Before:
    """The business before a change: when that was, who made it, and a line for each difference."""

    name: str
    at: datetime
    who: str
    lines: tuple[str, ...]


def keep(folder: Path, now: datetime, who: str, lines: Iterable[str], text: str) -> Path:
    """Keep the business as it is before this change. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = [f"# {_UNPRINTED.sub(' ', line)}" for line in (who, *lines)]
    path = folder / f"{now.astimezone(UTC).strftime(_TIME)}-{secrets.token_hex(4)}.toml"
    unfinished = path.with_suffix(UNFINISHED)
    write(unfinished, "\n".join([*told, "", text]).encode())
    publish(unfinished, path)
    for old in _all(folder)[MOST:]:
        with suppress(FileNotFoundError):  # another process has removed it
            (folder / old).unlink()
    return path


def kept(folder: Path) -> list[Before]:
    """The newest first."""
    found = []
    for name in _all(folder)[:MOST]:
        with suppress(FileNotFoundError):
            told = (folder / name).read_text(encoding="utf-8").partition("\n\n")[0].splitlines()
            who, *lines = (line.removeprefix("# ") for line in told)
            found.append(Before(name, _at(name), who, tuple(lines)))
    return found


def text_of(folder: Path, name: str) -> str | None:
    """The business file of one of them; None where it is not there."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _all(folder: Path) -> list[str]:
    return sorted((name for name in names(folder) if _NAME.fullmatch(name)), reverse=True)


def _at(name: str) -> datetime:
    return datetime.strptime(name.partition("-")[0], _TIME).replace(tzinfo=UTC)
