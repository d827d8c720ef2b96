"""Text that is compared letter by letter: MariaDB takes "a" for "A" and for "á" unless told otherwise."""

from sqlalchemy import String
from sqlalchemy.types import TypeEngine


def exact(length: int) -> TypeEngine[str]:
    """A column type for ids that other systems gave."""
    return String(length).with_variant(String(length, collation="utf8mb4_bin"), "mysql", "mariadb")
