"""Less came than was owed: a discount that was earned, a short payment within the tolerance, in a real browser."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from arap.core.models import Company, User
from arap.ledger.checks import check, invariants
from arap.ledger.models import Item
from customers.models import PaymentTerms
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from receipts.actions import NewReceipt, record_receipt
from receipts.models import Tolerance
from tests import look
from tests.e2e.test_pages import complaints, one, press, wait
from tests.stories import Story, tell

pytestmark = pytest.mark.browser

APPLY = (Keys.CONTROL, Keys.ENTER)


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.fixture
def quick(story: Story, clerk: User) -> Item:
    """1,000.00 of today at 2/10 n/30."""
    terms = PaymentTerms.objects.create(company=story.company, code="2/10", name="2/10", rule="2/10 n/30")
    draft = Draft(
        customer_id=story.haichen.pk,
        currency="CNY",
        issued_on=story.today,
        terms_id=terms.pk,
        lines=[DraftLine(unit_price=Decimal(1000))],
    )
    posted = post_invoice(story.company, create_draft(story.company, draft, by=clerk).pk, by=clerk)
    return Item.objects.get(document=posted.document_id)


def received(browse_as: Callable[..., Chrome], story: Story, clerk: User, amount: str) -> tuple[Chrome, str]:
    """The page of a new receipt of `amount` with nothing applied in it, and its address."""
    new = NewReceipt(amount=Decimal(amount), currency="CNY", received_on=story.today, customer_id=story.haichen.pk)
    path = f"/receipts/{record_receipt(story.company, new, by=clerk).receipt_id}/"
    browser = browse_as(clerk, path)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-remainder]"))
    press(browser, "u")
    return browser, path


def type_amount(browser: Chrome, item: Item, amount: str) -> None:
    field = one(browser, f"[name=amount-{item.pk}]")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(amount)
    wait(browser, lambda page: one(page, "[data-remainder]").text == "0.00")


def assert_settled(story: Story, item: Item) -> None:
    item.refresh_from_db()
    assert item.open_amount == 0
    assert [each.name for each in invariants() if not check(story.company, each).holds] == []


def test_the_discount_that_was_earned_is_given(
    browse_as: Callable[..., Chrome], clerk: User, story: Story, quick: Item
) -> None:
    browser, path = received(browse_as, story, clerk, "980.00")
    assert "2 % until" in one(browser, "main").text
    type_amount(browser, quick, "980")
    browser.switch_to.active_element.send_keys(*APPLY)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-undo]"))
    assert_settled(story, quick)
    browser.get(browser.current_url.partition("/receipts/")[0] + path)
    look.settle(browser)
    assert "Let off with it" in one(browser, "main").text
    assert complaints(browser) == []


def test_a_short_payment_is_let_off_within_the_tolerance_and_beyond_it_is_not(
    browse_as: Callable[..., Chrome], clerk: User, story: Story, quick: Item
) -> None:
    browser, _path = received(browse_as, story, clerk, "985.00")
    type_amount(browser, quick, "985")
    one(browser, "details.reveal summary").click()
    Select(one(browser, "[name=rest]")).select_by_value("bank_charge")
    one(browser, "[name=rest_memo]").send_keys("fees of their bank")
    no_discount = one(browser, "[name=no_discount]")
    if not no_discount.is_selected():
        no_discount.click()
    one(browser, "[name=rest_memo]").send_keys(*APPLY)
    wait(browser, lambda page: "more than may be let off without a controller" in one(page, "main").text)
    quick.refresh_from_db()
    assert quick.open_amount == 1000, "nothing was applied"
    assert one(browser, "[name=rest_memo]").get_attribute("value") == "fees of their bank"
    kept = {"company": story.company, "kind": "bank_charge", "currency": "CNY"}
    Tolerance.objects.create(**kept, amount=Decimal(20), percent=Decimal(10))
    one(browser, "[name=rest_memo]").send_keys(*APPLY)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-undo]"))
    assert_settled(story, quick)
    # The browser itself tells of the first answer, which was a refusal.
    assert [each for each in complaints(browser) if "409" not in each] == []
