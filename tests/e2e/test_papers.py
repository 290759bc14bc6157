"""An invoice leaves by e-mail in a real browser, by keys and with ticks in the list."""

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from arap.core.models import Company, User
from arap.outbox.models import Message
from customers.models import Contact
from tests.e2e.test_pages import one, wait
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed, so that the server sees it; somebody at Haichen receives invoices."""
    told = tell(company, clerk)
    Contact.objects.create(
        company=company, customer=told.haichen, name="Wang Min", email="ap@haichen.example", receives=["invoice"]
    )
    return told


def until(browser: Chrome, words: str) -> None:
    wait(browser, lambda page: words in one(page, "body").text)


def complaints(browser: Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.parametrize(
    "language, send, waiting", [("en", "Send by e-mail", "Waiting"), ("zh-hans", "通过邮件发送", "待发送")]
)
def test_an_invoice_is_sent_by_keys(
    browse_as: Callable[..., Chrome],
    clerk: User,
    story: Story,
    screenshot: Callable[[str], Path],
    language: str,
    send: str,
    waiting: str,
) -> None:
    clerk.language = language
    clerk.save(update_fields=["language"])
    browser = browse_as(clerk, f"/invoices/{story.late.pk}/")
    screenshot(f"invoice-{language}")
    browser.switch_to.active_element.send_keys("m")
    until(browser, "ap@haichen.example")
    assert browser.find_element(By.TAG_NAME, "h1").text == send
    screenshot(f"invoice-send-{language}")
    browser.find_element(By.NAME, "subject").send_keys(Keys.CONTROL, Keys.ENTER)
    until(browser, waiting)
    screenshot(f"invoice-sent-{language}")
    message = Message.objects.get()
    assert (message.to_address, message.files.count()) == ("ap@haichen.example", 1)
    assert complaints(browser) == []


def test_ticked_invoices_are_sent_together(
    browse_as: Callable[..., Chrome], clerk: User, story: Story, screenshot: Callable[[str], Path]
) -> None:
    browser = browse_as(clerk, "/invoices/")
    for _row in browser.find_elements(By.CSS_SELECTOR, "input[name=invoice]"):
        browser.switch_to.active_element.send_keys("j", "x")
    assert len(browser.find_elements(By.CSS_SELECTOR, "input[name=invoice]:checked")) == 3
    screenshot("invoice-list-ticked")
    browser.find_element(
        By.CSS_SELECTOR, "#batch button[formaction$='/invoices/send/'], #batch button:not([formaction])"
    ).click()
    until(browser, "Left out")
    screenshot("invoices-send")
    browser.find_element(By.CSS_SELECTOR, "main .btn--primary").click()
    until(browser, "2 messages are on their way.")
    assert Message.objects.count() == 2
    assert complaints(browser) == []
