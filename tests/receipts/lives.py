"""What may become of receivables, for random lives of them: paid in time or late, in part, too little or too much, let
off, written off, recovered, paid in another currency, transferred, netted, put off, and each of these taken back.

tests/receipts/test_settling_machine.py adds bills and refunds, and lets them live.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from arap.core.errors import DomainError
from arap.core.models import CompanyOwned, Role, User
from arap.core.money import quantize, quantum
from arap.ledger.models import Item, JournalLine
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from invoices.models import Invoice
from receipts.actions import Rest, apply_receipt, reverse_receipt, unapply_receipt
from receipts.actions.arranging import (
    NewArrangement,
    approve_arrangement,
    drafted,
    request_arrangement,
    reverse_arrangement,
)
from receipts.actions.breaking import break_plans
from receipts.actions.writing_off import (
    approve_write_off,
    recover_write_off,
    recovered,
    request_write_off,
    reverse_write_off,
    undo_recovery,
)
from receipts.models import Allowance, Arrangement, DiscountPolicy, Receipt, Recovery, Tolerance, WriteOff
from receipts.queries import unapplied
from receipts.queries.arrangements import Change, effect_of, payable_elsewhere, undoing
from receipts.rules.exchanges import settled_by
from receipts.rules.plans import equal
from tests.ledger.book import own_posting
from tests.ledger.proofs import findings
from tests.people import found_company, hire
from tests.worked.test_settling import Shop

NUMBERS = count(1)
START = date(2026, 1, 10)
RATES = {"CNY": "1", "EUR": "1", "USD": "7.1235", "JPY": "0.0469", "KWD": "23.0137"}
REFUSALS = {
    "above_tolerance", "not_confirmed", "nothing_to_undo", "over_written_off", "already_requested", "over_recovered",
    "recovered", "applied", "not_posted", "already_reversed", "over_arranged", "moved", "replaced",
}  # fmt: skip

# Accounts that remember nothing when all is undone.
EMPTY_IN_THE_END = (
    "discount", "rounding", "write_off", "bank_charge", "withheld", "fx_gain_loss", "bank", "payables_clearing",
    "bills", "bills_liability", "discount_interest",
)  # fmt: skip
TERMS = ("2/10 n/30", "3/5 1/20 n/60", "n/30")
DONE: Counter[str] = Counter()  # what was done in all lives, so that the test cannot pass by doing nothing

index = st.integers(0, 10**6)
rests = st.sampled_from([None, None, None, "bank_charge", "withholding", "residual"])
days = st.integers(0, 5)
percent = st.sampled_from([1, 33, 50, 97, 98, 98, 99, 100, 100, 101])


def found(base_currency: str, country: str, basis: str) -> tuple[Shop, User]:
    number = next(NUMBERS)
    company = found_company(f"settles{number}", "Settles", base_currency)
    company.country = country
    company.save(update_fields=["country"])
    by = User.objects.create(username=f"settles{number}")
    people = [NewCustomer(code=code, name=code, currency=base_currency) for code in "CD"]
    ids = create_customers(company, people, by=None)
    DiscountPolicy.objects.create(company=company, grace_days=2, basis=basis)
    for currency in (base_currency, "USD", "JPY", "KWD"):
        for kind in ("short", "over", "bank_charge"):
            Tolerance.objects.create(
                company=company, kind=kind, currency=currency, amount=Decimal(5), percent=Decimal(5)
            )
    return Shop(company, by, Customer.objects.get(pk=ids["C"])), hire(company, f"boss{number}", Role.CONTROLLER)


class Machine(RuleBasedStateMachine):
    """Two companies, one clock."""

    refusals = REFUSALS

    def __init__(self) -> None:
        super().__init__()
        self.houses = [found("CNY", "CN", "net"), found("EUR", "DE", "gross")]
        self.today = START
        self.invoices: list[tuple[int, Invoice]] = []

    def act(self, n: int, what: Callable[[], object]) -> None:
        """Do it; what the state of things is against is refused. Then everything must hold."""
        shop, _boss = self.houses[n % 2]
        own_posting(shop.company)
        try:
            with transaction.atomic():
                what()
        except DomainError as refusal:
            if refusal.code not in self.refusals:
                raise
            DONE["refused"] += 1
        assert findings(shop.company) == []

    def has(self, model: type[CompanyOwned], **fields: str) -> bool:
        """Whether this life has one: those of earlier lives may still be in the database."""
        own = [shop.company for shop, _boss in self.houses]
        return model._base_manager.filter(company__in=own, **fields).exists()

    def chosen(self, n: int, which: int) -> Invoice:
        own = [invoice for house, invoice in self.invoices if house == n % 2]
        opened = Item.objects.filter(document__in=[each.document_id for each in own], open_amount__gt=0)
        papers = set(opened.values_list("document_id", flat=True))
        some = [invoice for invoice in own if invoice.document_id in papers] if which % 8 else own
        return (some or own)[which % len(some or own)]

    @initialize(numbers=st.lists(st.integers(1, 50_000), min_size=4, max_size=4))
    def begin(self, numbers: list[int]) -> None:
        for nth, number in enumerate(numbers):
            self.invoice(n=nth, number=number, which=nth // 2, terms=nth, wait=0)

    @rule(n=index, number=st.integers(1, 50_000), which=index, terms=index, wait=days)
    def invoice(self, n: int, number: int, which: int, terms: int, wait: int) -> None:
        shop, _boss = self.houses[n % 2]
        self.today += timedelta(days=wait)
        base = shop.company.base_currency
        currency = (base, "USD", "JPY", "KWD")[which % 4]
        own_posting(shop.company)
        made = shop.invoice(
            str(Decimal(number) * quantum(currency)), self.today.isoformat(), TERMS[terms % 3],
            tax="19", currency=currency, rate=None if currency == base else RATES[currency],
        )  # fmt: skip
        self.invoices.append((n % 2, made))

    @rule(
        n=index,
        which=index,
        part=percent,
        wait=days,
        rest=rests,
        rate=index,
    )
    def pay(self, n: int, which: int, part: int, wait: int, rest: str | None, rate: int) -> None:
        """Money comes in for what is open of an invoice, more or less, and is applied to it."""
        shop, _boss = self.houses[n % 2]
        invoice = self.chosen(n, which)
        item = Item.objects.get(document=invoice.document_id)
        self.today += timedelta(days=wait)
        amount = quantize(item.open_amount * part / 100, item.currency)
        if amount <= 0:
            return
        money = {} if item.currency == shop.company.base_currency else {"rate": ("7.05", "0.05", "23.1")[rate % 3]}
        own_posting(shop.company)
        got = shop.receipt(str(amount), self.today.isoformat(), currency=item.currency, **money)
        chosen = Rest(kind=rest, reason_code="quality", beyond=bool(rate % 2)) if rest else None
        paid = {item.pk: min(amount, item.open_amount)}
        self.act(n, lambda: apply_receipt(shop.company, got.pk, paid, effective_on=self.today, by=shop.by, rest=chosen))

    @rule(n=index, which=index, wait=days)
    def pay_in_time(self, n: int, which: int, wait: int) -> None:
        """The whole less a few per cent, soon: what earns a discount or closes by tolerance."""
        self.pay(n, which, 98 - which % 3, wait, None, which)

    def receipt(self, n: int, which: int) -> Receipt | None:
        rows = list(Receipt.objects.filter(company=self.houses[n % 2][0].company, state="confirmed").order_by("pk"))
        return rows[which % len(rows)] if rows else None

    @rule(n=index, which=index, wait=days, back=st.booleans())
    def take_back(self, n: int, which: int, wait: int, back: bool) -> None:
        """Unapplied, or the money went back."""
        shop, _boss = self.houses[n % 2]
        got = self.receipt(n, which)
        self.today += timedelta(days=wait)
        if got is None:
            return
        if back:
            self.act(n, lambda: reverse_receipt(shop.company, got.pk, on=self.today, by=shop.by, reason="x"))
        else:
            self.act(n, lambda: unapply_receipt(shop.company, got.pk, effective_on=self.today, by=shop.by, reason="x"))

    @rule(n=index, which=index, part=percent, wait=days)
    def give_up(self, n: int, which: int, part: int, wait: int) -> None:
        """A debt is written off, with a second person's consent."""
        shop, boss = self.houses[n % 2]
        item = Item.objects.get(document=self.chosen(n, which).document_id)
        self.today += timedelta(days=wait)
        amount = max(quantize(item.open_amount * min(part, 100) / 100, item.currency), quantum(item.currency))

        def both() -> None:
            made = request_write_off(
                shop.company, item.pk, amount, reason="insolvency", explanation="x", on=self.today, by=shop.by
            )
            own_posting(shop.company)
            approve_write_off(shop.company, made.pk, on=self.today, by=boss)

        self.act(n, both)

    @precondition(lambda self: self.has(WriteOff, state="posted"))
    @rule(n=index, which=index, part=percent, wait=days, undo=st.booleans())
    def after_giving_up(self, n: int, which: int, part: int, wait: int, undo: bool) -> None:
        """It is undone, or paid after all."""
        shop, boss = self.houses[n % 2]
        rows = list(WriteOff.objects.filter(company=shop.company, state="posted").order_by("pk"))
        self.today += timedelta(days=wait)
        if not rows:
            return
        made = rows[which % len(rows)]
        if undo:
            self.act(n, lambda: reverse_write_off(shop.company, made.pk, on=self.today, by=boss, reason="x"))
            return
        left = made.amount - recovered(made)
        amount = max(quantize(left * min(part, 100) / 100, made.item.currency), quantum(made.item.currency))
        self.act(n, lambda: recover_write_off(shop.company, made.pk, amount, on=self.today, by=shop.by))

    def arrange(self, n: int, new: NewArrangement) -> None:
        """Asked for and approved; what was open then is what the preview said."""
        shop, boss = self.houses[n % 2]

        def both() -> None:
            told = effect_of(*self.previewed(n, new))
            made = request_arrangement(shop.company, new, on=self.today, by=shop.by)
            if made.state == "requested":
                own_posting(shop.company)
                made = approve_arrangement(shop.company, made.pk, on=self.today, by=boss)
            self.compare(told.changes)
            DONE[str(made.kind)] += 1

        self.act(n, both)

    def previewed(self, n: int, new: NewArrangement) -> tuple[Arrangement, date, dict[int, Item]]:
        made, debits = drafted(self.houses[n % 2][0].company, new, by=self.houses[n % 2][0].by)
        return made, self.today, debits

    def compare(self, changes: list[Change]) -> None:
        for each in changes:
            opened = Item.objects.filter(document=each.document_id, currency=each.currency, due_on=each.due_on)
            assert each.after in set(opened.values_list("open_amount", flat=True)), each

    @rule(n=index, which=index, part=percent, wait=days, nets=st.booleans())
    def move(self, n: int, which: int, part: int, wait: int, nets: bool) -> None:
        """A debt goes to the other customer, or meets what we owe."""
        shop, _boss = self.houses[n % 2]
        item = Item.objects.get(document=self.chosen(n, which).document_id)
        self.today += timedelta(days=wait)
        amount = max(quantize(item.open_amount * min(part, 100) / 100, item.currency), quantum(item.currency))
        other = Customer.objects.get(company=shop.company, code="D").pk
        new = NewArrangement(kind="transfer", item_id=item.pk, amount=amount, to_customer_id=other)
        if nets:
            new = NewArrangement(kind="netting", item_id=item.pk, amount=amount, reference="x")
        self.arrange(n, new)

    @rule(n=index, which=index, wait=days, count=st.integers(1, 4))
    def agree_on_instalments(self, n: int, which: int, wait: int, count: int) -> None:
        """A debt is paid later, in parts."""
        item = Item.objects.get(document=self.chosen(n, which).document_id)
        self.today += timedelta(days=wait)
        if item.open_amount >= count * quantum(item.currency):
            agreed = equal(item.open_amount, count, self.today + timedelta(days=3), 1, item.currency)
            settles = {item.pk: item.open_amount}
            self.arrange(
                n, NewArrangement(kind="plan", item_id=item.pk, settles=settles, instalments=agreed, grace_days=1)
            )

    @precondition(lambda self: self.has(Arrangement, kind="plan", state="posted"))
    @rule(n=index, wait=days)
    def a_night(self, n: int, wait: int) -> None:
        """Plans that were not kept fall back."""
        shop, _boss = self.houses[n % 2]
        self.today += timedelta(days=wait)

        def breaks() -> None:
            DONE["broken"] += break_plans(shop.company, as_of=self.today)

        self.act(n, breaks)

    @rule(n=index, which=index, wait=days, rate=st.sampled_from(["0.0071", "0.14", "1", "1.37", "7.05", "152.3"]))
    def pay_in_another_currency(self, n: int, which: int, wait: int, rate: str) -> None:
        """What is left of a receipt pays what is owed in another currency."""
        shop, _boss = self.houses[n % 2]
        credits = Item.objects.filter(company=shop.company, open_amount__lt=0, document__kind="receipt")
        rows = list(credits.select_related("customer").order_by("pk"))
        self.today += timedelta(days=wait)
        owed = payable_elsewhere(rows[which % len(rows)]) if rows else []
        if not owed:
            return
        credit, currency = rows[which % len(rows)], owed[which % len(owed)].currency
        chosen = [(item.pk, item.open_amount) for item in owed if item.currency == currency]
        settles = settled_by(chosen, -credit.open_amount, Decimal(rate), currency=currency)
        if settles:
            self.arrange(n, NewArrangement(kind="exchange", item_id=credit.pk, rate=Decimal(rate), settles=settles))

    @precondition(lambda self: self.has(Arrangement, state="posted"))
    @rule(n=index, which=index, wait=days)
    def take_arrangement_back(self, n: int, which: int, wait: int) -> None:
        shop, _boss = self.houses[n % 2]
        rows = list(Arrangement.objects.filter(company=shop.company, state="posted").order_by("pk"))
        self.today += timedelta(days=wait)
        if not rows:
            return
        made = rows[which % len(rows)]

        def back() -> None:
            told = undoing(made)
            reverse_arrangement(shop.company, made.pk, on=self.today, by=shop.by, reason="x")
            self.compare(told.changes)
            DONE["arrangement undone"] += 1

        self.act(n, back)

    def undoings(self, shop: Shop, boss: User) -> Iterator[Callable[[], object]]:
        """How each act that still stands is taken back, what was agreed last first."""
        company, by, on = shop.company, shop.by, self.today
        for arranged in Arrangement.objects.filter(company=company, state="posted").order_by("-pk"):
            yield partial(reverse_arrangement, company, arranged.pk, on=on, by=by, reason="end")
        for got in Receipt.objects.filter(company=company, state="confirmed").order_by("-pk"):
            yield partial(reverse_receipt, company, got.pk, on=on, by=by, reason="end")
        for recovery in Recovery.objects.filter(company=company):
            if Item.objects.get(document=recovery.document_id).open_amount:
                yield partial(undo_recovery, company, recovery.pk, on=on, by=by, reason="end")
        for made in WriteOff.objects.filter(company=company, state="posted"):
            yield partial(reverse_write_off, company, made.pk, on=on, by=boss, reason="end")

    def teardown(self) -> None:
        """Undo all of it. What something else stands on comes a round later; a round that undoes nothing is a fault."""
        for shop, boss in self.houses:
            company = shop.company
            while left := list(self.undoings(shop, boss)):
                refused: list[DomainError] = []
                for undo in left:
                    own_posting(company)
                    try:
                        with transaction.atomic():
                            undo()
                    except DomainError as refusal:
                        refused.append(refusal)
                assert len(refused) < len(left), [str(each) for each in refused]
            for got in Receipt.objects.filter(company=company):
                assert unapplied(got) == 0
            assert findings(company) == []
            owed: dict[str, Decimal] = {}
            for row in Item.objects.filter(company=company):
                owed[row.currency] = owed.get(row.currency, Decimal(0)) + row.open_amount
            for invoice in Invoice.objects.filter(company=company):
                owed[invoice.currency] -= invoice.total
            assert not any(owed.values()), owed
            lines = JournalLine.objects.filter(document__invoice__company=company, item__isnull=False)
            assert shop.account("receivable") == sum(lines.values_list("base_amount", flat=True))
            DONE.update(Allowance.objects.filter(company=company).values_list("kind", flat=True))
            DONE["recovery"] += Recovery.objects.filter(company=company).count()
            DONE["write_off"] += WriteOff.objects.filter(company=company).exclude(state="requested").count()
            for role in EMPTY_IN_THE_END:
                assert shop.account(role) == 0, role
