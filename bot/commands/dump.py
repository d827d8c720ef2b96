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
    """The file's text. Its shape is one table and lists of tables with plain values, so JSON's way to write strings,
    numbers and lists will do: TOML's differs in DEL alone (https://toml.io/en/v1.0.0#string)."""
    lines = [HEAD]
    for name, table in file.model_dump(mode="json", exclude_unset=True).items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *_fields(table)]
        else:
            for one in table:
                lines += ["", f"[[{name}]]", *_fields(one)]
    return "\n".join(lines) + "\n"


def _fields(table: dict[str, Any]) -> list[str]:
    return [
        f"{name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f") for name, value in table.items()
    ]
