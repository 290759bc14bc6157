"""Finding in the book what webhooks are told: by position, so that nothing is missed and nothing is told twice."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from arap.api.models import Delivery, Event, Webhook
from arap.core.jobs import enqueue
from arap.core.money import format_amount
from arap.ledger.models import Document

SEND_TASK = "arap.api.tasks.deliver"
# So many positions in one transaction: a webhook that was made for an old book catches up in steps.
STEP = 1_000

POSTED = {
    Document.Kind.INVOICE: Event.INVOICE_POSTED,
    Document.Kind.DEBIT_NOTE: Event.DEBIT_NOTE_POSTED,
    Document.Kind.CHARGE: Event.INVOICE_POSTED,
    Document.Kind.CREDIT_NOTE: Event.CREDIT_NOTE_POSTED,
    Document.Kind.RECEIPT: Event.RECEIPT_POSTED,
}

# Invoices and debit notes of which something was settled in the stretch and nothing is open now. Their last movement
# names the event: one that is found again in the next stretch has the same name, one that was opened and paid again
# another. What was credited as a whole is not paid.
PAID = """
select d.id, max(i.last_position) as position
  from (select distinct document_id from ledger_item
         where company_id = %(company)s and last_position > %(after)s and last_position <= %(until)s
           and open_amount = 0) moved
  join ledger_document d on d.id = moved.document_id and d.kind in ('invoice', 'debit_note', 'charge')
  join invoices_invoice v on v.document_id = d.id and v.state = 'posted'
  join ledger_item i on i.document_id = d.id
 group by d.id
having bool_and(i.open_amount = 0)
 order by 2, 1
"""


def find_all() -> int:
    """Write the deliveries that are due to every active webhook; how many. Each step is its own transaction."""
    count = 0
    for pk in Webhook.objects.filter(is_active=True, company__is_active=True).values_list("pk", flat=True):
        while (found := find_events(pk)) is not None:
            count += found
    return count


@transaction.atomic
def find_events(webhook_id: int) -> int | None:
    """The next stretch of the book for one webhook; None when it has been told everything, or somebody else is at it.

    Positions are given out in the order of commits, so what is below the book's position will never change.
    """
    webhook = (
        Webhook.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("company")
        .filter(pk=webhook_id, is_active=True)
        .first()
    )
    if webhook is None:
        return None
    until = min(_position(webhook.company_id), webhook.position + STEP)
    if until <= webhook.position:
        return None
    rows = [*_posted(webhook, until), *_paid(webhook, until)]
    made = Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    webhook.position = until
    webhook.save(update_fields=["position"])
    if made:
        enqueue(SEND_TASK)
    return len(made)


def _position(company_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(position), 0) from ledger_book where company_id = %s", [company_id])
        return int(cursor.fetchone()[0])


def _posted(webhook: Webhook, until: int) -> Iterator[Delivery]:
    kinds = [kind for kind, event in POSTED.items() if event in webhook.events]
    if not kinds:
        return
    found = Document.objects.filter(
        company=webhook.company, position__gt=webhook.position, position__lte=until, kind__in=kinds, reverses=None
    )
    for document in found.select_related("customer").order_by("position", "pk"):
        yield _delivery(webhook, POSTED[Document.Kind(document.kind)], document, document.position)


def _paid(webhook: Webhook, until: int) -> Iterator[Delivery]:
    if Event.INVOICE_PAID not in webhook.events:
        return
    asked = {"company": webhook.company_id, "after": webhook.position, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(PAID, asked)
        positions: dict[int, int] = dict(cursor.fetchall())
    documents = Document.objects.select_related("customer").in_bulk(list(positions))
    for pk, position in positions.items():
        yield _delivery(webhook, Event.INVOICE_PAID, documents[pk], position)


def _delivery(webhook: Webhook, event: Event, document: Document, position: int) -> Delivery:
    key = f"{event.value}:{document.pk}:{position}"
    data: dict[str, Any] = {
        "document_id": document.pk,
        "number": document.number,
        "customer_id": document.customer_id,
        "customer": document.customer.code if document.customer else None,
        "currency": document.currency,
        "total": format_amount(document.total, document.currency),
        "posted_on": document.posted_on.isoformat(),
    }
    payload = {"id": key, "event": event.value, "company": webhook.company.code, "position": position, "data": data}
    return Delivery(company=webhook.company, webhook=webhook, key=key, event=event, position=position, payload=payload)
