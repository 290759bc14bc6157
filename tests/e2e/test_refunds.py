"""A refund with approval by two people, from the customer's bank account to the bank's file, in a real browser."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from arap.core.models import Company, CompanyBankAccount, User
from arap.ledger.checks import check, invariants
from arap.ledger.models import Item
from customers.models import BankAccount
from receipts.models import Payout, Refund
from tests.e2e.test_pages import complaints, one, wait
from tests.stories import Story, tell

pytestmark = pytest.mark.browser


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


def record(browser: Chrome) -> None:
    """Press what posts, everywhere."""
    one(browser, "body").send_keys(Keys.CONTROL, Keys.ENTER)


def says(text: str) -> Callable[[Chrome], bool]:
    return lambda page: text in one(page, "main").text


def test_a_refund_by_two_people_to_the_file_of_the_bank(
    browse_as: Callable[..., Chrome], company: Company, clerk: User, controller: User, story: Story
) -> None:
    CompanyBankAccount.objects.create(
        company=company, name="Acme", bank="BOC", account_no="62229999", currency="CNY", is_default=True
    )
    browser = browse_as(clerk, f"/customers/{story.haichen.pk}/bank-accounts/new/")
    for name, text in (
        ("account_no", "DE89370400440532013000"), ("bank", "Commerzbank"), ("bic", "COBADEFFXXX"), ("proof", "Called"),
    ):  # fmt: skip
        one(browser, f"#id_{name}").send_keys(text)
    record(browser)
    wait(browser, says("somebody else approves it"))
    account = BankAccount.objects.get()
    browser = browse_as(controller, "/approvals/")
    one(browser, "tr[data-row] a").click()
    wait(browser, says("What a yes would do"))
    record(browser)
    wait(browser, says("is approved."))
    browser = browse_as(clerk, f"/receipts/{story.waiting.pk}/")
    browser.find_element(By.LINK_TEXT, "Refund").click()
    wait(browser, lambda page: page.find_elements(By.ID, "id_account"))
    Select(one(browser, "#id_account")).select_by_value(str(account.pk))
    one(browser, "#id_reason").send_keys("Paid twice")
    record(browser)
    wait(browser, says("Asked for; somebody else approves it."))
    browser = browse_as(controller, "/approvals/")
    assert "500.00" in one(browser, "tr[data-row]").text
    one(browser, "tr[data-row] a").click()
    wait(browser, says("held by"))
    record(browser)
    wait(browser, says("is approved."))
    browser = browse_as(clerk, "/receipts/pay-outs/new/")
    record(browser)
    wait(browser, says("Save it and hand it to the bank."))
    payout = Payout.objects.get()
    assert payout.xml.sha256 in one(browser, "main").text
    assert b"<IBAN>DE89370400440532013000</IBAN>" in bytes(payout.xml.content)
    record(browser)
    wait(browser, says("1 refund is in the book."))
    assert Refund.objects.get().state == Refund.State.PAID
    assert Item.objects.get(document=story.waiting.document_id).open_amount == Decimal(0)
    assert [each.name for each in invariants() if not check(company, each).holds] == []
    assert complaints(browser) == []
