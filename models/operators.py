"""Operators: the people who sign in to the console, where they are signed in, and the links that let them in once."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Integer, Row, delete, false, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table, word
from models.exact import exact
from models.insert import changed_rows, insert_row


class Role(StrEnum):
    """What somebody may do in the console: each may do what those before it may, but staff, who see their own only."""

    STAFF = "staff"
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


class LinkKind(StrEnum):
    """What a one-time link is for."""

    FIRST = "first"
    """To make the first admin."""
    INVITE = "invite"
    RESET = "reset"


class Operator(SQLModel, table=True):
    """One person of the business. `login` is what they type, in small letters. `totp_step` is the last time step whose
    code they used, for a code counts once. `failures` in a row shut the door until `locked_until`."""

    __tablename__ = "operators"
    id: int | None = Field(default=None, sa_column=key())
    login: str = Field(sa_column=Column(exact(120), nullable=False, unique=True))
    name: str = Field(max_length=80)
    role: Role = Field(sa_column=Column(word(Role), nullable=False))
    staff_id: int | None = Field(default=None, sa_column=link("staff.id", nullable=True))
    phone: str = Field(default="", max_length=32)
    email: str = Field(default="", max_length=254)
    password_hash: str = Field(default="", max_length=200)
    totp_secret: str = Field(default="", max_length=64)
    totp_step: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0))
    is_active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, default=True))
    is_on_duty: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, default=False))
    is_program: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """It calls the API by a token of its own, and signs in nowhere."""
    failures: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0))
    locked_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class OperatorSession(SQLModel, table=True):
    """A browser in which somebody is signed in; what it carries is kept as a hash."""

    __tablename__ = "operator_sessions"
    id: int | None = Field(default=None, sa_column=key())
    token_hash: str = Field(sa_column=Column(exact(64), nullable=False, unique=True))
    operator_id: int = Field(sa_column=link("operators.id", index=True))
    browser: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    seen_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    expires_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class OperatorLink(SQLModel, table=True):
    """A link that works once: to make the first admin, to take a place that was made ready, to set a new password."""

    __tablename__ = "operator_links"
    id: int | None = Field(default=None, sa_column=key())
    token_hash: str = Field(sa_column=Column(exact(64), nullable=False, unique=True))
    kind: LinkKind = Field(sa_column=Column(word(LinkKind), nullable=False))
    operator_id: int | None = Field(default=None, sa_column=link("operators.id", nullable=True))
    expires_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


operators = table(Operator)
operator_sessions = table(OperatorSession)
operator_links = table(OperatorLink)


def add_operator(session: Session, **values: Any) -> int:
    return insert_row(session, operators, **values)


def operator_by_id(session: Session, operator_id: int) -> Row[Any] | None:
    return session.execute(select(operators).where(operators.c.id == operator_id)).one_or_none()


def operator_by_login(session: Session, login: str) -> Row[Any] | None:
    return session.execute(select(operators).where(operators.c.login == login)).one_or_none()


def operator_by_phone(session: Session, phone: str) -> Row[Any] | None:
    return session.execute(select(operators).where(operators.c.phone == phone).limit(1)).one_or_none()


def lock_operator(session: Session, login: str) -> Row[Any] | None:
    """Whoever signs in by this, LOCKED until the transaction ends."""
    return session.execute(select(operators).where(operators.c.login == login).with_for_update()).one_or_none()


def all_operators(session: Session) -> Sequence[Row[Any]]:
    """People, and no programs."""
    people = select(operators).where(operators.c.is_program.is_(False))
    return session.execute(people.order_by(operators.c.name, operators.c.id)).all()


def commanding_operators(session: Session) -> Sequence[Row[Any]]:
    """Those who may decide for the business; staff for what is theirs."""
    may = operators.c.role.in_((Role.STAFF, Role.OPERATOR, Role.ADMIN))
    statement = select(operators).where(may, operators.c.is_active.is_(True))
    return session.execute(statement.order_by(operators.c.id)).all()


def is_any_operator(session: Session) -> bool:
    return session.execute(select(operators.c.id).where(operators.c.is_program.is_(False)).limit(1)).first() is not None


def active_admins(session: Session) -> int:
    """How many there are who can sign in: whoever was only invited cannot yet."""
    own = operators.c
    statement = select(func.count()).where(own.role == Role.ADMIN, own.is_active.is_(True), own.password_hash != "")
    return int(session.execute(statement).scalar_one())


def change_operator(session: Session, operator_id: int, **values: Any) -> None:
    session.execute(update(operators).where(operators.c.id == operator_id).values(**values))


def add_operator_session(session: Session, **values: Any) -> int:
    return insert_row(session, operator_sessions, **values)


def session_by_token(session: Session, token_hash: str) -> Row[Any] | None:
    """A browser's session, with who it is; None where there is none."""
    statement = (
        select(operators, operator_sessions.c.id.label("session_id"), operator_sessions.c.seen_at,
               operator_sessions.c.expires_at, operator_sessions.c.created_at.label("begun_at"))
        .join(operator_sessions, operator_sessions.c.operator_id == operators.c.id)
        .where(operator_sessions.c.token_hash == token_hash)
    )  # fmt: skip
    return session.execute(statement).one_or_none()


def touch_operator_session(session: Session, session_id: int, seen_at: datetime, expires_at: datetime) -> None:
    own = operator_sessions.c.id == session_id
    session.execute(update(operator_sessions).where(own).values(seen_at=seen_at, expires_at=expires_at))


def end_operator_session(session: Session, token_hash: str) -> None:
    session.execute(delete(operator_sessions).where(operator_sessions.c.token_hash == token_hash))


def end_operator_sessions(session: Session, operator_id: int, but: int = 0) -> None:
    """Sign somebody out everywhere, but in the browser of this session."""
    theirs = operator_sessions.c.operator_id == operator_id
    session.execute(delete(operator_sessions).where(theirs, operator_sessions.c.id != but))


def forget_expired(session: Session, now: datetime) -> None:
    """Sessions and links whose time is over."""
    session.execute(delete(operator_sessions).where(operator_sessions.c.expires_at <= now))
    session.execute(delete(operator_links).where(operator_links.c.expires_at <= now))


def add_link(session: Session, **values: Any) -> int:
    return insert_row(session, operator_links, **values)


def open_link(session: Session, token_hash: str, now: datetime) -> Row[Any] | None:
    """A link that still works."""
    statement = select(operator_links).where(
        operator_links.c.token_hash == token_hash, operator_links.c.used_at.is_(None), operator_links.c.expires_at > now
    )
    return session.execute(statement).one_or_none()


def use_link(session: Session, link_id: int, now: datetime) -> bool:
    """Whether it had not been used before."""
    own = (operator_links.c.id == link_id, operator_links.c.used_at.is_(None))
    return changed_rows(session, update(operator_links).where(*own).values(used_at=now)) == 1


def void_links(session: Session, operator_id: int | None) -> None:
    """Let no earlier link of theirs work any more, whatever it was for; None: of whoever is to be the first admin."""
    own = operator_links.c.operator_id
    whose = own.is_(None) if operator_id is None else own == operator_id
    session.execute(delete(operator_links).where(whose))
