"""A real browser. Where Debian's chromium is missing, the tests that need it are left out, saying what to install."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from selenium.webdriver import Chrome

from arap.core.models import User
from tests.look import NO_BROWSER, start_chrome


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser per worker; `browser` hands it out clean."""
    chrome = start_chrome(tmp_path_factory.mktemp("chromium"))
    if chrome is None:
        pytest.skip(NO_BROWSER)
    yield chrome
    chrome.quit()


@pytest.fixture
def browser(chrome: Chrome, live_address: str) -> Iterator[Chrome]:
    """A browser on the sign-in page of a running server on `committed_db`, with nobody signed in."""
    chrome.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": live_address, "storageTypes": "all"})
    chrome.execute_cdp_cmd("Network.clearBrowserCookies", {})
    chrome.get_log("browser")  # what earlier tests left
    chrome.get(live_address + "/sign-in/")
    yield chrome
    chrome.get("about:blank")


@pytest.fixture
def browse_as(browser: Chrome, live_address: str) -> Callable[..., Chrome]:
    """`browse_as(clerk, "/customers/")` opens a page with that person signed in."""

    def go(user: User, path: str = "/") -> Chrome:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        browser.add_cookie({"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "path": "/"})
        browser.get(live_address + path)
        return browser

    return go


@pytest.fixture
def screenshot(browser: Chrome) -> Callable[[str], Path]:
    """`screenshot("customers")` keeps a picture of the page, as long as it is, where people can look at it."""
    folder = Path(os.environ["ARAP_VAR"]) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> Path:
        height = browser.execute_script("return Math.max(900, document.documentElement.scrollHeight)")
        browser.set_window_size(1440, int(height or 900))
        path = folder / f"{name}.png"
        browser.save_screenshot(str(path))
        browser.set_window_size(1440, 900)
        return path

    return take
