"""What all tables share: named constraints, keys, moments in UTC to the microsecond, words from a closed set."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Enum, ForeignKey, Integer, Table, text
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.model_config["defer_build"] = True  # of what would check values: nobody makes objects of these classes
SQLModel._sa_decl_prepare = True  # SQLAlchemy's word, as of its DeferredReflection: tables now, and no mapped classes
metadata = SQLModel.metadata
Key = BigInteger().with_variant(Integer, "sqlite")
"""A row's number. SQLite counts only an INTEGER key up by itself."""


class Moment(UTCDateTime):
    """An aware moment, stored in UTC. MariaDB keeps whole seconds unless told otherwise."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            from sqlalchemy.dialects import mysql  # only wanted here

            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return super().load_dialect_impl(dialect)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """SQLite keeps words, the same as SQLAlchemy's own way through three functions would write. Raises ValueError
        for a moment without its zone."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def __repr__(self) -> str:
        return "Moment()"


_last: tuple[datetime, str] | None = None
"""What was written last: most of what a transaction writes is its own moment."""


def _written(moment: datetime | None) -> str | None:
    global _last
    if moment is None:
        return None
    last = _last
    if last is None or moment is not last[0]:
        last = _last = moment, _in_words(moment)
    return last[1]


def _in_words(moment: datetime) -> str:
    """As isoformat() has it, which takes twice as long."""
    if moment.tzinfo is not UTC:
        if moment.utcoffset() is None:
            raise ValueError("a moment without its zone")
        moment = moment.astimezone(UTC)
    two = _IN_TWO
    day = f"{str(moment.year).zfill(4)}-{two[moment.month]}-{two[moment.day]}"
    return f"{day} {two[moment.hour]}:{two[moment.minute]}:{two[moment.second]}.{str(moment.microsecond).zfill(6)}"


def _read(words: str | None) -> datetime | None:
    """To read the zone with the rest takes a fifth of what it takes to add it. Words that were mended by hand may be a
    day alone, or have a zone: that is passed over, as SQLite does where it compares them."""
    if words is None:
        return None
    try:
        return datetime.fromisoformat(words + _ZONE)
    except ValueError:
        return datetime.fromisoformat(words).replace(tzinfo=UTC)


_IN_TWO = tuple(str(number).zfill(2) for number in range(60))
_ZONE = "Z"


def word(kind: type[StrEnum]) -> Enum:
    """A column type for one of a closed set of words, stored as the word itself."""
    return Enum(
        kind,
        native_enum=False,
        length=20,
        validate_strings=True,
        values_callable=lambda words: [w.value for w in words],
    )


def key() -> Column[int]:
    """The row's own number."""
    return Column(Key, primary_key=True, autoincrement=True)


def link(target: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    """A reference to another table's row (`clients.id`)."""
    return Column(Key, ForeignKey(target), nullable=nullable, index=index)


def where_set(column: str) -> dict[str, Any]:
    """For an index over the rows in which this column is set, where most have it empty: those are not written into it.
    MariaDB has no such indexes, and holds them all."""
    is_set = text(f"{column} IS NOT NULL")
    return {"sqlite_where": is_set, "postgresql_where": is_set}


def table(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements."""
    return metadata.tables[str(model.__tablename__)]
