"""The browser, the server and the styles find each other."""

from collections.abc import Callable

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from arap.core.models import User

pytestmark = pytest.mark.browser


def test_a_clerk_signs_in_and_lands_on_today(browser: Chrome, live_address: str, clerk: User) -> None:
    clerk.set_password("the-clerk-knows-it")
    clerk.save(update_fields=["password"])
    browser.find_element(By.NAME, "username").send_keys("clerk")
    browser.find_element(By.NAME, "password").send_keys("the-clerk-knows-it")
    browser.find_element(By.CSS_SELECTOR, "form [type=submit], form button:not([type])").click()
    WebDriverWait(browser, 10, poll_frequency=0.05).until(lambda page: page.current_url == live_address + "/")
    assert "Something failed" not in browser.page_source


def test_styles_arrive(browser: Chrome) -> None:
    assert browser.execute_script("return document.styleSheets[0].cssRules.length") > 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_signed_in_person_stays_out_of_the_sign_in_page(browse_as: Callable[..., Chrome], clerk: User) -> None:
    assert browse_as(clerk, "/").current_url.endswith("/")
