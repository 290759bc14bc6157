"""A clerk at work in a real browser: keys, drill-down in place, a remainder that runs down, no complaint in the log."""

from collections.abc import Callable

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from arap.core.models import Company, User
from arap.ledger.models import Item
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed, so that the server sees it."""
    return tell(company, clerk)


def press(browser: Chrome, *keys: str) -> None:
    """Keys for the page, not for a field."""
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def wait(browser: Chrome, seen: Callable[[Chrome], object]) -> object:
    """Until `seen` is true; what belongs to the page that is just leaving counts as not seen, however the browser says
    so."""
    return WebDriverWait(browser, 10, poll_frequency=0.05, ignored_exceptions=[WebDriverException]).until(seen)


def one(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def complaints(browser: Chrome) -> list[str]:
    """What the browser complained about: scripts that failed, styles that the policy refused, files not found."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


def test_today_draws_the_chart_and_a_segment_opens_its_items(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/")
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "svg [data-month]"))
    last = browser.find_elements(By.CSS_SELECTOR, '[data-month="11"]')
    browser.execute_script("arguments[0].focus()", last[0])
    first = one(browser, "[data-readout] [data-bucket]").text
    browser.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert one(browser, "[data-readout] [data-bucket]").text != first, "the readout follows the focus"
    amount = one(browser, "[data-readout] [data-amount]").text
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait(browser, lambda page: "/aging/" in page.current_url and "bucket=" in page.current_url)
    assert amount.removeprefix("CNY ") in one(browser, "main").text
    assert complaints(browser) == []


def test_lists_are_walked_by_keys(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    browser = browse_as(clerk, "/")
    press(browser, "g", "c")
    wait(browser, lambda page: page.current_url.endswith("/customers/"))
    press(browser, "j", "j", "k")
    assert "Qiming" in one(browser, "tr.is-cursor").text
    press(browser, "j", Keys.ENTER)
    wait(browser, lambda page: page.current_url.endswith(f"/customers/{story.haichen.pk}/"))
    press(browser, "/")
    browser.switch_to.active_element.send_keys("C-10290", Keys.ENTER)
    wait(browser, lambda page: page.current_url.endswith(f"/customers/{story.qiming.pk}/"))
    press(browser, "?")
    assert one(browser, "dialog").is_displayed()
    assert complaints(browser) == []


def test_typing_in_a_filter_narrows_the_list_without_losing_the_field(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/customers/")
    press(browser, "f")
    browser.switch_to.active_element.send_keys("haichen")
    wait(browser, lambda page: "Qiming" not in one(page, "#customers").text)
    assert browser.switch_to.active_element.get_attribute("id") == "filter"
    assert "q=haichen" in browser.current_url
    assert complaints(browser) == []


def test_a_row_of_the_aging_report_folds_out_in_place(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/aging/")
    press(browser, "j", Keys.ARROW_RIGHT)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "tr[data-items-of]"))
    assert "70 d over" in one(browser, "tr[data-items-of]").text
    press(browser, Keys.ARROW_LEFT)
    assert not one(browser, "tr[data-items-of]").is_displayed()
    press(browser, Keys.ARROW_RIGHT)
    assert one(browser, "tr[data-items-of]").is_displayed()
    one(browser, "tr[data-items-of] a").click()
    wait(browser, lambda page: "/invoices/" in page.current_url)
    assert complaints(browser) == []


def test_a_receipt_is_applied_by_keys_and_undone(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    browser = browse_as(clerk, f"/receipts/{story.waiting.pk}/")
    remainder = one(browser, "[data-remainder]")
    assert remainder.text == "0.00", "the proposal takes all"
    press(browser, "u")
    assert remainder.text == "500.00"
    press(browser, "j", "=")
    assert remainder.text == "0.00"
    late = browser.switch_to.active_element
    late.send_keys(Keys.CONTROL, "a")
    late.send_keys("1.2万")
    assert late.get_attribute("aria-invalid") == "true", "more than is open"
    assert one(browser, "[data-over]").is_displayed()
    late.send_keys(Keys.CONTROL, "a")
    late.send_keys("120")
    assert remainder.text == "380.00"
    late.send_keys(Keys.CONTROL, Keys.ENTER)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-undo]"))
    item = Item.objects.get(document=story.late.document_id)
    assert item.open_amount == 480
    press(browser, "z")
    wait(browser, lambda page: not page.find_elements(By.CSS_SELECTOR, "[data-undo]"))
    item.refresh_from_db()
    assert item.open_amount == 600
    assert complaints(browser) == []


def test_a_receipt_is_recorded_with_the_customer_found_while_typing(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    browser = browse_as(clerk, "/receipts/new/")
    one(browser, "#id_customer").send_keys("haich")
    wait(browser, lambda page: one(page, '[role=option][data-value="C-10482"]').is_displayed())
    one(browser, "#id_customer").send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert one(browser, "#id_customer").get_attribute("value") == "C-10482"
    assert not one(browser, "[role=listbox]").is_displayed()
    amount = one(browser, "#id_amount")
    amount.send_keys("=1000+234.5", Keys.TAB)
    assert amount.get_attribute("value") == "1,234.50", "shown formatted on leaving"
    currency = Select(one(browser, "#id_currency"))
    currency.select_by_value("JPY")
    assert one(browser, "[data-currency-mark]").text == "JPY"
    currency.select_by_value("CNY")
    amount.send_keys(Keys.CONTROL, Keys.ENTER)
    wait(browser, lambda page: page.current_url.rstrip("/").rsplit("/", 1)[-1].isdigit())
    assert "1,234.50" in one(browser, "main").text
    assert complaints(browser) == []


def test_the_page_turns_chinese_and_dark(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    browser = browse_as(clerk, "/customers/")
    one(browser, 'button[value="zh-hans"]').click()
    wait(browser, lambda page: "客户" in one(page, "h1").text)
    assert browser.current_url.endswith("/customers/")
    light = one(browser, "main").value_of_css_property("color")
    one(browser, ".topbar__end summary").click()
    one(browser, 'button[value="dark"]').click()
    wait(browser, lambda page: one(page, "html").get_attribute("class") == "dark")
    assert one(browser, "main").value_of_css_property("color") != light
    assert complaints(browser) == []


# What comes after the page, as the chart does, and is not there yet nor has said that it will not come.
TO_COME = "[hx-trigger=load] > a:only-child, .htmx-request"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_is_wider_than_the_window(
    browse_as: Callable[..., Chrome], live_address: str, clerk: User, story: Story, language: str
) -> None:
    User.objects.filter(pk=clerk.pk).update(language=language)
    browser = browse_as(clerk)
    for path in ("/", "/customers/", "/invoices/", "/receipts/", "/aging/", "/receipts/new/"):
        browser.get(live_address + path)
        wait(browser, lambda page: not page.find_elements("css selector", TO_COME))
        wide, window = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, path
