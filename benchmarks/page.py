"""`bin/bench page`: what docs/performance.json holds, as Markdown. --keep puts it into docs/performance.md, between the
marks there; what stands around them is written by people."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.kept import TOP, Section, everything
from benchmarks.page_parts import PARTS, WANTS

PAGE = TOP / "docs/performance.md"
NOT_YET = "Not measured yet: `bin/bench --keep`."
_MARKED = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- until here -->)", re.DOTALL)


def part(name: str, kept: Mapping[str, Section]) -> str:
    """As it stands between its marks; a sentence where it was not measured."""
    if any(needed not in kept for needed in WANTS.get(name, (name,))):
        return NOT_YET
    return "\n".join(PARTS[name](kept))


def filled(text: str, kept: Mapping[str, Section], names: Sequence[str] = tuple(PARTS)) -> str:
    """The page with these parts anew."""

    def anew(found: re.Match[str]) -> str:
        return f"{found[1]}{part(found[2], kept)}\n{found[3]}" if found[2] in names else found[0]

    return _MARKED.sub(anew, text)


def main(given: Sequence[str], page: Path = PAGE) -> int:
    parser = argparse.ArgumentParser(prog="bin/bench page", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write docs/performance.md")
    asked = parser.parse_args(given)
    text, kept = page.read_text(encoding="utf-8"), everything()
    new = filled(text, kept)
    if asked.keep:
        page.write_text(new, encoding="utf-8")
    for found in _MARKED.finditer(new):
        print(found[0].removeprefix(found[1]).removesuffix(found[3]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
