"""The lists of a language file whose words keep the kind they have elsewhere: how something is asked."""

from collections.abc import Iterable

from conversations.understanding.normalise import fold
from conversations.understanding.phrases import Table, Words
from conversations.understanding.tokens import words_of

_LOOKED_UP = (
    "currencies", "wishes", "wished", "names", "name_leads", "name_careful", "name_follows", "dear", "ordinal_weekdays",
    "estates", "asks", "tells", "tells_behind", "joins", "therefore", "offers", "lasts", "lasting", "kisses",
    "since", "been", "birthdays", "roads", "grades", "grade_leads", "halved", "near", "spans",
    "verb_weekdays", "verb_objects", "somebodies", "nobody_before", "street_leads",
)  # fmt: skip
"""Lists of words that keep the kind they have elsewhere."""


def lists_of(table: Table) -> Iterable[tuple[tuple[str, str], frozenset[Words]]]:
    """The folded phrases of every list that needs no kind, by the names of its table and itself."""
    for name, inner in (
        *(
            (name, table.get(name, {}))
            for name in (
                "answers",
                "choices",
                "names",
                "services",
                "guests",
                "notes",
                "repeats",
                "topics",
                "session_types",
            )
        ),
        *((f"intents.{where}", table.get("intents", {}).get(where, {})) for where in ("alone", "anywhere")),
        ("words", {key: table.get("words", {}).get(key, ()) for key in _LOOKED_UP}),
    ):
        for key, said in inner.items():
            yield (name, key), frozenset(words_of(fold(phrase), marks=True) for phrase in said)
