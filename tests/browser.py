"""A real browser. Where Debian's chromium is missing, the tests that need it are left out, saying what to install."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from arap.core.models import User
from tests.databases import free_port

# Without the last ones the browser calls home, again and again, which a machine without a way out pays for in time.
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1440,900",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser per worker; `browser` hands it out clean."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        pytest.skip("needs a browser: apt-get install chromium chromium-driver fonts-noto-cjk")
    options = ChromeOptions()
    options.binary_location = program
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = Chrome(options=options, service=Service(executable_path=driver, port=free_port()))
    chrome.set_page_load_timeout(30)
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
