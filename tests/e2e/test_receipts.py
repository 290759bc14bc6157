"""Twenty receipts, one after the other, by keys alone: what was pressed is what the book says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from arap.core.models import Company, User
from arap.ledger.checks import check, invariants
from arap.ledger.models import Item
from customers.actions import NewCustomer, create_customers
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from receipts.actions import NewReceipt, apply_receipt, record_receipt
from receipts.models import Receipt
from tests.e2e.test_pages import complaints, one, press, wait
from tests.stories import today_of

pytestmark = pytest.mark.browser

INVOICES = (Decimal(111), Decimal(222), Decimal(444))
APPLY = (Keys.CONTROL, Keys.ENTER)


@dataclass(frozen=True)
class Way:
    """A receipt over `amount`, the keys pressed before it is applied, and what is then open of the three invoices."""

    amount: int
    keys: tuple[str, ...]
    open: tuple[int, int, int]
    left: int = 0


WAYS = (
    Way(111, (), (0, 222, 444)),  # as proposed: exactly the first
    Way(222, ("2",), (0, 111, 444)),  # the second proposal: oldest first
    Way(444, ("u", "j", "j", "j", " "), (111, 222, 0)),  # the third in full
    Way(300, ("u", "j", "j", "=", "j", "="), (111, 0, 366)),  # the rest into the second, what is over into the third
    Way(300, ("e", "5", "0", "j", "j", "="), (61, 33, 383)),  # changed: 50 to the first, the rest to the third
    Way(50, ("2",), (111, 222, 444), left=50),  # kept on account
)


@pytest.fixture
def twenty(company: Company, clerk: User) -> list[tuple[Receipt, Way]]:
    """Twenty customers who owe 111, 222 and 444 each, and a receipt from each, a day apart; the oldest first."""
    today = today_of(company)
    rows = [NewCustomer(code=f"C-{at:02}", name=f"Customer {at}", currency="CNY") for at in range(20)]
    ids = create_customers(company, rows, by=clerk)
    found = []
    for at in range(20):
        way, customer = WAYS[at % len(WAYS)], ids[f"C-{at:02}"]
        for age, amount in zip((90, 60, 30), INVOICES, strict=True):
            draft = Draft(
                customer_id=customer,
                currency="CNY",
                issued_on=today - timedelta(days=age),
                lines=[DraftLine(description="Insert", unit_price=amount)],
            )
            post_invoice(company, create_draft(company, draft, by=clerk).pk, by=clerk)
        new = NewReceipt(
            amount=Decimal(way.amount),
            currency="CNY",
            received_on=today - timedelta(days=25 - at),
            customer_id=customer,
        )
        receipt = Receipt.objects.select_related("document").get(pk=record_receipt(company, new, by=clerk).receipt_id)
        found.append((receipt, way))
    return found


def shows(receipt: Receipt) -> Callable[[Chrome], bool]:
    """Whether the page is this receipt's."""
    return lambda page: (
        page.current_url.endswith(f"/receipts/{receipt.pk}/")
        and bool(page.find_elements(By.CSS_SELECTOR, "[data-remainder]"))
    )


def apply(browser: Chrome, way: Way) -> None:
    """Press the keys of the way, one by one, then Ctrl Enter."""
    press(browser, *way.keys)
    browser.switch_to.active_element.send_keys(*APPLY)


def test_twenty_receipts_without_the_mouse(
    browse_as: Callable[..., Chrome], company: Company, clerk: User, twenty: list[tuple[Receipt, Way]]
) -> None:
    browser = browse_as(clerk, "/")
    press(browser, "g", "r")
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "tr[data-row]"))
    assert "To apply 20" in one(browser, ".tabs").text
    press(browser, "j", Keys.ENTER)  # the newest stands on top; from there on Ctrl Enter leads to the next
    order = [twenty[-1], *twenty[:-1]]
    for at, (receipt, way) in enumerate(order):
        wait(browser, shows(receipt))
        apply(browser, way)
        if at == 0:
            wait(browser, shows(order[1][0]))
            press(browser, "z")  # undone at once, and done again
            wait(browser, shows(receipt))
            apply(browser, way)
    wait(browser, lambda page: "Customer 5" in one(page, "main").text)  # round again to the first kept on account
    for receipt, way in twenty:
        items = Item.objects.filter(customer=receipt.customer, amount__gt=0).order_by("due_on", "pk")
        assert tuple(int(item.open_amount) for item in items) == way.open, way
        own = Item.objects.get(document=receipt.document_id)
        assert -own.open_amount == way.left, way
    assert [each.name for each in invariants() if not check(company, each).holds] == []
    assert complaints(browser) == []


def test_what_a_colleague_did_meanwhile_is_told(
    browse_as: Callable[..., Chrome], company: Company, clerk: User, twenty: list[tuple[Receipt, Way]]
) -> None:
    receipt = twenty[0][0]
    browser = browse_as(clerk, f"/receipts/{receipt.pk}/")
    wait(browser, shows(receipt))
    other = NewReceipt(
        amount=Decimal(111), currency="CNY", received_on=receipt.received_on, customer_id=receipt.customer_id
    )
    taken = record_receipt(company, other, by=clerk)
    first = Item.objects.filter(customer=receipt.customer, amount__gt=0).order_by("due_on").first()
    assert first is not None
    apply_receipt(company, taken.receipt_id, {first.pk: Decimal(111)}, effective_on=today_of(company), by=clerk)
    browser.switch_to.active_element.send_keys(*APPLY)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, ".note--caution"))
    told = one(browser, ".note--caution").text
    assert f"{taken.number}: CNY" in told
    assert "Nothing of it is open. You had typed 111.00." in told
    press(browser, "u", "j", "=")
    browser.switch_to.active_element.send_keys(*APPLY)
    wait(browser, lambda page: not page.current_url.endswith(f"/receipts/{receipt.pk}/apply/"))
    assert Item.objects.get(document=receipt.document_id).open_amount == 0


def test_money_finds_its_payer_is_applied_and_goes_back_by_keys(
    browse_as: Callable[..., Chrome], company: Company, clerk: User, twenty: list[tuple[Receipt, Way]]
) -> None:
    owner = twenty[0][0].customer
    assert owner is not None
    new = NewReceipt(
        amount=Decimal(333), currency="CNY", received_on=today_of(company), payer_name=owner.name, remittance="二 笔"
    )
    lost = record_receipt(company, new, by=clerk)
    browser = browse_as(clerk, f"/receipts/{lost.receipt_id}/")
    press(browser, "1")
    assert one(browser, "[name=customer]").get_attribute("value") == owner.code
    browser.switch_to.active_element.send_keys(*APPLY)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-remainder]"))
    browser.switch_to.active_element.send_keys(*APPLY)
    wait(browser, lambda page: page.find_elements(By.CSS_SELECTOR, "[data-undo]"))
    items = Item.objects.filter(customer=owner, document__kind="invoice").order_by("due_on", "pk")
    assert [int(item.open_amount) for item in items] == [0, 0, 444]
    browser = browse_as(clerk, f"/receipts/{lost.receipt_id}/return/")
    assert "333.00" in one(browser, ".effect").text
    one(browser, "[name=reason]:not([type=hidden])").send_keys("bounced", *APPLY)
    wait(browser, lambda page: page.current_url.endswith(f"/receipts/{lost.receipt_id}/"))
    assert "what it paid is open again" in one(browser, "main").text
    assert [int(item.open_amount) for item in items.all()] == [111, 222, 444]
    assert complaints(browser) == []
