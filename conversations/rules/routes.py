"""On which channel a coordinator is texted."""

from collections.abc import Sequence

SIMULATOR = "simulator"
EMAIL = "email"
CONSOLE = "console"
"""Where operators command; what they are answered is read there, and sent nowhere."""
_WHATSAPP = ("whatsapp", "whatsapp_cloud", "ultramsg")


def console_address(operator_id: int) -> str:
    """Where an operator commands from."""
    return f"operator-{operator_id}"


def coordinator_channel(preferred: str, last: str, available: Sequence[str], came_by: str) -> str | None:
    """`preferred` is "sms", "whatsapp" or ""; `last` the channel they last wrote on; None where nothing reaches them.

    What came by the simulator stays there: a rehearsal texts no real phone."""
    if came_by == SIMULATOR:
        return SIMULATOR
    wanted = {"sms": ("sms",), "whatsapp": _WHATSAPP}.get(preferred, (last, "sms", *_WHATSAPP, SIMULATOR))
    return next((channel for channel in wanted if channel in available), None)
