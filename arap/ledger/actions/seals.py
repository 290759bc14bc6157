"""Seals: a SHA-256 chain over the postings, that anyone who holds an old seal can check offline.

The digest of a seal is SHA-256 over the previous digest (hex) and the canonical text of every row posted since, in
position order: tab-separated columns, one line a row, exactly what `canonical_rows` streams. Derived columns are left
out, and names never stand in these rows, so that a person can be erased and the seals still verify.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from arap.core.errors import Refused
from arap.core.models import Company
from arap.ledger.models import Seal

POSITIONS_AT_ONCE = 500

CANONICAL = """
copy (
  with documents as (
    select * from ledger_document where company_id = {company} and position between {first} and {last}
  ), applications as (
    select * from ledger_application where company_id = {company} and position between {first} and {last}
  ), facts (position, kind, id, content) as (
    select position, 1, id, concat_ws('|', company_id, extract(epoch from recorded_at), coalesce(actor_id, 0),
      verb, idempotency_key)
      from ledger_posting where company_id = {company} and position between {first} and {last}
    union all
    select position, 2, id, concat_ws('|', kind, number, series_year, series_no, coalesce(customer_id, 0),
      currency, rate, total,
           base_total, document_on, posted_on, item_count, line_count, coalesce(reverses_id, 0), reason_code,
             encode(text_digest, 'hex'))
      from documents
    union all
    select i.position, 3, i.id, concat_ws('|', i.document_id, i.line, i.account_id, coalesce(i.customer_id, 0),
      i.currency, i.amount,
           i.base_amount, i.posted_on, i.document_on, i.due_on, i.original_due_on, i.aged_from_on,
             coalesce(i.origin_item_id, 0))
      from ledger_item i join documents d on d.id = i.document_id
    union all
    select position, 4, id, concat_ws('|', effective_on, policy, reason, coalesce(undoes_id, 0)) from applications
    union all
    select e.position, 5, e.id, concat_ws('|', coalesce(e.application_id, 0), coalesce(e.document_id, 0), e.item_id,
           coalesce(e.counter_item_id, 0), e.currency, e.amount, e.base_amount, e.effective_on,
             coalesce(e.reverses_id, 0),
           coalesce(e.customer_id, 0), e.account_id, e.aged_from_on)
      from (select e.* from applications a join ledger_entry e on e.application_id = a.id
            union all select e.* from documents d join ledger_entry e on e.document_id = d.id) e
    union all
    select l.position, 6, l.id, concat_ws('|', coalesce(l.document_id, 0), coalesce(l.application_id, 0), l.line,
      l.account_id,
           coalesce(l.item_id, 0), coalesce(l.customer_id, 0), l.currency, l.amount, l.base_amount, l.posted_on,
             l.tax_code)
      from (select l.* from applications a join ledger_journalline l on l.application_id = a.id
            union all select l.* from documents d join ledger_journalline l on l.document_id = d.id) l
  )
  select position, kind, id, content from facts order by position, kind, id
) to stdout
"""


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What the check of one seal found: `holds`, or the stored rows no longer give its digest."""

    seal: Seal
    holds: bool


class _Digest:
    """The write end of a stream: hashes what passes and counts its lines."""

    def __init__(self, previous: str) -> None:
        self.sha256 = hashlib.sha256(previous.encode())
        self.rows = 0

    def write(self, data: bytes | str) -> None:
        raw = data.encode() if isinstance(data, str) else data
        self.rows += raw.count(b"\n")
        self.sha256.update(raw)


def canonical_rows(company: Company, first: int, last: int, write: Callable[[bytes], object]) -> None:
    """Stream the canonical text of the positions `first` to `last` (both included) to `write`."""

    class Sink:
        def write(self, data: bytes) -> None:
            write(data)

    with connection.cursor() as cursor:
        for start in range(first, last + 1, POSITIONS_AT_ONCE):
            end = min(last, start + POSITIONS_AT_ONCE - 1)
            cursor.copy_expert(CANONICAL.format(company=int(company.pk), first=start, last=end), Sink())


def digest(company: Company, first: int, last: int, previous: str) -> tuple[str, int]:
    """The digest of these positions after `previous`, and how many rows it covers."""
    hashing = _Digest(previous)
    canonical_rows(company, first, last, hashing.write)
    return hashing.sha256.hexdigest(), hashing.rows


@transaction.atomic
def seal_ledger(company: Company) -> Seal | None:
    """Seal everything posted since the last seal; None when there is nothing new. Never blocks a posting.

    Raises: Refused seal_running when another session is sealing this company.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [0x5EA1, company.pk])
        if not cursor.fetchone()[0]:
            raise Refused("seal_running", _("This company is being sealed right now."))
        cursor.execute("select coalesce(max(position), 0) from ledger_posting where company_id = %s", [company.pk])
        last = cursor.fetchone()[0]
    previous = Seal.objects.filter(company=company).order_by("-to_position").first()
    first = previous.to_position + 1 if previous else 1
    if last < first:
        return None
    chained = previous.digest if previous else ""
    value, rows = digest(company, first, last, chained)
    seal = Seal.objects.create(
        company=company,
        from_position=first,
        to_position=last,
        row_count=rows,
        previous=chained,
        digest=value,
        sealed_at=Now(),
    )
    seal.refresh_from_db()
    return seal


def verify_seals(company: Company, *, since: str | None = None) -> list[SealCheck]:
    """Compute every seal again, from the first or from the one whose digest is `since` (that one included).

    Raises: Refused no_such_seal when no seal has that digest: the chain itself was replaced.
    """
    seals = list(Seal.objects.filter(company=company).order_by("to_position"))
    if since is not None:
        known = [number for number, seal in enumerate(seals) if seal.digest == since]
        if not known:
            raise Refused("no_such_seal", _("No seal of this company has the digest %(digest)s.") % {"digest": since})
        seals = seals[known[0] :]
    checks = []
    before: Seal | None = None
    for seal in seals:
        value, rows = digest(company, seal.from_position, seal.to_position, seal.previous)
        follows = before is None or (seal.previous == before.digest and seal.from_position == before.to_position + 1)
        starts = before is not None or since is not None or (seal.previous == "" and seal.from_position == 1)
        checks.append(SealCheck(seal, follows and starts and value == seal.digest and rows == seal.row_count))
        before = seal
    return checks
