"""The coordinator's commands: one file each, one registry, one parser."""

from conversations.commands.answer import answer, is_command
from conversations.commands.registry import COMMANDS

__all__ = ["COMMANDS", "answer", "is_command"]
