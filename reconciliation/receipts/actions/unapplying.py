"""Undoing what a receipt was applied to (反核销): all of it, some documents, or single entries of an act."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import format_amount
from arap.ledger.actions import book_transaction, lock, unapply
from receipts.actions.allowing import opened_by, revoke, sides_of
from receipts.actions.applying import ReceiptApplied, applied, lock_receipt, met_items, open_receipt
from receipts.queries import unapplied
from receipts.queries.acts import but_refunds, live_entries
from receipts.queries.settling import fallen


@book_transaction
def unapply_receipt(
    company: Company,
    receipt_id: int,
    *,
    effective_on: date,
    by: User | None,
    numbers: Sequence[str] | None = None,
    entries: Collection[int] | None = None,
    reason: str = "",
    key: str | None = None,
) -> ReceiptApplied:
    """Undo what is applied of a receipt, or only what met the documents with `numbers`, or only `entries` (each with
    the other side of its pair), as of `effective_on`. Entries may be those between credit notes and what they paid in
    an act of this receipt; those that were undone before are passed over. What was let off with the cash is reversed.

    Raises NotFound, Refused (not_confirmed, nothing_to_undo, not_a_mirror when dated before the application,
    period_closed, idempotency_conflict).
    """
    assert numbers is None or entries is None, "documents or entries"
    request = {"verb": "receipt.unapply", "receipt": receipt_id, "numbers": numbers, "on": effective_on}
    if entries is not None:
        request["entries"] = sorted(entries)
    outcome = idempotent(
        company,
        key,
        request,
        lambda: asdict(_unapply(company, receipt_id, numbers, entries, effective_on, by, reason, key)),
    )
    return ReceiptApplied(**outcome.response)


def _unapply(
    company: Company,
    receipt_id: int,
    numbers: Sequence[str] | None,
    entries: Collection[int] | None,
    effective_on: date,
    by: User | None,
    reason: str,
    key: str | None,
) -> ReceiptApplied:
    locked, items = lock_receipt(company, receipt_id)
    receipt = open_receipt(locked, items)
    live = but_refunds(live_entries(company, items, entries))
    if numbers is not None:
        live = live.filter(counter_item__document__number__in=numbers)
    found = list(live)
    if not found:
        raise Refused("nothing_to_undo", _("There is no application to undo."))
    falling = fallen(locked, found)
    theirs = sides_of(falling)
    own = {item.pk for item in items}
    # what was let off is reversed as a whole; its own entries are no business of the cash
    let_off = opened_by(falling)
    chosen = [entry for entry in found if not {entry.item_id, entry.counter_item_id} & let_off]
    touched = own | {side for entry in chosen for side in (entry.item_id, entry.counter_item_id) if side is not None}
    lock(company, dates=[effective_on], items=sorted(touched | theirs))
    options: dict[str, Any] = {"by": by, "reason": reason, "verb": "receipt.unapply", "key": key}
    acts = unapply(company, [entry.pk for entry in chosen], effective_on=effective_on, **options) if chosen else []
    undone = revoke(locked, falling, on=effective_on, **options)
    done = replace(
        applied(receipt, [(effective_on, act) for act in acts], met_items(touched - own)),
        remaining=format_amount(unapplied(locked), receipt.currency),
        allowances=undone,
    )
    after = {"reason": reason, "entries": done.entries, **({"allowances": undone} if undone else {})}
    audit.record(by=by, verb="receipt.unapply", obj=locked, after=after)
    return done
