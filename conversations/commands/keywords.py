"""The words that mean a command: English ones always, and those of a coordinator's own language."""

from functools import cache

from conversations.commands.registry import COMMANDS
from conversations.languages import language
from conversations.understanding.normalise import fold

LONGEST_PHRASE = 3
"""Words in a phrase that means a command ("no se presentó")."""


@cache
def keywords(code: str) -> dict[str, str]:
    """Every word or phrase, folded, with the command that it means; an English one is never taken for another."""
    found: dict[str, str] = {}
    for spoken in dict.fromkeys((code, "en")):
        for word, phrases in language(spoken).get("commands", {}).items():
            found.update({fold(phrase): word for phrase in phrases})
    return found | {fold(word): word for word in COMMANDS}
