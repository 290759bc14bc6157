"""Every page on a phone in the dark in Chinese: no complaint of the browser, nothing wider than the window, no amount
cut. `make screenshots` looks at the other variants."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from arap.core.models import Company, User
from tests import look
from tests.stories import tell

pytestmark = pytest.mark.browser

FIT_WIDE = """
const table = document.querySelector(".tbl-wrap");
table.insertAdjacentHTML("afterbegin", '<div class="tbl-wrap--wide"><p class="num">' + "9".repeat(400) + "</p></div>");
"""


@pytest.mark.parametrize("name", ["zh-hans-dark-390", "en-light-1280"])
def test_every_page_fits(
    browse_as: Callable[..., Chrome], live_address: str, company: Company, controller: User, tmp_path: Path, name: str
) -> None:
    tell(company, controller)
    browser = browse_as(controller, "/")
    try:
        seen = dict(look.tour(browser, live_address, look.VARIANTS[name], tmp_path))
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert len(seen) > 15, "the walk reached the rooms"
    assert {page: faults for page, faults in seen.items() if faults} == {}


def test_a_cut_amount_would_be_noticed(browse_as: Callable[..., Chrome], company: Company, controller: User) -> None:
    tell(company, controller)
    browser = browse_as(controller, "/customers/")
    look.settle(browser)
    assert look.faults(browser) == []
    browser.execute_script(FIT_WIDE)
    assert any("amounts cut" in each for each in look.faults(browser))
