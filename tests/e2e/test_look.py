"""Every page on a phone in the dark in Chinese: no complaint of the browser, nothing wider than the window, no amount
cut. `make screenshots` looks at the other variants."""

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from selenium.webdriver import Chrome

from arap.core.models import Company, User
from tests import look
from tests.stories import tell

pytestmark = pytest.mark.browser

SPOIL = """
document.querySelector("main").insertAdjacentHTML("beforeend",
  `<img src="/static/icon.svg"><p class="num">${"9".repeat(400)}</p>`);
"""


VARIANT = "zh-hans-dark-390"


def test_every_page_fits(
    browse_as: Callable[..., Chrome], live_address: str, company: Company, controller: User, tmp_path: Path
) -> None:
    tell(company, controller)
    browser = browse_as(controller, "/")
    try:
        seen = dict(look.tour(browser, live_address, look.VARIANTS[VARIANT], tmp_path))
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert len(seen) > 15, "the walk reached the rooms"
    assert {page: faults for page, faults in seen.items() if faults} == {}


def test_what_is_wrong_would_be_noticed(browse_as: Callable[..., Chrome], company: Company, controller: User) -> None:
    tell(company, controller)
    browser = browse_as(controller, "/customers/")
    look.settle(browser)
    assert look.faults(browser) == look.barriers(browser) == []
    browser.execute_script(SPOIL)
    wide, cut = look.faults(browser)
    assert "px wide in a window of" in wide
    assert cut.startswith("1 amounts cut: 9999")
    assert any(each.startswith("image-alt") for each in look.barriers(browser))


def test_a_screen_on_paper_has_no_navigation(browse_as: Callable[..., Chrome], company: Company, clerk: User) -> None:
    """A4, aging along the long side, with its names and totals and without what only a screen can do."""
    tell(company, clerk)
    for path, is_long in (("/aging/", True), ("/customers/", False)):
        browser = browse_as(clerk, path)
        look.settle(browser)
        printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
        page = PdfReader(BytesIO(base64.b64decode(printed))).pages[0]
        width, height = (round(float(side) / 72 * 25.4) for side in (page.mediabox.width, page.mediabox.height))
        assert (width, height) == ((297, 210) if is_long else (210, 297))
        words = page.extract_text()
        assert "Haichen" in words
        assert "Reminders" in browser.find_element("css selector", ".nav").text
        assert not [left for left in ("Reminders", "Show", "Export", "Enter") if left in words]
