"""A real browser, and what it is asked of every page: no message of its console, no serious fault that axe finds."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PHONE, DESKTOP = (390, 844), (1440, 900)
_SERIOUS = ("serious", "critical")


def executable() -> str:
    """Debian's Chromium, or what is called so. Raises LookupError where there is none."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        raise LookupError(f"no browser: one of {', '.join(NAMES)} is wanted (apt-get install chromium-headless-shell)")
    return found


@contextmanager
def a_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


def follow(link: Locator) -> None:
    """A click, and the page that it leads to: a click alone returns while the page that is left is still there, and
    whatever does not wait would look at that one."""
    with link.page.expect_navigation():
        link.click()


def faults(page: Page) -> list[str]:
    """What keeps somebody from using the page: axe's serious and critical findings."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes']][:3]}"
        for one in found
        if one["impact"] in _SERIOUS
    ]


if __name__ == "__main__":
    try:
        executable()
    except LookupError:
        sys.exit(1)
