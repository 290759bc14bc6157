"""Invoices in a real browser: from entry to e-mail by keys, a pasted table, a credit note; nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from arap.core.models import Company, TaxCode, User
from arap.outbox.about import messages_about
from customers.actions import add_contact
from customers.models import PaymentTerms
from invoices.models import Invoice
from tests import look
from tests.e2e.test_pages import complaints, one, press, wait
from tests.mail import CeleryWorker, MailServer, wait_until
from tests.stories import Story, tell

pytestmark = pytest.mark.browser

PASTE = """
const data = new DataTransfer();
data.setData("text/plain", arguments[1]);
arguments[0].dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
"""


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Committed; Haichen pays in 30 days and somebody there receives invoices."""
    told = tell(company, clerk)
    TaxCode.objects.create(company=company, code="V13", name="VAT 13 %", rate=Decimal(13))
    told.haichen.terms = PaymentTerms.objects.create(company=company, code="N30", name="Net 30", rule="n/30")
    told.haichen.save(update_fields=["terms"])
    add_contact(told.haichen, name="王敏", email="ap@haichen.example", receives=["invoice"], by=None)
    return told


def until(browser: Chrome, words: str, where: str = "body") -> None:
    wait(browser, lambda page: words in one(page, where).text)


def typed(browser: Chrome, *keys: str) -> None:
    browser.switch_to.active_element.send_keys(*keys)


def cells(browser: Chrome, name: str) -> list[str]:
    return [str(each.get_attribute("value")) for each in browser.find_elements(By.NAME, f"line-{name}")]


def test_an_invoice_from_entry_to_email_by_keyboard(
    browse_as: Callable[..., Chrome],
    clerk: User,
    story: Story,
    celery_worker: CeleryWorker,
    mail_server: MailServer,
    screenshot: Callable[[str], Path],
) -> None:
    browser = browse_as(clerk, "/invoices/")
    press(browser, "n")
    wait(browser, lambda page: page.find_elements(By.ID, "id_customer"))
    typed(browser, "C-10482", Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("name") == "issued_on", "what is half typed is not sent"
    first = browser.find_element(By.NAME, "line-description")
    first.send_keys("Mould insert", Keys.TAB, "模具镶件", Keys.TAB, "10", Keys.TAB, "件", Keys.TAB, "100")
    until(browser, "1,130.00", "[data-line-amount]")
    typed(browser, Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("name") == "line-description"
    typed(browser, "Transport", Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB, "56.5")
    for _line in range(2):
        typed(browser, Keys.ENTER)
    assert len(cells(browser, "description")) == 4, "Enter makes a line where there is none"
    typed(browser, Keys.ARROW_UP)
    due = story.today + timedelta(days=30)
    until(browser, "1,193.85", "#effect")
    until(browser, f"{due.day} {due:%b %Y}", "#effect")
    screenshot("invoice-entry")
    typed(browser, Keys.CONTROL, Keys.ENTER)
    until(browser, "Posted as INV-")
    invoice = Invoice.objects.get(total=Decimal("1193.85"))
    assert [line.unit_code for line in invoice.lines.all()] == ["H87", ""]
    screenshot("invoice-posted")
    press(browser, "m")
    until(browser, "ap@haichen.example")
    typed(browser, Keys.CONTROL, Keys.ENTER)
    wait_until(lambda: mail_server.received)
    assert mail_server.received[0].recipients == ("ap@haichen.example",)
    assert len(mail_server.received[0].attachments) == 1
    wait_until(lambda: _is_sent(invoice))
    browser.get(browser.current_url)
    until(browser, "Sent")
    screenshot("invoice-sent")
    assert complaints(browser) == []


def _is_sent(invoice: Invoice) -> bool:
    return [message.state for message in messages_about(invoice.company, invoice)] == ["sent"]


def test_a_table_is_pasted_and_nothing_typed_is_lost(
    browse_as: Callable[..., Chrome], clerk: User, story: Story, screenshot: Callable[[str], Path]
) -> None:
    browser = browse_as(clerk, "/invoices/new/")
    customer = browser.find_element(By.ID, "id_customer")
    customer.send_keys("C-10290")
    until(browser, "Suzhou Qiming Automation", "#effect")
    assert one(browser, "[name=currency]").get_attribute("value") == "USD", "billed in its own currency"
    customer.clear()
    customer.send_keys("C-10482")
    table = "\r\n".join(f"Part {at}\t{at}\tkg\t1,{at}00.50\twith tax\t5" for at in range(1, 6))
    browser.execute_script(PASTE, browser.find_element(By.NAME, "line-description"), table)
    assert cells(browser, "description") == ["Part 1", "Part 2", "Part 3", "Part 4", "Part 5", ""]
    assert cells(browser, "quantity")[4] == "5"
    assert cells(browser, "unit_price")[4] == "1,500.50"
    assert cells(browser, "entry")[4] == "gross"
    until(browser, "7,127.38", "tr:nth-child(5) [data-line-amount]")
    one(browser, "[name=currency]").send_keys("EUR")  # by keys: only a person's choice counts
    browser.find_elements(By.NAME, "line-quantity")[1].send_keys(Keys.CONTROL, Keys.DELETE)
    assert cells(browser, "description") == ["Part 1", "Part 3", "Part 4", "Part 5", ""]
    screenshot("invoice-pasted")
    # The session ends while somebody types: what was typed is back after signing in.
    cookie = browser.get_cookie(settings.SESSION_COOKIE_NAME)
    browser.delete_cookie(settings.SESSION_COOKIE_NAME)
    browser.find_element(By.ID, "id_reference").send_keys("PO-77")
    wait(browser, lambda page: "/sign-in/" in page.current_url)
    assert cookie
    browser.add_cookie({"name": cookie["name"], "value": cookie["value"], "path": "/"})
    browser.get(browser.current_url.partition("/sign-in/")[0] + "/invoices/new/")
    until(browser, "What you had typed is back")
    assert_pasted(browser)
    assert not one(browser, "[data-keep-note]").is_displayed(), "it is not offered besides"
    until(browser, "EUR", "#effect")
    look.settle(browser)
    # It was left aside: it is offered when the form is opened anew, another day or in another tab.
    browser.execute_script("sessionStorage.clear()")
    browser.get(browser.current_url.partition("/invoices/")[0] + "/invoices/new/")
    until(browser, "It is kept in this browser.")
    assert cells(browser, "description")[0] == ""
    one(browser, "[data-keep-restore]").click()
    assert_pasted(browser)
    assert one(browser, "[name=currency]").get_attribute("value") == "EUR", "what was chosen stays chosen"
    until(browser, "EUR", "#effect")
    look.settle(browser)
    one(browser, ".entry__foot [value=save]").click()
    until(browser, "The draft is saved.")
    assert Invoice.objects.drafts().get().lines.count() == 4
    browser.get(browser.current_url.partition("/invoices/")[0] + "/invoices/new/")
    assert not one(browser, "[data-keep-note]").is_displayed(), "what was saved is forgotten"
    assert complaints(browser) == []


def assert_pasted(browser: Chrome) -> None:
    """What the test above has pasted and typed stands in the form."""
    assert cells(browser, "description") == ["Part 1", "Part 3", "Part 4", "Part 5", ""]
    assert one(browser, "#id_reference").get_attribute("value") == "PO-77"


def test_a_credit_note_for_part_of_a_line(
    browse_as: Callable[..., Chrome], clerk: User, story: Story, screenshot: Callable[[str], Path]
) -> None:
    browser = browse_as(clerk, f"/invoices/{story.late.pk}/")
    press(browser, "c")
    until(browser, "Stays as the customer’s credit")
    one(browser, "#id_reason").send_keys("two came broken")
    one(browser, "[name^=amount-]").send_keys("250")
    until(browser, "−250.00", "#effect")
    assert one(browser, "[name=scope][value=part]").is_selected()
    screenshot("credit-entry")
    typed(browser, Keys.CONTROL, Keys.ENTER)
    until(browser, "is posted.")
    note = Invoice.objects.credit_notes().get()
    assert (note.total, note.memo) == (Decimal(250), "two came broken")
    screenshot("credit-posted")
    assert complaints(browser) == []


def test_drafts_are_ticked_and_posted_by_keys(browse_as: Callable[..., Chrome], clerk: User, story: Story) -> None:
    for at in range(3):
        draft = {"customer": story.haichen, "currency": "CNY", "issued_on": story.today, "created_by": clerk}
        made = Invoice.objects.create(company=story.company, total=10 + at, net_total=10 + at, **draft)
        made.lines.create(company=story.company, line=1, unit_price=10 + at, net=10 + at, tax=0)
        made.instalments.create(company=story.company, line=1, due_on=story.today, amount=10 + at)
    browser = browse_as(clerk, "/invoices/?view=drafts")
    assert not one(browser, "[data-ticks-bar]").is_displayed()
    press(browser, "j", "x", "j", "j", "X")
    until(browser, "3 ticked", "[data-ticks-bar]")
    assert "CNY 33.00" in one(browser, "[data-ticks-bar]").text
    press(browser, "p")
    until(browser, "Post 3 invoices")
    typed(browser, Keys.CONTROL, Keys.ENTER)
    until(browser, "3 invoices are posted.")
    assert not Invoice.objects.drafts().exists()
    assert complaints(browser) == []


SPILL = "return [document.documentElement.scrollWidth, window.innerWidth]"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_page_is_wider_than_the_window(
    browse_as: Callable[..., Chrome], clerk: User, story: Story, width: int, language: str
) -> None:
    User.objects.filter(pk=clerk.pk).update(language=language)
    late = story.late.pk
    paths = ["", "?view=overdue", "new/", f"new/?like={late}", f"{late}/", f"{late}/credit/", f"post/?invoice={late}"]
    browser = browse_as(clerk, "/invoices/")
    screen = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        for path in paths:
            browser.get(browser.current_url.partition("/invoices/")[0] + "/invoices/" + path)
            wide, window = browser.execute_script(SPILL)
            assert wide <= window, path
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert complaints(browser) == []
