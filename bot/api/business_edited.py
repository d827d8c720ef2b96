"""A change of one thing of the business by a program: it is made in the business file, which is checked and loaded as a
whole, as from the console's set-up."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

from pydantic import Field
from sqlalchemy.orm import Session

from bot.api.endpoint import Call
from bot.api.problems import Problem
from bot.api.values import Input, Output
from bot.console import setup_history
from handlers.business_file import BusinessFile
from handlers.console.business_changed import CannotChange, Data, checked, standing
from handlers.console.business_taken import Preview, previewed, taken
from models.business import lock_business

LONGEST_FAULT = 2000
Edit = Callable[[Data], Data]
Number = Callable[[Session], int | None]


class Trial(Input):
    dry_run: bool = Field(False, description="only tell what it would change, and keep nothing")


def without_defaults(schema: dict[str, Any]) -> None:
    """Of a change: what is left out stays as it is, and becomes nothing else."""
    for about in schema.get("properties", {}).values():
        about.pop("default", None)


class Changed(Output):
    """What a change of the business comes to."""

    is_done: bool = Field(description="false after a dry run")
    id: int | None = Field(description="of what was changed; null where it would be new")
    changes: list[str] = Field(description="a line for each difference; none where it is so already")
    outside: list[int] = Field(description="the next bookings that lie within the hours now, and would not then")
    outside_more: int = Field(description="how many more of them there are")


def edited(call: Call, edit: Edit, number: Number, *, is_trial: bool, status: int = 422) -> Changed:
    """Load the file with this edit in it; or load it, look, and take it back. `number`: of what is changed, as the
    business then is. Raises Problem with `status` where the file would not be one."""
    session = call.session
    lock_business(session)
    data = standing(session).data
    if data is None:
        raise Problem(503, "no_business", "No business has been set up yet.")
    try:
        file = checked(edit(deepcopy(data)))
        preview = previewed(session, file, call.circumstances)
        if preview.lines and not is_trial:
            _take(call, file, preview)
    except CannotChange as wrong:
        raise Problem(status, "cannot_change", str(wrong)[:LONGEST_FAULT]) from None
    return Changed(
        is_done=not is_trial, id=number(session), changes=list(preview.lines),
        outside=[row.id for row in preview.outside], outside_more=preview.outside_more,
    )  # fmt: skip


def lock(call: Call, **_named: object) -> None:
    """Nobody else changes the business meanwhile."""
    lock_business(call.session)


def _take(call: Call, file: BusinessFile, preview: Preview) -> None:
    """How it was is on the disk before it changes, and leads back from the console."""
    from bot.commands.dump import toml

    who, now = call.by.who, call.circumstances.now
    assert preview.before is not None
    folder = call.desk.settings.journal_dir.parent / "setup-history"
    try:
        before = setup_history.keep(folder, now, who.name, preview.lines, toml(preview.before))
    except OSError as error:
        raise Problem(503, "cannot_keep", f"How it was before cannot be kept: {error.strerror}.") from None
    is_taken = False
    try:
        is_taken = taken(call.session, file, preview.version, who, call.circumstances) is not None
    finally:
        if not is_taken:
            with suppress(FileNotFoundError):
                before.unlink()
