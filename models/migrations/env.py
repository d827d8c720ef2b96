"""Runs the migrations on the connection it is handed: models open none themselves."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from models.base import Moment
from models.tables import metadata


def _render(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, Moment):
        _context.imports.add("from models.base import Moment")
        return "Moment()"
    if kind == "type" and isinstance(thing, AutoString):
        return f"sa.String({thing.impl_instance.length})"  # type: ignore[attr-defined]
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_render,
    compare_type=True,
    transactional_ddl=context.config.attributes["connection"].dialect.name == "postgresql",
)
with context.begin_transaction():
    context.run_migrations()
