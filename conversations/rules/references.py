"""References of transfers, as people text them."""

import re

_TOKEN = re.compile(r"[A-Z0-9][A-Z0-9/-]{4,29}")
_HAS_DIGITS = re.compile(r"(?:.*[0-9]){3}")


def reference_in(text: str) -> str:
    """The reference that a text names, in capitals: a word of five characters or more with three digits in it or more;
    the longest where there are several. "" where there is none."""
    words = (word.strip(".,;:!?()[]\"'#") for word in text.upper().split())
    found = [word for word in words if _TOKEN.fullmatch(word) and _HAS_DIGITS.match(word)]
    return max(found, key=len, default="")
