"""Who sends texts in this process, where anybody does: what is written here need not be looked for."""

from handlers.at_once import Room, RoomFor


class SendersHere:
    """The senders of the dispatchers that run in this process."""

    def __init__(self) -> None:
        self._all: tuple[RoomFor, ...] = ()

    def add(self, room_for: RoomFor) -> None:
        self._all = (*self._all, room_for)

    def remove(self, room_for: RoomFor) -> None:
        self._all = tuple(one for one in self._all if one != room_for)

    def room_for(self, channel: str, lane: str) -> Room | None:
        """Room for a text on this channel, in this lane, where any of them has some."""
        for each in self._all:
            if (room := each(channel, lane)) is not None:
                return room
        return None
