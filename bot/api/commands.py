"""Commands: whatever a coordinator texts, a program gives here."""

from typing import Annotated

from pydantic import Field

from bot.api.endpoint import DESK, Call, endpoint
from bot.api.values import Input, Output, Page, Text
from conversations.commands import COMMANDS
from conversations.languages.render import render
from handlers.console.command_answered import CameTo, answered
from handlers.console.commanded import commanded, provider_id
from handlers.message_received import LONGEST


class Words(Input):
    words: Annotated[Text, Field(min_length=1, max_length=LONGEST)] = Field(description='"APPROVE 12; DECLINE 13 ill"')


class Answer(Output):
    """What a command was answered."""

    outcome: CameTo = Field(description="refused: nothing was changed; tells: it tells or asks something")
    texts: list[str]


class Command(Output):
    word: str
    usage: str
    what: str
    example: str


@endpoint("GET", "/api/commands", DESK)
def every(_call: Call) -> Page[Command]:
    """All of them."""
    items = [
        Command(word=one.word, usage=render(one.usage, "en"), what=render(one.what, "en"), example=one.example)
        for one in COMMANDS.values()
    ]
    return Page(items=items)


@endpoint("POST", "/api/commands", DESK)
def give(call: Call, body: Words) -> Answer:
    """Give a command, or several, in the words of a text. A command that asks whether you are sure is answered by the
    next one: `YES`."""
    who = call.by.who
    given = commanded(call.session, body.words, call.once, who, call.circumstances)
    found = answered(call.session, provider_id(who.id, given.known_as), call.profile, is_done=given.is_done)
    return Answer(outcome=found.came_to if found is not None else CameTo.TELLS, texts=list(given.texts))
