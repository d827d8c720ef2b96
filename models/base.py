"""What all tables share: named constraints, keys, moments in UTC to the microsecond, words from a closed set."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Enum, ForeignKey, Integer, Table
from sqlalchemy.dialects import mysql
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
metadata = SQLModel.metadata
Key = BigInteger().with_variant(Integer, "sqlite")
"""A row's number. SQLite counts only an INTEGER key up by itself."""


class Moment(UTCDateTime):
    """An aware moment, stored in UTC. MariaDB keeps whole seconds unless told otherwise."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return super().load_dialect_impl(dialect)

    def __repr__(self) -> str:
        return "Moment()"


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


def table(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements."""
    return metadata.tables[str(model.__tablename__)]
