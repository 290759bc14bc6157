"""What is known of a payer: receipts that came from the same account or name before, and whose money it may be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core.models import Company
from arap.ledger.models import Document, DocumentText, Item
from customers.models import Customer
from customers.queries import payers_by_account, search
from receipts.models import Receipt, ReceiptIdentification

COUNTED_MAX = 99
RECENT = 5
GUESSES = 3
NAMES_MAX = 5
# A figure that many customers owe says nothing about who paid it.
SAME_AMOUNT_MAX = 3
# What may be the number or reference of a document: at least four letters and digits, one of them a digit.
_NAMED = re.compile(r"(?=[A-Z0-9/_-]*\d)[A-Z0-9][A-Z0-9/_-]{3,58}")
# How much each trace says; only their order matters, and from SURE on the first guess is filled in.
REGISTERED, CAME_BEFORE, NAMED, SAME_NAME, LIKE_NAME, SAME_AMOUNT = 32, 16, 8, 4, 2, 1
SURE = SAME_NAME


@dataclass(slots=True)
class Guess:
    """Whose money it may be, and why: sentences, the strongest first."""

    customer: Customer
    weight: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def is_sure(self) -> bool:
        """Whether it is filled in beforehand."""
        return self.weight >= SURE


def same_payer(receipt: Receipt) -> Q | None:
    """Receipts with the payer's account, or where there is none with its name; None where neither is known."""
    if receipt.payer_account:
        return Q(payer_account=receipt.payer_account)
    return Q(payer_name=receipt.payer_name) if receipt.payer_name else None


def known_from(company: Company, receipt: Receipt, customer_id: int) -> int:
    """How many other receipts of the customer came from this payer: at most COUNTED_MAX are counted."""
    payer = same_payer(receipt)
    if payer is None:
        return 0
    others = Receipt.objects.filter(payer, company=company, customer=customer_id, state=Receipt.State.CONFIRMED)
    return others.exclude(pk=receipt.pk).order_by()[:COUNTED_MAX].count()


def recent(company: Company, receipt: Receipt, customer_id: int) -> list[Receipt]:
    """The customer's last receipts beside this one, newest first."""
    others = Receipt.objects.filter(company=company, customer=customer_id, document__isnull=False).exclude(
        pk=receipt.pk
    )
    return list(others.select_related("document").order_by("-received_on", "-pk")[:RECENT])


def guesses(company: Company, receipt: Receipt, amount: Decimal) -> list[Guess]:
    """Whose `amount` (above zero, not identified yet) of the receipt may be, the best first; at most GUESSES."""
    traces = [
        *_registered(company, receipt),
        *_came_before(company, receipt),
        *_named(company, receipt),
        *_by_name(company, receipt),
        *_by_amount(company, receipt, amount),
    ]
    known = Customer.objects.active().filter(company=company).in_bulk({pk for pk, _weight, _why in traces})
    found: dict[int, Guess] = {}
    for pk, weight, why in traces:
        if pk in known:
            guess = found.setdefault(pk, Guess(known[pk]))
            guess.weight += weight
            guess.reasons.append(why)
    return sorted(found.values(), key=lambda guess: (-guess.weight, guess.customer.code))[:GUESSES]


Trace = tuple[int, int, str]


def _registered(company: Company, receipt: Receipt) -> Iterable[Trace]:
    if not receipt.payer_account:
        return
    for pk in payers_by_account(company, [receipt.payer_account]).get(receipt.payer_account, []):
        yield pk, REGISTERED, _("The account is registered as the customer’s.")


def _came_before(company: Company, receipt: Receipt) -> Iterable[Trace]:
    """Whose earlier money from this account, or under this name, turned out to be."""
    payer = same_payer(receipt)
    if payer is None:
        return
    others = Receipt.objects.filter(payer, company=company, state=Receipt.State.CONFIRMED).exclude(pk=receipt.pk)
    own = others.filter(customer__isnull=False).order_by().values_list("customer").annotate(count=Count("pk"))
    found = ReceiptIdentification.objects.filter(receipt__in=others, undoes=None, undone_by=None)
    identified = found.order_by().values_list("customer").annotate(count=Count("pk"))
    counts: dict[int, int] = {}
    for pk, count in [*own, *identified]:
        counts[pk] = counts.get(pk, 0) + count
    for pk, count in counts.items():
        words = (
            ngettext(
                "%(count)d earlier receipt came from this account.",
                "%(count)d earlier receipts came from this account.",
                count,
            )
            if receipt.payer_account
            else ngettext(
                "%(count)d earlier receipt came under this name.",
                "%(count)d earlier receipts came under this name.",
                count,
            )
        )
        yield pk, CAME_BEFORE if receipt.payer_account else SAME_NAME, words % {"count": count}


def _named(company: Company, receipt: Receipt) -> Iterable[Trace]:
    """Whose documents the text names, by numberor by reference."""
    words = list(dict.fromkeys(_NAMED.findall(receipt.remittance.upper())))[:20]
    if not words:
        return
    ours = Document.objects.filter(
        company=company, customer__isnull=False, kind__in=("invoice", "debit_note", "opening")
    )
    texts = DocumentText.objects.filter(company=company, reference__in=words).values("document_id")
    rows = [*ours.filter(number__in=words)[:NAMES_MAX], *ours.filter(pk__in=texts)[:NAMES_MAX]]
    told: set[tuple[int, str]] = set()
    for document in rows:
        if document.customer_id is not None and (document.customer_id, document.number) not in told:
            told.add((document.customer_id, document.number))
            yield document.customer_id, NAMED, _("The text names %(number)s.") % {"number": document.number}


def _by_name(company: Company, receipt: Receipt) -> Iterable[Trace]:
    name = receipt.payer_name.strip()
    if len(name) < 2:
        return
    for customer in search(company, name)[:NAMES_MAX]:
        if name.casefold() in (customer.name.casefold(), customer.name_local.casefold()):
            yield customer.pk, SAME_NAME, _("The payer’s name is the customer’s.")
        else:
            yield customer.pk, LIKE_NAME, _("The payer’s name is part of the customer’s.")


def _by_amount(company: Company, receipt: Receipt, amount: Decimal) -> Iterable[Trace]:
    """Who owes an item of exactly this amount, where few do."""
    owed = Item.objects.filter(company=company, currency=receipt.currency, open_amount=amount, customer__isnull=False)
    rows = list(owed.order_by("customer").values_list("customer", "document__number")[: SAME_AMOUNT_MAX + 1])
    if len(rows) > SAME_AMOUNT_MAX:
        return
    for pk, number in rows:
        yield pk, SAME_AMOUNT, _("%(number)s is open with exactly this amount.") % {"number": number}
