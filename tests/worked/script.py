"""Worked cases as text: one dated line for each act, run through the public actions of the book.

    2026-01-31 invoice INV-1 ALPHA USD 100.00 @7.10 due 2026-03-02      one item; "tax 13.00" of it is output tax
    2026-01-31 invoice INV-2 ALPHA CNY 90.00 in 30.00 2026-02-28, 60.00 2026-03-31      items INV-2.1 and INV-2.2
    2026-02-10 receipt R-1 ALPHA USD 100.00 @7.05                       "?" for the customer: unidentified money
    2026-02-10 credit_note CN-1 ALPHA CNY 20.00
    2026-02-10 apply R-1 INV-1 100.00
    2026-02-15 unapply R-1 INV-1                                        what was applied between the two
    2026-02-20 bounce R-1
    2026-02-20 transfer INV-1 60.00 to BETA as T-1                      also identify
    2026-02-20 extend INV-1 60.00 to 2026-05-31 as X-1
    = 2026-02-10 open INV-1 60.00 base 426.00
    = 2026-02-10 balance ALPHA USD 60.00
    = 2026-02-10 account fx_gain_loss 5.00                              journal balance in base currency
    = 2026-02-10 aging ALPHA USD 0.00 60.00 0.00 0.00 0.00 unapplied 0.00       not due, 1-30, 31-60, 61-90, 91+
    2026-01-31 rate USD 7.25                                            a closing rate
    2026-01-31 revalue 15.00                                            what was posted in all; 0.00 when nothing was
    ! 2026-02-10 apply R-1 INV-1 0.01 is over_applied

A date of `=` is an as-of date, as known at that moment of the script.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from aging.queries import aging
from arap.core.actions import NewRate, set_rates
from arap.core.errors import DomainError
from arap.ledger.actions import Closing, NewDocument, NewItem, NewLine, post_documents, revalue, reverse_document
from arap.ledger.models import Entry
from arap.ledger.queries import OpenItem, open_items, position_at
from tests.ledger.book import Bookkeeper, customers, own_posting

ZERO = Decimal(0)
SIGN = {"invoice": 1, "credit_note": -1, "receipt": -1}
KIND = {"transfer": "transfer", "identify": "transfer", "extend": "reschedule"}


@dataclass
class Script:
    """The state of a worked case: what the names of its lines stand for."""

    book: Bookkeeper
    people: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)

    def run(self, text: str) -> None:
        for line in text.strip().splitlines():
            line = line.strip()
            if line and not line.startswith("#"):
                try:
                    self.play(line)
                except Exception as error:
                    error.add_note(f"in the line: {line}")
                    raise

    def play(self, line: str) -> None:
        if line.startswith("="):
            self.expect(line[1:].split())
        elif line.startswith("!"):
            act, _, code = line[1:].partition(" is ")
            with pytest.raises(DomainError) as caught, transaction.atomic():
                self.act(act.split())
            assert caught.value.code == code.strip()
        elif line.startswith("customers "):
            codes = line.split()[1:]
            self.people |= dict(
                zip((code.partition("<")[0] for code in codes), customers(self.book.company, *codes), strict=True)
            )
        else:
            self.act(line.split())

    def act(self, words: list[str]) -> None:
        on, verb, *rest = words
        acts: dict[str, Callable[[date, list[str]], None]] = {
            **{kind: partial(self.post, kind) for kind in SIGN},
            **{kind: partial(self.replace, kind) for kind in KIND},
            "apply": self.apply,
            "unapply": self.unapply,
            "bounce": self.bounce,
            "rate": self.rate,
            "revalue": self.revalue,
        }
        acts[verb](date.fromisoformat(on), rest)

    def post(self, kind: str, on: date, words: list[str]) -> None:
        name, who, currency, amount, *options = words
        rate = next((word[1:] for word in options if word.startswith("@")), "1")
        sign = SIGN[kind]
        tax = Decimal(options[options.index("tax") + 1]) if "tax" in options else ZERO
        parts = [(amount, options[options.index("due") + 1] if "due" in options else on.isoformat())]
        if "in" in options:
            pairs = " ".join(options[options.index("in") + 1 :]).split(", ")
            parts = [(pair.split()[0], pair.split()[1]) for pair in pairs]
        account = "unidentified" if who == "?" else "advances" if "advance" in options else "receivable"
        items = [
            NewItem(account=account, amount=sign * Decimal(part), due_on=date.fromisoformat(due)) for part, due in parts
        ]
        contra = {"bank" if kind == "receipt" else "revenue": Decimal(amount) - tax, "output_tax": tax}
        document = NewDocument(
            kind=kind, customer_id=self.people.get(who), currency=currency, rate=Decimal(rate), document_on=on,
            posted_on=on, items=items, number=name,
            lines=[NewLine(account=role, amount=-sign * value) for role, value in contra.items() if value],
        )  # fmt: skip
        self._posted(document, [name] if len(items) == 1 else [f"{name}.{n}" for n in range(1, len(items) + 1)])

    def replace(self, kind: str, on: date, words: list[str]) -> None:
        old, amount, _to, to, _as, name = words
        item_id, currency = self.items[old], self.currencies[old]
        (item,) = [item for item in self._open(on) if item.item_id == item_id]
        value = Decimal(amount) if item.amount > 0 else -Decimal(amount)
        due_on = date.fromisoformat(to) if kind == "extend" else item.due_on
        moved = NewItem(
            account="receivable", amount=value, due_on=due_on, original_due_on=item.original_due_on,
            customer_id=item.customer_id if kind == "extend" else self.people[to], origin_item_id=item_id,
        )  # fmt: skip
        document = NewDocument(
            kind=KIND[kind], customer_id=moved.customer_id, currency=currency, rate=Decimal(1), document_on=on,
            posted_on=on, items=[moved], closings=[Closing(item_id=item_id, amount=value)], number=name,
        )  # fmt: skip
        self._posted(document, [name])

    def _posted(self, document: NewDocument, names: list[str]) -> None:
        own_posting(self.book.company)
        posted = post_documents(self.book.company, [document], by=self.book.by, verb=f"{document.kind}.post")[0]
        self.documents[document.number or ""] = posted.document_id
        self.items |= dict(zip(names, posted.item_ids, strict=True))
        self.currencies |= dict.fromkeys(names, document.currency)

    def apply(self, on: date, words: list[str]) -> None:
        pairs = " ".join(words).split(", ")
        chosen = [(self.items[credit], self.items[debit], amount) for credit, debit, amount in map(str.split, pairs)]
        self.book.apply_pairs(chosen, on)

    def unapply(self, on: date, words: list[str]) -> None:
        credit, debit = (self.items[name] for name in words)
        live = Entry.objects.filter(item_id=credit, counter_item_id=debit, reverses=None, reversed_by=None)
        for entry in live:
            self.book.unapply(entry.application_id or 0, on, item_id=debit)

    def bounce(self, on: date, words: list[str]) -> None:
        own_posting(self.book.company)
        document = self.documents[words[0]]
        reverse_document(
            self.book.company, document, posted_on=on, by=self.book.by, reason="bounced", verb="receipt.reverse"
        )

    def rate(self, on: date, words: list[str]) -> None:
        currency, rate = words
        set_rates(
            self.book.company, [NewRate(currency=currency, valid_from=on, rate=Decimal(rate))], source="", by=None
        )

    def revalue(self, on: date, words: list[str]) -> None:
        own_posting(self.book.company)
        posted = revalue(self.book.company, month_end=on, by=self.book.by)
        assert sum((each.difference for each in posted), ZERO) == Decimal(words[0] if words else 0)
        assert not revalue(self.book.company, month_end=on, by=self.book.by), "nothing is left to do"

    def expect(self, words: list[str]) -> None:
        as_of, what, *rest = words
        on = date.fromisoformat(as_of)
        {"open": self.is_open, "balance": self.balance, "account": self.account, "aging": self.ages}[what](on, rest)

    def _open(self, as_of: date) -> list[OpenItem]:
        company = self.book.company
        return open_items(company, as_of=as_of, position=position_at(company, known_at=None))

    def is_open(self, as_of: date, words: list[str]) -> None:
        name, amount, *base = words
        found = [item for item in self._open(as_of) if item.item_id == self.items[name]]
        assert sum(item.open_amount for item in found) == Decimal(amount)
        if base:
            assert sum(item.open_base_amount for item in found) == Decimal(base[1])

    def balance(self, as_of: date, words: list[str]) -> None:
        who, currency, amount = words
        theirs = [item for item in self._open(as_of) if item.customer_id == self.people.get(who)]
        assert sum(item.open_amount for item in theirs if item.currency == currency) == Decimal(amount)

    def account(self, as_of: date, words: list[str]) -> None:
        role, amount = words
        with connection.cursor() as cursor:
            cursor.execute(
                "select coalesce(sum(l.base_amount), 0) from ledger_journalline l"
                " join ledger_account a on a.id = l.account_id"
                " where l.company_id = %s and a.role = %s and l.posted_on <= %s",
                [self.book.company.pk, role, as_of],
            )
            assert cursor.fetchone()[0] == Decimal(amount)

    def ages(self, as_of: date, words: list[str]) -> None:
        who, currency, *figures = words
        company = self.book.company
        report = aging(company, as_of=as_of, position=position_at(company, known_at=None))
        rows = [row for row in report.rows if row.key == self.people.get(who) and row.currency == currency]
        expected = [Decimal(figure) for figure in figures if figure != "unapplied"]
        found = [*rows[0].buckets, rows[0].unapplied] if rows else [ZERO] * len(expected)
        assert found == expected
