"""Writing the sample into the book: drafts by COPY, then through the same actions as everything else, in chunks."""

import io
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from arap.core.models import Company, User
from arap.core.money import ZERO
from arap.core.queries import rate_histories
from arap.core.rates import rate_from
from arap.desk.sample.papers import Applied, Event, Money, Paper
from arap.ledger.actions import apply_staged, book_transaction, open_staging, refresh_statistics
from arap.ledger.chart import accounts
from invoices.actions import post_invoices
from receipts.actions import NewReceipt, record_receipts

CHUNK_EVENTS = 10_000

INVOICE = (
    "id", "company_id", "kind", "customer_id", "currency", "issued_on", "terms_id", "reference", "order_number",
    "rate", "credits_id", "net_total", "tax_total", "total", "created_by_id",
)  # fmt: skip
LINE = (
    "company_id", "invoice_id", "line", "description", "quantity", "unit", "unit_price", "tax_code_id", "tax_rate",
    "entry", "net", "tax", "credits_line_id",
)  # fmt: skip
PART = ("company_id", "invoice_id", "line", "due_on", "amount")

# Identities are taken beforehand, so that lines can be copied with them.
IDENTITIES = "select nextval(pg_get_serial_sequence('invoices_invoice', 'id')) from generate_series(1, %s)"
LINES_OF = "select invoice_id, line, id from invoices_invoiceline where invoice_id = any(%s) and line = any(%s)"
ITEMS_OF_INVOICES = """
select v.id, i.line, i.id from invoices_invoice v join ledger_item i on i.document_id = v.document_id
 where v.id = any(%s) order by v.id, i.line
"""
ITEMS_OF_RECEIPTS = """
select i.id from unnest(%s::bigint[]) with ordinality as r (document_id, at)
  join ledger_item i on i.document_id = r.document_id and i.line = 1 order by r.at
"""


class Booking:
    """Writes events for one company. `customers`, `terms` and `tax_codes` translate names into ids."""

    def __init__(
        self, company: Company, by: User, customers: dict[str, int], terms: dict[str, int], tax_codes: dict[str, int]
    ) -> None:
        self.company = company
        self.by = by
        self.customers = customers
        self.terms = terms
        self.tax_codes = tax_codes
        self.rates = rate_histories(company)

    def rate(self, paper: Paper) -> Decimal | None:
        """The rate of the day of issue; a credit note has that of its invoice."""
        if paper.trader.name.currency == self.company.base_currency:
            return Decimal(1)
        first = paper.credits or paper
        return rate_from(self.rates[paper.trader.name.currency], first.issued_on)

    def write(self, events: Iterable[Event], progress: Callable[[int], None]) -> int:
        """Write all events; returns how many items the book opened. `progress` hears of the items so far."""
        items = 0
        for number, chunk in enumerate(_chunked(events)):
            if number & (number - 1) == 0:
                refresh_statistics()
            items += self._write_chunk(chunk)
            progress(items)
        return items

    def _write_chunk(self, chunk: list[Event]) -> int:
        papers = [event for event in chunk if isinstance(event, Paper)]
        money = [event for event in chunk if isinstance(event, Money)]
        applied = [event for event in chunk if isinstance(event, Applied)]
        _book_chunk(self, papers, money, applied)
        return sum(len(paper.parts) for paper in papers) + len(money)


@book_transaction
def _book_chunk(booking: Booking, papers: list[Paper], money: list[Money], applied: list[Applied]) -> None:
    if papers:
        _draft(booking, papers)
        post_invoices(booking.company, [paper.invoice_id for paper in papers], by=booking.by)
        _learn_items(papers)
    if money:
        _record(booking, money)
    if applied:
        _apply(booking, applied)


def _draft(booking: Booking, papers: list[Paper]) -> None:
    """Drafts with lines and instalments; invoices before the credit notes that name them."""
    with connection.cursor() as cursor:
        cursor.execute(IDENTITIES, [len(papers)])
        for paper, (pk,) in zip(papers, cursor.fetchall(), strict=True):
            paper.invoice_id = pk
        _copy(cursor, "invoices_invoice", INVOICE, (_invoice_row(booking, paper) for paper in papers))
        _copy(cursor, "invoices_invoiceinstalment", PART, _part_rows(booking, papers))
        plain = [paper for paper in papers if paper.credits is None]
        notes = [paper for paper in papers if paper.credits is not None]
        _copy(cursor, "invoices_invoiceline", LINE, _line_rows(booking, plain, {}))
        originals = [paper.credits.invoice_id for paper in notes if paper.credits is not None]
        cursor.execute(LINES_OF, [originals, [1]])
        credited = {(invoice_id, line): pk for invoice_id, line, pk in cursor.fetchall()}
        _copy(cursor, "invoices_invoiceline", LINE, _line_rows(booking, notes, credited))


def _invoice_row(booking: Booking, paper: Paper) -> tuple[object, ...]:
    amounts = paper.amounts
    return (
        paper.invoice_id,
        booking.company.pk,
        paper.kind,
        booking.customers[paper.trader.name.code],
        paper.trader.name.currency,
        paper.issued_on,
        booking.terms.get(paper.terms),
        paper.reference,
        paper.order_number,
        booking.rate(paper),
        paper.credits.invoice_id if paper.credits else None,
        amounts.net,
        amounts.tax,
        amounts.gross,
        booking.by.pk,
    )


def _line_rows(
    booking: Booking, papers: list[Paper], credited: dict[tuple[int, int], int]
) -> Iterator[tuple[object, ...]]:
    for paper in papers:
        for number, line in enumerate(paper.lines, start=1):
            credits_line = None
            if paper.credits is not None and line.credits_line is not None:
                credits_line = credited[paper.credits.invoice_id, line.credits_line]
            yield (
                booking.company.pk,
                paper.invoice_id,
                number,
                line.description,
                line.quantity,
                line.unit,
                line.unit_price,
                booking.tax_codes[f"{line.tax_rate}"],
                line.tax_rate,
                line.entry,
                line.amounts.net,
                line.amounts.tax,
                credits_line,
            )


def _part_rows(booking: Booking, papers: list[Paper]) -> Iterator[tuple[object, ...]]:
    for paper in papers:
        for number, part in enumerate(paper.parts, start=1):
            yield booking.company.pk, paper.invoice_id, number, part.due_on, part.amount


def _copy(cursor: Any, table: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """COPY rows whose texts are ours: without tabs, line breaks and backslashes."""
    lines = ("\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n" for row in rows)
    cursor.copy_expert(f"copy {table} ({', '.join(columns)}) from stdin", io.StringIO("".join(lines)))


def _learn_items(papers: list[Paper]) -> None:
    by_id = {paper.invoice_id: paper for paper in papers}
    with connection.cursor() as cursor:
        cursor.execute(ITEMS_OF_INVOICES, [list(by_id)])
        for invoice_id, line, item_id in cursor.fetchall():
            by_id[invoice_id].parts[line - 1].item_id = item_id


def _record(booking: Booking, money: list[Money]) -> None:
    new = [
        NewReceipt(
            amount=each.amount,
            currency=each.currency,
            received_on=each.on,
            customer_id=booking.customers[each.trader.name.code] if each.trader else None,
            payer_name=each.payer_name,
            remittance=each.remittance,
        )
        for each in money
    ]
    recorded = record_receipts(booking.company, new, by=booking.by)
    with connection.cursor() as cursor:
        cursor.execute(ITEMS_OF_RECEIPTS, [[each.document_id for each in recorded]])
        for each, (item_id,) in zip(money, cursor.fetchall(), strict=True):
            each.item_id = item_id


def _apply(booking: Booking, applied: list[Applied]) -> None:
    """One application for each credit and day, with all that it pays."""
    acts: dict[tuple[object, ...], int] = {}
    pairs: dict[tuple[int, int, int], Any] = {}
    for each in applied:
        ref = acts.setdefault((each.credit.item_id, each.on, each.policy), len(acts))
        key = (ref, each.credit.item_id, each.debit.item_id)
        pairs[key] = pairs.get(key, ZERO) + each.amount
    accounts(booking.company)
    open_staging()
    with connection.cursor() as cursor:
        execute_values(
            cursor,
            "insert into book_application (ref, effective_on, policy) values %s",
            [(ref, on, policy) for (_credit, on, policy), ref in acts.items()],
            page_size=2000,
        )
        execute_values(
            cursor,
            "insert into book_pair (ref, seq, credit_item_id, debit_item_id, amount) values %s",
            [(ref, seq, credit, debit, amount) for seq, ((ref, credit, debit), amount) in enumerate(pairs.items())],
            page_size=2000,
        )
        apply_staged(booking.company, by=booking.by, verb="receipt.apply")


def _chunked(events: Iterable[Event]) -> Iterator[list[Event]]:
    chunk: list[Event] = []
    for event in events:
        chunk.append(event)
        if len(chunk) >= CHUNK_EVENTS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
