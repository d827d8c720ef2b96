"""What the browser of a test may complain of, and what fails the test."""

import pytest

from tests.console.conftest import _is_harmless

MISSING = "Failed to load resource: the server responded with a status of 404 (NOT FOUND)"


@pytest.mark.parametrize(
    ("complaint", "is_harmless"),
    [
        (f"http://127.0.0.1:1/console/c/9: {MISSING}", True),
        ("http://127.0.0.1:1/console/inbox/live: Failed to load resource: net::ERR_ABORTED", True),
        (f"http://127.0.0.1:1/console/static/console.js?v=1: {MISSING}", False),
        (f"http://127.0.0.1:1/console/static/console.css: {MISSING}", False),
        ("http://127.0.0.1:1/console/static/icon.svg: Failed to load resource: net::ERR_FAILED", False),
        ("http://127.0.0.1:1/console/inbox: Refused to execute inline script", False),
        ("TypeError: part is null", False),
    ],
)
def test_a_page_without_its_script_or_style_is_no_page(complaint: str, is_harmless: bool) -> None:
    assert is_harmless == _is_harmless(complaint)
