"""`dump`: the business as business.toml, which `load` takes back without a difference."""

import argparse
import json
from typing import Any

from bot.commands.opening import ready_desk
from handlers.business_dumped import business_dumped
from handlers.business_file import BusinessFile

HEAD = "# The business as it is stored. Load it with `python -m bot load`; --dry-run shows the difference."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    database = ready_desk().database
    print(toml(database.read(business_dumped)), end="")
    database.dispose()
    return 0


def toml(file: BusinessFile) -> str:
    """The file's text: one table and lists of tables, and what stands within these as inline tables. JSON's way to
    write strings, numbers and lists will do: TOML's differs in DEL alone (https://toml.io/en/v1.0.0#string)."""
    lines = [HEAD]
    for name, table in file.model_dump(mode="json", exclude_unset=True).items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *_fields(table)]
        else:
            for one in table:
                lines += ["", f"[[{name}]]", *_fields(one)]
    return "\n".join(lines) + "\n"


def _fields(table: dict[str, Any]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in table.items()]


def _value(value: Any) -> str:
    match value:
        case dict():
            return f"{{{', '.join(_fields(value))}}}"
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
