"""The API's own tables: tokens, codes texted to phones, and answers that were given already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, Row, Text, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table
from models.business import staff
from models.exact import exact
from models.insert import changed_rows, insert_row, insert_unless_there
from models.operators import operators
from models.prepared import prepared


class APIToken(SQLModel, table=True):
    """What a program, or a client's own, shows to be let in; kept as a hash. It is an operator's or a client's.
    `scopes` narrow it ("bookings:read"); none lets it do whatever its owner may."""

    __tablename__ = "api_tokens"
    id: int | None = Field(default=None, sa_column=key())
    token_hash: str = Field(sa_column=Column(exact(64), nullable=False, unique=True))
    operator_id: int | None = Field(default=None, sa_column=link("operators.id", nullable=True, index=True))
    client_id: int | None = Field(default=None, sa_column=link("clients.id", nullable=True, index=True))
    name: str = Field(default="", max_length=80)
    scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    last_used_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class SignInCode(SQLModel, table=True):
    """A code that somebody wanted texted to a number, to sign in by. `phone_hash` is keyed, so that numbers of people
    who are no clients are not kept. `code_hash` is "" where none was texted."""

    __tablename__ = "sign_in_codes"
    __table_args__ = (Index(None, "phone_hash", "id"), Index(None, "created_at"))
    id: int | None = Field(default=None, sa_column=key())
    phone_hash: str = Field(sa_column=Column(exact(64), nullable=False))
    code_hash: str = Field(sa_column=Column(exact(64), nullable=False))
    tries: int = Field(default=0, sa_column=Column(Integer, nullable=False, default=0))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    expires_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class APIAnswer(SQLModel, table=True):
    """What a call with an Idempotency-Key was answered. `fingerprint` is the hash of what was asked."""

    __tablename__ = "api_answers"
    __table_args__ = (UniqueConstraint("token_id", "key_hash"), Index(None, "at"))
    id: int | None = Field(default=None, sa_column=key())
    token_id: int = Field(sa_column=link("api_tokens.id"))
    key_hash: str = Field(sa_column=Column(exact(64), nullable=False))
    fingerprint: str = Field(sa_column=Column(exact(64), nullable=False))
    status: int = Field(default=0)
    headers: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    body: str = Field(default="", sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


api_tokens = table(APIToken)
sign_in_codes = table(SignInCode)
api_answers = table(APIAnswer)


def add_token(session: Session, **values: Any) -> int:
    return insert_row(session, api_tokens, **values)


def token_by_hash(session: Session, token_hash: str) -> Row[Any] | None:
    """A token with the role, the name and the staff member of the operator whose it is."""
    own = operators.c
    statement = (
        select(
            api_tokens, own.role, own.staff_id, own.is_active, staff.c.active.label("is_working"),
            own.name.label("operator_name"), own.login.label("operator_login"),
        )
        .outerjoin(operators, own.id == api_tokens.c.operator_id)
        .outerjoin(staff, staff.c.id == own.staff_id)
        .where(api_tokens.c.token_hash == token_hash)
    )  # fmt: skip
    return session.execute(statement).one_or_none()


def token_used(session: Session, token_id: int, now: datetime) -> None:
    session.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=now))


def revoke_token(session: Session, token_id: int, now: datetime) -> bool:
    """Whether it still worked."""
    own = api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None)
    return changed_rows(session, update(api_tokens).where(*own).values(revoked_at=now)) == 1


def revoke_tokens_of(
    session: Session, now: datetime, *, operator_id: int | None = None, client_id: int | None = None
) -> None:
    """All of this operator's, or of this client's."""
    own = api_tokens.c
    whose = own.operator_id == operator_id if operator_id is not None else own.client_id == client_id
    session.execute(update(api_tokens).where(whose, own.revoked_at.is_(None)).values(revoked_at=now))


def tokens_of_operators(session: Session, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Newest first, from before this one on, with whose each is."""
    own = api_tokens.c
    statement = (
        select(api_tokens, operators.c.name.label("operator_name"), operators.c.role, operators.c.staff_id)
        .join(operators, operators.c.id == own.operator_id)
        .order_by(own.id.desc())
        .limit(limit)
    )
    return session.execute(statement if before is None else statement.where(own.id < before)).all()


def add_code(session: Session, **values: Any) -> int:
    return insert_row(session, sign_in_codes, **values)


def codes_since(session: Session, phone_hash: str, since: datetime) -> Sequence[Row[Any]]:
    """What was asked for this number, newest first, LOCKED until the transaction ends."""
    own = sign_in_codes.c
    statement = select(sign_in_codes).where(own.phone_hash == phone_hash, own.created_at > since)
    return session.execute(statement.order_by(own.id.desc()).with_for_update()).all()


def texted_since(session: Session, since: datetime) -> int:
    """How many codes were texted, to whomever."""
    own = sign_in_codes.c
    statement = select(func.count()).where(own.created_at > since, own.code_hash != "")
    return int(session.execute(statement).scalar_one())


def change_code(session: Session, code_id: int, **values: Any) -> None:
    session.execute(update(sign_in_codes).where(sign_in_codes.c.id == code_id).values(**values))


def claim_answer(session: Session, **values: Any) -> bool:
    """Whether nobody had used this key with this token."""
    return insert_unless_there(session, api_answers, values)


def answer_kept(session: Session, token_id: int, key_hash: str) -> Row[Any] | None:
    own = api_answers.c
    return session.execute(select(api_answers).where(own.token_id == token_id, own.key_hash == key_hash)).one_or_none()


def keep_answer(session: Session, token_id: int, key_hash: str, **values: Any) -> None:
    own = api_answers.c
    session.execute(update(api_answers).where(own.token_id == token_id, own.key_hash == key_hash).values(**values))


def is_any_older(session: Session, before: datetime) -> bool:
    """Whether there is an answer or a code from before this moment."""
    return any(at is not None and at < before for at in (session.execute(one).scalar_one() for one in _OLDEST))


_OLDEST = prepared(select(func.min(api_answers.c.at))), prepared(select(func.min(sign_in_codes.c.created_at)))


def forget_answers(session: Session, before: datetime) -> None:
    """Answers and codes from before this moment."""
    session.execute(delete(api_answers).where(api_answers.c.at < before))
    session.execute(delete(sign_in_codes).where(sign_in_codes.c.created_at < before))
