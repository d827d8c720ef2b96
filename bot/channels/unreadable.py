"""What a webhook is that cannot be read."""


class Unreadable(ValueError):
    """A webhook that is genuine and cannot be read: a field without which there is no message is missing. Its words
    name the field, never what people wrote."""
