"""docs/stories.md: whole conversations as they really go; the tests play them."""

from pathlib import Path

from bot.docs.markdown import block, code, page

STORIES = Path(__file__).parent.parent.parent / "tests" / "stories"
ABOUT = """Each is a test: played on every database, what comes out must be what stands here. `Sara>` is what
Sara texts, `Sara<` what her phone receives; a line in brackets is a change of her conversation's state."""


def render() -> str:
    told = []
    for path in sorted(STORIES.glob("*.txt")):
        title, _, transcript = path.read_text(encoding="utf-8").partition("\n")
        told += [f"## {title.lstrip('# ')}", code(f"tests/stories/{path.name}"), block(transcript.strip("\n"), "text")]
    return page("Stories", ABOUT, *told)
