"""Customers in a real browser: two people change one, many are ticked and changed by keys, two are merged."""

from collections.abc import Callable

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from arap.core.models import Company, User
from customers.actions import NewCustomer, create_customers, update_customer
from customers.models import Customer
from tests.e2e.test_pages import complaints as all_complaints
from tests.e2e.test_pages import one, press, wait
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed, so that the server sees it."""
    return tell(company, clerk)


def text(browser: Chrome) -> str:
    return one(browser, "body").text


def complaints(browser: Chrome) -> list[str]:
    """What the browser complained about, but for the answer that is meant to refuse."""
    return [message for message in all_complaints(browser) if " 409 " not in message]


def retype(browser: Chrome, name: str, value: str) -> None:
    field = one(browser, f'[name="{name}"]')
    field.clear()
    field.send_keys(value)


def test_two_people_change_one_customer(
    browse_as: Callable[..., Chrome], clerk: User, controller: User, story: Story
) -> None:
    browser = browse_as(clerk, f"/customers/{story.haichen.pk}/edit/")
    retype(browser, "segment", "Export")
    retype(browser, "phone", "0574 1234")
    update_customer(story.haichen, by=controller, segment="Trade", name_local="海辰")
    press(browser, Keys.CONTROL + Keys.ENTER)
    wait(browser, lambda page: "Controller changed this customer" in text(page))
    assert "Trade" in one(browser, "#meanwhile").text
    assert one(browser, '[name="segment"]').get_attribute("value") == "Export", "what was typed stands where it stood"
    assert one(browser, '[name="name_local"]').get_attribute("value") == "海辰", "and what the other wrote beside it"
    next(each for each in browser.find_elements(By.TAG_NAME, "button") if "Keep theirs" in each.text).click()
    wait(browser, lambda page: "The changes are kept." in text(page))
    story.haichen.refresh_from_db()
    assert (story.haichen.segment, story.haichen.phone, story.haichen.name_local) == ("Trade", "0574 1234", "海辰")
    assert complaints(browser) == []


def test_many_are_ticked_and_changed_by_keys_and_undone(
    browse_as: Callable[..., Chrome], clerk: User, story: Story
) -> None:
    rows = [NewCustomer(code=f"Z-{at}", name=f"Other {at}", currency="CNY") for at in range(3)]
    create_customers(story.company, rows, by=None)
    browser = browse_as(clerk, "/customers/?sort=code")
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, ".tabs__count"))
    press(browser, "j", "x")
    wait(browser, lambda page: one(page, "[data-ticks-bar]").is_displayed())
    press(browser, "j", "j", "j")
    ActionChains(browser).key_down(Keys.SHIFT).send_keys("x").key_up(Keys.SHIFT).perform()
    wait(browser, lambda page: one(page, "[data-ticks-count]").text == "4 ticked")
    Select(one(browser, "#batch-owner")).select_by_visible_text("Clerk")
    browser.execute_script("document.activeElement.blur()")
    press(browser, "o")
    wait(browser, lambda page: "4 customers changed" in text(page))
    assert Customer.objects.filter(owner=clerk).count() == 4
    press(browser, "z")
    wait(browser, lambda page: "Undone." in text(page))
    assert not Customer.objects.filter(owner=clerk).exists()
    assert complaints(browser) == []


def test_a_new_customer_is_found_by_its_initials(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    browser = browse_as(clerk, "/customers/")
    press(browser, "c")
    wait(browser, lambda page: page.current_url.endswith("/customers/new/"))
    retype(browser, "code", "C-77")
    retype(browser, "name", "Chongqing Steel")
    retype(browser, "name_local", "重庆钢铁股份有限公司")
    press(browser, Keys.CONTROL + Keys.ENTER)
    wait(browser, lambda page: "C-77 is recorded." in text(page))
    press(browser, "g", "c")
    wait(browser, lambda page: page.current_url.endswith("/customers/"))
    press(browser, "f")
    browser.switch_to.active_element.send_keys("cqgt")
    wait(browser, lambda page: "Chongqing" in one(page, "#customers").text and "Haichen" not in text(page))
    assert complaints(browser) == []


def test_two_that_are_one_are_merged_and_taken_apart(
    browse_as: Callable[..., Chrome], controller: User, story: Story
) -> None:
    rows = [NewCustomer(code="C-2", name="NINGBO HAICHEN MOULD CO LTD", currency="CNY")]
    create_customers(story.company, rows, by=None)
    browser = browse_as(controller, "/customers/duplicates/")
    browser.find_element(By.PARTIAL_LINK_TEXT, "Compare with").click()
    wait(browser, lambda page: "What merging does" in text(page))
    one(browser, "[data-ctrl-enter]").click()
    wait(browser, lambda page: "Also stands for" in text(page))
    assert Customer.objects.filter(merged_into__isnull=False).count() == 1
    press(browser, "z")
    wait(browser, lambda page: "stands for itself again" in text(page))
    assert not Customer.objects.filter(merged_into__isnull=False).exists()
    assert complaints(browser) == []
