"""docs/performance.json: what was measured last, a section for each program, each with its machine and date."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TOP = Path(__file__).parent.parent
FILE = TOP / "docs/performance.json"
WORSE = 0.2
"""By how much a figure may be worse before it is told."""
Section = Mapping[str, Any]


def kept(name: str, path: Path | None = None) -> Section | None:
    """None where nothing of this name has been kept yet."""
    return everything(path).get(name)


def everything(path: Path | None = None) -> dict[str, Section]:
    """Every section, by name."""
    file = path or FILE
    found: dict[str, Section] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def keep(name: str, made: Section, path: Path | None = None) -> None:
    """This section anew; the others stay as they are."""
    whole = everything(path) | {name: made}
    (path or FILE).write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def section(machine: Mapping[str, object], **more: Any) -> Section:
    """What was measured now, on this machine; figures to four places."""
    at = datetime.now(UTC).isoformat(timespec="minutes")  # noqa: TID251 -- of the run
    made: Section = rounded({"measured_at": at, "machine": machine, **more})
    return made


def worse(new: Mapping[str, float], old: Mapping[str, float]) -> Iterator[str]:
    """A line for each figure, of those that are to be small, that has grown by more than a fifth."""
    for name in (name for name in new if name in old):
        if new[name] > old[name] * (1 + WORSE):
            yield f"{name}: {new[name]:g}, where it was {old[name]:g}"


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


def add_common(parser: ArgumentParser) -> None:
    """What every program takes whose figures are kept."""
    parser.add_argument("--quick", action="store_true", help="short, to see that it works; no figures to rely on")
    parser.add_argument("--keep", action="store_true", help="write its section of docs/performance.json")
    parser.add_argument(
        "--check", action="store_true", help="exit 1 where a figure is worse by a fifth than the kept one"
    )


def told(name: str, made: Section, figures: Mapping[str, float], asked: Namespace) -> int:
    """Tell what is worse than the last time, and keep this time where that is wished; the exit status."""
    before = kept(name)
    lines = list(worse(figures, before["figures"])) if before is not None and "figures" in before else []
    for line in lines:
        print(f"WORSE: {line}")
    if asked.keep:
        keep(name, {**made, "is_quick": asked.quick, "figures": rounded(figures)})
    return int(asked.check and bool(lines))
