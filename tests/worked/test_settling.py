"""Settlement in full, as textbooks and handbooks work it out: discounts, their tax, small differences, deductions.

Sources, beside each case: Centennial College, Learning Centre, Business Math, "Payment Terms and Cash Discounts";
Brechner and Bergeman, Contemporary Mathematics for Business and Consumers, section 7-10; Haufe Finance Office,
"Forderungen: wie Skonti berücksichtigt werden"; 华联实业 of 《中级财务会计》 (总价法); IAS 21.28.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from arap.core.errors import DomainError
from arap.core.models import Company, TaxCode, User
from arap.ledger.models import Entry, Item
from arap.ledger.models.documents import Document
from arap.ledger.queries import position_at
from customers.actions import NewCustomer, create_customers
from customers.models import Customer, PaymentTerms
from invoices.actions import CreditPart, Draft, DraftLine, create_draft, credit_invoice, post_invoice
from invoices.models import Invoice
from receipts.actions import (
    NewReceipt,
    ReceiptApplied,
    Rest,
    apply_receipt,
    auto_apply_receipt,
    receive,
    record_receipt,
    reverse_receipt,
    unapply_receipt,
)
from receipts.models import DiscountPolicy, Receipt, Tolerance
from receipts.queries.effects import return_effect, unapply_effect
from receipts.queries.settling import live_allowances
from tests.ledger.book import own_posting
from tests.ledger.proofs import prove
from tests.people import found_company

ZERO = Decimal(0)


@dataclass
class Shop:
    """A company that sells on terms with an early-payment discount."""

    company: Company
    by: User
    customer: Customer
    terms: dict[str, PaymentTerms] = field(default_factory=dict)

    def invoice(
        self,
        net: str,
        on: str,
        rule: str,
        *,
        tax: str = "0",
        currency: str = "CNY",
        rate: str | None = None,
    ) -> Invoice:
        if rule not in self.terms:
            self.terms[rule] = PaymentTerms.objects.create(company=self.company, code=rule[:30], name=rule, rule=rule)
        code, _made = TaxCode.objects.get_or_create(
            company=self.company, code=f"T{tax}", defaults={"name": tax, "rate": Decimal(tax)}
        )
        draft = Draft(
            customer_id=self.customer.pk,
            currency=currency,
            issued_on=date.fromisoformat(on),
            terms_id=self.terms[rule].pk,
            rate=Decimal(rate) if rate else None,
            lines=[DraftLine(unit_price=Decimal(net), tax_code_id=code.pk)],
        )
        posted = post_invoice(self.company, create_draft(self.company, draft, by=self.by).pk, by=self.by)
        return Invoice.objects.get(document_id=posted.document_id)

    def receipt(self, amount: str, on: str, *, currency: str = "CNY", rate: str | None = None) -> Receipt:
        new = NewReceipt(
            amount=Decimal(amount), currency=currency, received_on=date.fromisoformat(on), customer_id=self.customer.pk,
            rate=Decimal(rate) if rate else None,
        )  # fmt: skip
        return Receipt.objects.get(pk=record_receipt(self.company, new, by=self.by).receipt_id)

    def pay(
        self,
        invoice: Invoice,
        amount: str,
        on: str,
        *,
        applied: str | None = None,
        rest: Rest | None = None,
        **money: str,
    ) -> tuple[Receipt, ReceiptApplied]:
        """Receive `amount` on `on` and apply `applied` (else all of it) to the invoice's first item."""
        got = self.receipt(amount, on, **money)
        item = Item.objects.get(document=invoice.document_id, line=1)
        done = apply_receipt(
            self.company, got.pk, {item.pk: Decimal(applied or amount)}, effective_on=got.received_on, by=self.by,
            rest=rest,
        )  # fmt: skip
        return got, done

    def left(self, invoice: Invoice) -> Decimal:
        """What is open of the invoice's own items."""
        return sum((item.open_amount for item in Item.objects.filter(document=invoice.document_id)), ZERO)

    def account(self, role: str) -> Decimal:
        """The balance of an account in base currency."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select coalesce(sum(l.base_amount), 0) from ledger_journalline l join ledger_account a on"
                " a.id = l.account_id where l.company_id = %s and a.role = %s",
                [self.company.pk, role],
            )
            return Decimal(cursor.fetchone()[0])


@pytest.fixture
def shop(writable: None) -> Iterator[Callable[..., Shop]]:
    """shop("EUR", "DE"): a company of that base currency and country. All invariants are proved at the end."""
    shops: list[Shop] = []

    def make(base_currency: str = "CNY", country: str = "CN") -> Shop:
        number = len(shops)
        company = found_company(f"shop{number}", "Shop", base_currency)
        company.country = country
        company.save(update_fields=["country"])
        by = User.objects.create(username=f"seller{number}")
        ids = create_customers(
            company, [NewCustomer(code="C", name="Customer", currency=base_currency, segment="retail")], by=None
        )
        shops.append(Shop(company, by, Customer.objects.get(pk=ids["C"])))
        return shops[-1]

    yield make
    for each in shops:
        prove(each.company)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.code


def test_paid_within_the_window(shop: Callable[..., Shop]) -> None:
    """Centennial: 750 net, terms 2/10, 1/20, n/60 of January 26; February 3 earns 2 %: 735.00."""
    here = shop()
    invoice = here.invoice("750.00", "2026-01-26", "2/10 1/20 n/60")
    _got, done = here.pay(invoice, "735.00", "2026-02-03")
    assert [(each["kind"], each["amount"], each["percent"]) for each in done.allowances] == [("discount", "15.00", "2")]
    assert (here.left(invoice), here.account("discount"), done.remaining) == (ZERO, Decimal("15.00"), "0.00")


def test_the_second_tier(shop: Callable[..., Shop]) -> None:
    """The same, paid on February 14: 1 %, 742.50."""
    here = shop()
    invoice = here.invoice("750.00", "2026-01-26", "2/10 1/20 n/60")
    here.pay(invoice, "742.50", "2026-02-14")
    assert (here.left(invoice), here.account("discount")) == (ZERO, Decimal("7.50"))


def test_after_the_window_nothing_is_given(shop: Callable[..., Shop]) -> None:
    here = shop()
    invoice = here.invoice("750.00", "2026-01-26", "2/10 1/20 n/60")
    here.pay(invoice, "735.00", "2026-02-16")
    assert (here.left(invoice), here.account("discount")) == (Decimal("15.00"), ZERO)


def test_days_of_grace(shop: Callable[..., Shop]) -> None:
    """Three days of grace: the 1 % of January 26 is still earned on February 18, not on the 19th."""
    here = shop()
    DiscountPolicy.objects.create(company=here.company, grace_days=3)
    kept, lost = (here.invoice("750.00", "2026-01-26", "2/10 1/20 n/60") for _nth in range(2))
    here.pay(kept, "742.50", "2026-02-18")
    here.pay(lost, "742.50", "2026-02-19")
    assert (here.left(kept), here.left(lost)) == (ZERO, Decimal("7.50"))


def test_a_part_payment_earns_its_part(shop: Callable[..., Shop]) -> None:
    """Centennial: 3,720 of June 28 at 2/10; 980 on July 8 reduces the debt by 1,000, and 1,665.60 more to 1,020.41.

    Brechner 7-10: the credit is the payment divided by 100 % less the rate; 1,665.60 / 0.98 = 1,699.59.
    """
    here = shop()
    invoice = here.invoice("3720.00", "2026-06-28", "2/10 n/30")
    here.pay(invoice, "980.00", "2026-07-08")
    assert here.left(invoice) == Decimal("2720.00")
    here.pay(invoice, "1665.60", "2026-07-08")
    assert here.left(invoice) == Decimal("1020.41")
    here.pay(invoice, "1000.00", "2026-07-08")
    assert (here.left(invoice), here.account("discount")) == (ZERO, Decimal("74.40")), "2 % of the whole, to the cent"


def test_49_settles_50(shop: Callable[..., Shop]) -> None:
    here = shop()
    invoice = here.invoice("100.00", "2026-01-10", "2/10 n/30")
    here.pay(invoice, "49.00", "2026-01-20")
    assert here.left(invoice) == Decimal("50.00")


def test_germany_reduces_the_tax(shop: Callable[..., Shop]) -> None:
    """Haufe: 2,380.00 with 380.00 of tax, 3 % Skonto: 2,308.60 paid, 60.00 of discount and 11.40 of tax."""
    here = shop("EUR", "DE")
    invoice = here.invoice("2000.00", "2026-01-10", "3/14 n/30", tax="19", currency="EUR")
    here.pay(invoice, "2308.60", "2026-01-20", currency="EUR")
    assert (here.left(invoice), here.account("discount")) == (ZERO, Decimal("60.00"))
    assert here.account("output_tax") == Decimal("-368.60")


def test_china_keeps_the_tax_and_counts_on_net(shop: Callable[..., Shop]) -> None:
    """华联实业: goods of 100,000 and 17,000 of tax, 2/10 on the goods alone: 115,000 received, 2,000 of discount."""
    here = shop()
    DiscountPolicy.objects.create(company=here.company, basis="net")
    invoice = here.invoice("100000.00", "2026-01-10", "2/10 n/30", tax="17")
    here.pay(invoice, "115000.00", "2026-01-20")
    assert (here.left(invoice), here.account("discount")) == (ZERO, Decimal("2000.00"))
    assert here.account("output_tax") == Decimal("-17000.00")


def test_a_tax_code_says_otherwise(shop: Callable[..., Shop]) -> None:
    here = shop()
    invoice = here.invoice("100.00", "2026-01-10", "2/10 n/30", tax="13")
    TaxCode.objects.filter(company=here.company).update(on_discount="reduce")
    here.pay(invoice, "110.74", "2026-01-20")
    assert (here.left(invoice), here.account("discount"), here.account("output_tax")) == (
        ZERO, Decimal("2.00"), Decimal("-12.74"),
    )  # fmt: skip


def test_earlier_credit_notes_reduce_it(shop: Callable[..., Shop]) -> None:
    """1,000.00 of which 100.00 was sent back: 2 % of 900.00, also while the credit note is open."""
    here = shop()
    invoice = here.invoice("1000.00", "2026-01-10", "2/10 n/30")
    part = CreditPart(line_id=invoice.lines.get().pk, amount=Decimal(100))
    credit_invoice(here.company, invoice.pk, on=date(2026, 1, 12), by=here.by, parts=[part])
    here.pay(invoice, "882.00", "2026-01-15")
    assert here.account("discount") == Decimal("18.00")


def test_no_discount_is_left_when_all_is_paid(shop: Callable[..., Shop]) -> None:
    here = shop()
    invoice = here.invoice("100.00", "2026-01-10", "2/10 n/30")
    here.pay(invoice, "100.00", "2026-01-15")
    assert (here.left(invoice), here.account("discount")) == (ZERO, ZERO)


def test_the_proposal_knows_the_discount(shop: Callable[..., Shop]) -> None:
    """The best proposal of a payment less the discount settles the invoice."""
    here = shop()
    here.invoice("500.00", "2026-01-09", "n/30")
    invoice = here.invoice("750.00", "2026-01-26", "2/10 1/20 n/60")
    got = here.receipt("735.00", "2026-02-03")
    auto_apply_receipt(here.company, got.pk, effective_on=got.received_on, by=here.by)
    assert here.left(invoice) == 0


@pytest.mark.parametrize(("currency", "net", "paid", "rate", "at"), [
    ("USD", "100.00", "98.00", "7.1235", "7.05"),
    ("JPY", "10001", "9801", "0.0469", "0.0471"),
    ("KWD", "100.001", "98.001", "23.0137", "23.1"),
])  # fmt: skip
def test_in_foreign_currency_it_makes_no_difference_of_its_own(
    shop: Callable[..., Shop], currency: str, net: str, paid: str, rate: str, at: str
) -> None:
    """IAS 21.28: only the cash meets the invoice at another rate; the discount goes out at the invoice's own base."""
    here = shop()
    invoice = here.invoice(net, "2026-01-10", "2/10 n/30", currency=currency, rate=rate)
    base = Item.objects.get(document=invoice.document_id).base_amount
    here.pay(invoice, paid, "2026-01-20", currency=currency, rate=at)
    assert here.left(invoice) == 0
    spent = Item.objects.get(document__receipt__company=here.company, amount__lt=0).base_amount
    assert here.account("fx_gain_loss") == base - here.account("discount") + spent
    assert here.account("receivable") == 0


def test_bounced_the_discount_is_owed_again(shop: Callable[..., Shop]) -> None:
    here = shop("EUR", "DE")
    invoice = here.invoice("2000.00", "2026-01-10", "3/14 n/30", tax="19", currency="EUR")
    got, _done = here.pay(invoice, "2308.60", "2026-01-20", currency="EUR")
    reverse_receipt(here.company, got.pk, on=date(2026, 1, 25), by=here.by, reason="bounced")
    assert (here.left(invoice), here.account("discount"), here.account("output_tax")) == (
        Decimal("2380.00"), ZERO, Decimal("-380.00"),
    )  # fmt: skip


def test_unapplied_the_discount_is_owed_again(shop: Callable[..., Shop]) -> None:
    here = shop()
    one, other = here.invoice("100.00", "2026-01-10", "2/10 n/30"), here.invoice("200.00", "2026-01-10", "2/10 n/30")
    got = here.receipt("294.00", "2026-01-15")
    items = {Item.objects.get(document=each.document_id).pk: Decimal(paid) for each, paid in ((one, 98), (other, 196))}
    apply_receipt(here.company, got.pk, items, effective_on=got.received_on, by=here.by)
    assert (here.left(one), here.left(other)) == (ZERO, ZERO)
    assert one.document is not None
    done = unapply_receipt(
        here.company,
        got.pk,
        effective_on=date(2026, 1, 20),
        by=here.by,
        numbers=[one.document.number],
        reason="mistake",
    )
    assert [each["kind"] for each in done.allowances] == ["discount"]
    assert (here.left(one), here.left(other), here.account("discount")) == (Decimal(100), ZERO, Decimal("4.00"))


def test_received_and_applied_at_once(shop: Callable[..., Shop]) -> None:
    here = shop()
    invoice = here.invoice("100.00", "2026-01-10", "2/10 n/30")
    assert invoice.document is not None
    new = NewReceipt(amount=Decimal(98), currency="CNY", received_on=date(2026, 1, 15), customer_id=here.customer.pk)
    done = receive(here.company, new, by=here.by, apply_to={invoice.document.number: Decimal(98)})
    assert (here.left(invoice), len(done.allowances)) == (ZERO, 1)


def tolerance(here: Shop, kind: str, amount: str, percent: str, **more: str) -> None:
    Tolerance.objects.create(
        company=here.company, kind=kind, currency=more.get("currency", "CNY"), amount=Decimal(amount),
        percent=Decimal(percent), segment=more.get("segment", ""),
    )  # fmt: skip


def test_a_small_short_payment_closes(shop: Callable[..., Shop]) -> None:
    """SAP, tolerance groups: within the amount and the percentage the difference is posted, beyond it stays open."""
    here = shop()
    tolerance(here, "short", "5.00", "1")
    small, large, dear = (here.invoice(net, "2026-01-10", "n/30") for net in ("1000.00", "1000.00", "300.00"))
    here.pay(small, "995.01", "2026-02-01")
    here.pay(large, "994.99", "2026-02-01")
    here.pay(dear, "296.00", "2026-02-01")
    assert (here.left(small), here.left(large), here.left(dear)) == (ZERO, Decimal("5.01"), Decimal("4.00"))
    assert here.account("rounding") == Decimal("4.99")


def test_a_class_of_customers_has_its_own(shop: Callable[..., Shop]) -> None:
    here = shop()
    tolerance(here, "short", "5.00", "1")
    tolerance(here, "short", "1.00", "1", segment="retail")
    invoice = here.invoice("1000.00", "2026-01-10", "n/30")
    here.pay(invoice, "998.00", "2026-02-01")
    assert here.left(invoice) == Decimal("2.00")


def test_a_chosen_part_payment_stays_one(shop: Callable[..., Shop]) -> None:
    """Money that is left of the receipt says that the rest of the item was not forgotten."""
    here = shop()
    tolerance(here, "short", "5.00", "1")
    invoice = here.invoice("1000.00", "2026-01-10", "n/30")
    here.pay(invoice, "1000.00", "2026-02-01", applied="998.00")
    assert here.left(invoice) == Decimal("2.00")


def test_a_small_over_payment_closes(shop: Callable[..., Shop]) -> None:
    here = shop()
    tolerance(here, "over", "1.00", "1")
    invoice = here.invoice("100.00", "2026-01-10", "n/30")
    got, done = here.pay(invoice, "100.40", "2026-02-01", applied="100.00")
    assert (done.remaining, here.account("rounding")) == ("0.00", Decimal("-0.40"))
    reverse_receipt(here.company, got.pk, on=date(2026, 2, 5), by=here.by, reason="bounced")
    assert (here.left(invoice), here.account("rounding"), here.account("receivable")) == (
        Decimal(100),
        ZERO,
        Decimal(100),
    )


def test_an_over_payment_waits_for_what_else_is_owed(shop: Callable[..., Shop]) -> None:
    here = shop()
    tolerance(here, "over", "1.00", "1")
    invoice = here.invoice("100.00", "2026-01-10", "n/30")
    here.invoice("0.40", "2026-01-11", "n/30")
    _got, done = here.pay(invoice, "100.40", "2026-02-01", applied="100.00")
    assert done.remaining == "0.40"


def test_bank_charges_and_tax_that_the_payer_kept(shop: Callable[..., Shop]) -> None:
    """Within a tolerance a clerk lets them off; beyond it, somebody who may decide."""
    here = shop()
    tolerance(here, "bank_charge", "30.00", "5")
    invoice = here.invoice("1000.00", "2026-01-10", "n/30")
    here.pay(invoice, "975.00", "2026-02-01", rest=Rest(kind="bank_charge"))
    assert (here.left(invoice), here.account("bank_charge")) == (ZERO, Decimal("25.00"))
    other = here.invoice("1000.00", "2026-01-10", "n/30")
    withheld = Rest(kind="withholding", memo="certificate 4711")
    assert refusal(lambda: here.pay(other, "900.00", "2026-02-01", rest=withheld)) == "above_tolerance"
    here.pay(other, "900.00", "2026-02-01", rest=Rest(kind="withholding", memo="certificate 4711", beyond=True))
    assert (here.left(other), here.account("withheld")) == (ZERO, Decimal("100.00"))
    assert Document.objects.get(company=here.company, kind="withholding").text.memo == "certificate 4711"


def test_a_residual_item_keeps_its_age(shop: Callable[..., Shop]) -> None:
    """SAP, residual items: the invoice is cleared, and the rest is an item of its own with a reason."""
    here = shop()
    invoice = here.invoice("1000.00", "2026-01-10", "n/30")
    assert refusal(lambda: here.pay(invoice, "700.00", "2026-02-01", rest=Rest(kind="residual"))) == "rest_reason"
    here.pay(invoice, "700.00", "2026-02-01", rest=Rest(kind="residual", reason_code="quality"))
    assert here.left(invoice) == 0
    rest = Item.objects.get(document__company=here.company, document__reason_code="quality")
    old = Item.objects.get(document=invoice.document_id)
    assert (rest.open_amount, rest.due_on, rest.aged_from_on, rest.origin_item_id) == (
        Decimal(300), old.due_on, old.aged_from_on, old.pk,
    )  # fmt: skip


def lines_after(here: Shop, position: int) -> dict[str, tuple[Decimal, Decimal]]:
    """What was written to the journal after `position`: amount and base by the account's role, without zeros."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.role, sum(l.amount), sum(l.base_amount) from ledger_journalline l join ledger_account a on"
            " a.id = l.account_id where l.company_id = %s and l.position > %s group by a.role",
            [here.company.pk, position],
        )
        return {role: (amount, base) for role, amount, base in cursor.fetchall() if amount or base}


LETTING_OFF: dict[str, Callable[[Shop], tuple[Invoice, Receipt]]] = {}


def lets_off(act: Callable[[Shop], tuple[Invoice, Receipt]]) -> Callable[[Shop], tuple[Invoice, Receipt]]:
    LETTING_OFF[act.__name__] = act
    return act


@lets_off
def a_discount(here: Shop) -> tuple[Invoice, Receipt]:
    invoice = here.invoice("100.00", "2026-01-10", "2/10 n/30", tax="19")
    return invoice, here.pay(invoice, "116.62", "2026-01-20")[0]


@lets_off
def a_discount_in_dollars(here: Shop) -> tuple[Invoice, Receipt]:
    invoice = here.invoice("100.03", "2026-01-10", "2/10 n/30", tax="19", currency="USD", rate="7.1235")
    return invoice, here.pay(invoice, "49.00", "2026-01-20", currency="USD", rate="7.05")[0]


@lets_off
def a_small_difference(here: Shop) -> tuple[Invoice, Receipt]:
    tolerance(here, "short", "5.00", "5")
    invoice = here.invoice("100.00", "2026-01-10", "n/30")
    return invoice, here.pay(invoice, "99.00", "2026-01-20")[0]


@lets_off
def a_small_over_payment(here: Shop) -> tuple[Invoice, Receipt]:
    tolerance(here, "over", "5.00", "5", currency="USD")
    invoice = here.invoice("100.00", "2026-01-10", "n/30", currency="USD", rate="7.1235")
    return invoice, here.pay(invoice, "101.11", "2026-01-20", applied="100", currency="USD", rate="7.05")[0]


@lets_off
def withheld_tax(here: Shop) -> tuple[Invoice, Receipt]:
    invoice = here.invoice("100.00", "2026-01-10", "n/30", currency="USD", rate="7.1235")
    rest = Rest(kind="withholding", beyond=True)
    return invoice, here.pay(invoice, "90.00", "2026-01-20", rest=rest, currency="USD", rate="7.05")[0]


@pytest.mark.parametrize("name", LETTING_OFF)
@pytest.mark.parametrize("way", ["unapply", "return"])
def test_the_preview_of_an_undoing_is_what_happens(shop: Callable[..., Shop], name: str, way: str) -> None:
    """What is let off, what is open and what is posted: told before as it is afterwards; and nothing of it is left."""
    here = shop(country="DE")
    invoice, got = LETTING_OFF[name](here)
    own_posting(here.company)
    effect = unapply_effect(here.company, got, None) if way == "unapply" else return_effect(here.company, got)
    told = {posting.account.role: (posting.amount, posting.base_amount) for posting in effect.postings}
    expected = {role: sums for role, sums in told.items() if any(sums)}
    before = position_at(here.company, known_at=None)
    if way == "unapply":
        done = unapply_receipt(here.company, got.pk, effective_on=date(2026, 1, 25), by=here.by, reason="mistake")
        assert Decimal(done.remaining) == effect.left_after
    else:
        reverse_receipt(here.company, got.pk, on=date(2026, 1, 25), by=here.by, reason="bounced")
    assert lines_after(here, before) == expected
    assert {item.item_id: item.after for item in effect.items} == {
        item.pk: item.open_amount for item in Item.objects.filter(document=invoice.document_id)
    }
    assert [each.pk for each in effect.allowances] == [each.pk for each in got.allowances.all()]
    assert here.left(invoice) == invoice.total
    assert not live_allowances(got).exists()


def test_a_discount_is_taken_back_alone(shop: Callable[..., Shop]) -> None:
    """It was not earned after all: the cash stays applied, and the discount is owed again."""
    here = shop()
    invoice = here.invoice("100.00", "2026-01-10", "2/10 n/30")
    got, _done = here.pay(invoice, "98.00", "2026-01-20")
    entry = Entry.objects.get(item__document__kind="discount", company=here.company)
    unapply_receipt(
        here.company, got.pk, effective_on=date(2026, 1, 25), by=here.by, entries=[entry.pk], reason="too late"
    )
    assert (here.left(invoice), here.account("discount")) == (Decimal("2.00"), ZERO)


def test_what_was_let_off_is_kept(shop: Callable[..., Shop]) -> None:
    """The database refuses to change or to forget it, and one that says something else than the book."""
    here = shop()
    got, _done = here.pay(here.invoice("100.00", "2026-01-10", "2/10 n/30"), "98.00", "2026-01-20")
    kept = got.allowances.get()
    for statement in ("update receipts_allowance set amount = 3", "delete from receipts_allowance"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert got.document is not None
    kept.pk, kept.amount, kept.document = None, Decimal(3), got.document
    with pytest.raises(DatabaseError, match="differs from its document"), transaction.atomic():
        kept.save(force_insert=True)
