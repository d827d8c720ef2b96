"""Search over the text of every message, whatever its age: FTS5 on SQLite, a GIN index on PostgreSQL, FULLTEXT on
MariaDB. The databases keep the index themselves, so no way of writing a message can forget it."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, select, text
from sqlalchemy.orm import Session

from models.messages import messages
from models.search_in_sqlite import in_sqlite

MOST_WORDS = 12
APART = "@./:-_+~&<"
"""Signs by which PostgreSQL would take several words for one, as an address of email, or for none, as what is in a tag.
Every other sign stands between words for it, too."""
_FEWEST_LETTERS = 3
_LEFT_OUT = frozenset(
    (
        "a", "about", "an", "are", "as", "at", "be", "by", "com", "de", "en", "for", "from", "how", "i", "in", "is",
        "it", "la", "of", "on", "or", "that", "the", "this", "to", "was", "what", "when", "where", "who", "will",
        "with", "und", "www",
    )
)  # fmt: skip
"""MariaDB leaves shorter words, and these (InnoDB's default stop words), out of its index."""
_NEWEST = 1500
"""Messages among which a common word has a page of hits."""


def words_of(wanted: str) -> list[str]:
    """The words that a search is for; a phrase is its words."""
    apart = "".join(sign if _is_of_a_word(sign) else " " for sign in wanted.lower())
    return apart.split()[:MOST_WORDS]


def _is_of_a_word(sign: str) -> bool:
    """Letters, digits, and the marks that are written on them."""
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


def messages_with(session: Session, wanted: str, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Messages that have every one of these words, the last also where it is only begun; newest first, from before this
    message on. None for a search without a word."""
    words = words_of(wanted)
    if not words:
        return ()
    match session.get_bind().dialect.name:
        case "sqlite":
            return in_sqlite(session, words, before, limit)
        case "postgresql":
            return _in_postgresql(session, words, before, limit)
    return _newest(session, _before(before).where(_in_mariadb(words)), limit)


def _before(before: int | None) -> Select[Any]:
    return select(messages) if before is None else select(messages).where(messages.c.id < before)


def _newest(session: Session, statement: Select[Any], limit: int) -> Sequence[Row[Any]]:
    return session.execute(statement.order_by(messages.c.id.desc()).limit(limit)).all()


def _in_postgresql(session: Session, words: Sequence[str], before: int | None, limit: int) -> Sequence[Row[Any]]:
    """A common word is soon found among the newest; what is rarer by the index alone, which knows no order. The planner
    would walk all messages backwards for a rare word, for it cannot know how rare."""
    statement = _before(before).where(_by_vector(words))
    newest = before or session.execute(select(func.max(messages.c.id))).scalar_one() or 0
    found = _newest(session, statement.where(messages.c.id > newest - _NEWEST), limit)
    if len(found) == limit:
        return found
    return session.execute(statement.order_by((messages.c.id + 0).desc()).limit(limit)).all()


def _by_vector(words: Sequence[str]) -> ColumnElement[bool]:
    query = " & ".join(f"'{word}'" for word in words) + ":*"
    body: ColumnElement[str] = messages.c.body
    for sign in APART:  # translate() would take all at once, and ten times as long
        body = func.replace(body, literal_column(f"'{sign}'"), literal_column("' '"))
    vector = func.to_tsvector(literal_column("'simple'"), body)
    return vector.bool_op("@@")(func.to_tsquery(literal_column("'simple'"), query))


def _in_mariadb(words: Sequence[str]) -> ColumnElement[bool]:
    """What is not in the index is looked for in the rows that it finds."""
    long = [word for word in words if len(word) >= _FEWEST_LETTERS and word not in _LEFT_OUT]
    query = " ".join(f"+{word}" for word in long) + ("*" if long and words[-1] == long[-1] else "")
    short = [messages.c.body.contains(word, autoescape=True) for word in words if word not in long]
    found = [text("match (messages.body) against (:wanted in boolean mode)").bindparams(wanted=query)] if long else []
    return and_(*found, *short)
