"""docs/commands.md: what a coordinator texts, and what an operator types."""

import argparse
from importlib import import_module

from bot.__main__ import COMMANDS as OPERATORS
from bot.__main__ import file_of
from bot.docs.markdown import code, page, table
from conversations.commands import COMMANDS as COORDINATORS
from conversations.languages.render import render as say

COORDINATOR = """A coordinator texts these from their phone, in capitals or not. Several ids are written `12, 14-16`;
several commands stand on lines of their own or behind `;`. Without an id, the quoted request is meant, or the only one
that waits; there a bare yes, 👍 or no is enough."""
OPERATOR = "Each answers `--help`. Exit status: 0 done, 1 something was found, 2 it could not be done."
WIDTH = 200


def render() -> str:
    texted = [
        (code(say(command.usage, "en")), say(command.what, "en"), code(command.example))
        for command in COORDINATORS.values()
    ]
    typed = [(code(usage(name)), what) for name, what in OPERATORS.items()]
    return page(
        "Commands",
        "## By text, for coordinators",
        COORDINATOR,
        table(("command", "what it does", "example"), texted),
        "## In a terminal, for operators",
        OPERATOR,
        table(("command", "what it does"), typed),
    )


def usage(name: str) -> str:
    """ "python -m bot load [--dry-run] file", on one line."""
    parser = argparse.ArgumentParser(f"python -m bot {name}", formatter_class=_wide, add_help=False)
    import_module(f"bot.commands.{file_of(name)}").add_arguments(parser)
    return " ".join(parser.format_usage().removeprefix("usage: ").split())


def _wide(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, width=WIDTH)
