"""The help beside the page, in a real browser."""

from collections.abc import Callable

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from arap.core.models import Company, User
from tests.e2e.test_pages import complaints, one, press, wait
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed, so that the server sees it."""
    return tell(company, clerk)


def test_help_opens_by_its_key_beside_the_page_and_goes_along(
    browse_as: Callable[..., Chrome], live_address: str, clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/customers/")
    panel = one(browser, "#help")
    assert not panel.is_displayed()
    press(browser, Keys.F1)
    wait(browser, lambda page: one(page, "#help h2").is_displayed())
    assert one(browser, "#help h2").text == "Customers"
    assert one(browser, "#customers").is_displayed(), "the page stays"
    wide, window = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window
    browser.get(live_address + "/aging/")
    wait(browser, lambda page: "Aging" in one(page, "#help h2").text)
    press(browser, Keys.ESCAPE)
    assert not one(browser, "#help").is_displayed()
    browser.get(live_address + "/receipts/")
    assert not one(browser, "#help").is_displayed(), "what was closed stays closed"
    one(browser, "[data-help]").click()
    wait(browser, lambda page: one(page, "#help h2").is_displayed())
    one(browser, "[data-help]").click()
    assert not one(browser, "#help").is_displayed()
    assert complaints(browser) == []
