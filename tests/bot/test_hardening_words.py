"""What no database takes, in every part of an address that is looked up in one."""

import pytest

from tests.conftest import MakeDesk
from webhooks import create_app

pytestmark = pytest.mark.every_database
DOORS = ("/b/{}", "/b/{}/move", "/b/{}.ics", "/intake/{}", "/pay/{}", "/pay/{}/back", "/calendar/{}.ics",
         "/console/link/{}", "/agreement/{}")  # fmt: skip


WORDS = ("%00", "a%00b", "%ff", "%ed%a0%80", "x" * 3000, "%F0%9F%98%80", "' or 1=1 --", "9" * 30)


@pytest.mark.parametrize("word", WORDS)
def test_it_opens_nothing_and_is_no_fault(make_desk: MakeDesk, word: str) -> None:
    app = create_app(make_desk(public_url="https://desk.example.com"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    for door in DOORS:
        answer = client.get(door.format(word))
        assert 404 == answer.status_code, door
        assert client.post(door.format(word), data={"a\0": "b\0", "start": "\0"}).status_code < 500, door
