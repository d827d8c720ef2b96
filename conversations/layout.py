"""How a reply is laid out for what a channel can show."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry. `longest` is in characters of one message; `buttons` 0 means plain numbered text."""

    longest: int = 1600
    buttons: int = 0
    rows: int = 0
    carrier_answers_stop: bool = False
    """The carrier itself answers STOP, START and HELP (SMS): we record and stay silent."""
    bare_cancel_opts_out: bool = False
    """On SMS a bare CANCEL is an opt-out by law and by carrier."""
    templates_outside_window: bool = False
