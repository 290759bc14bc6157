"""Seals: a SHA-256 chain over the postings, that anyone who holds an old seal can check offline.

The digest of a seal is SHA-256 over the previous digest (hex) and the canonical text of every row posted since, in
position order: one line a row, its columns as PostgreSQL writes a row, exactly what `canonical_rows` streams. Derived
columns are left out, and names never stand in these rows, so that a person can be erased and the seals still verify.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
    select position, 1, id,
           row(company_id, extract(epoch from recorded_at), actor_id, verb, idempotency_key)
      from ledger_posting where company_id = {company} and position between {first} and {last}
    union all
    select position, 2, id,
           row(company_id, kind, number, series_year, series_no, customer_id, currency, rate, total, base_total,
               document_on, posted_on, item_count, line_count, reverses_id, reason_code, encode(text_digest, 'hex'))
      from documents
    union all
    select i.position, 3, i.id,
           row(i.company_id, i.document_id, i.line, i.account_id, i.customer_id, i.currency, i.amount, i.base_amount,
               i.posted_on, i.document_on, i.due_on, i.original_due_on, i.aged_from_on, i.origin_item_id)
      from documents d join ledger_item i on i.document_id = d.id
    union all
    select position, 4, id, row(company_id, effective_on, policy, reason, undoes_id) from applications
    union all
    select e.position, 5, e.id,
           row(e.company_id, e.application_id, e.document_id, e.item_id, e.counter_item_id, e.currency, e.amount,
               e.base_amount, e.effective_on, e.reverses_id, e.customer_id, e.account_id, e.aged_from_on)
      from (select e.* from applications a join ledger_entry e on e.application_id = a.id
            union all select e.* from documents d join ledger_entry e on e.document_id = d.id) e
    union all
    select l.position, 6, l.id,
           row(l.company_id, l.document_id, l.application_id, l.line, l.account_id, l.item_id, l.customer_id,
               l.currency, l.amount, l.base_amount, l.posted_on, l.tax_code)
      from (select l.* from applications a join ledger_journalline l on l.application_id = a.id
            union all select l.* from documents d join ledger_journalline l on l.document_id = d.id) l
  )
  select position, kind, id, content::text from facts order by position, kind, id
) to stdout
"""

# The rows of a sealed range, counted by what each says of itself: the canonical text is found through documents and
# applications, and so would not show a row slipped in beside them.
STORED = """
select sum(n) from (
  select count(*) as n from ledger_posting where company_id = %(company)s and position between %(first)s and %(last)s
  union all
  select count(*) from ledger_document where company_id = %(company)s and position between %(first)s and %(last)s
  union all
  select count(*) from ledger_item where company_id = %(company)s and position between %(first)s and %(last)s
  union all
  select count(*) from ledger_application where company_id = %(company)s and position between %(first)s and %(last)s
  union all
  select count(*) from ledger_entry where company_id = %(company)s and position between %(first)s and %(last)s
  union all
  select count(*) from ledger_journalline where company_id = %(company)s and position between %(first)s and %(last)s
) counts
"""

# Words that are not those of the digest that was sealed. Erased ones are gone with their salt.
OTHER_WORDS = """
select exists (
  select from ledger_document d join ledger_documenttext t on t.document_id = d.id
   where d.company_id = %(company)s and d.position between %(first)s and %(last)s
     and d.text_digest is distinct from sha256(t.salt || convert_to(t.reference || chr(10) || t.memo, 'UTF8')))
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

    A row slipped in where no document or application leads to it shows on the last seal.

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
        same = value == seal.digest and rows == seal.row_count and not _scalar(OTHER_WORDS, company, seal, seal)
        checks.append(SealCheck(seal, follows and starts and same))
        before = seal
    if checks and _scalar(STORED, company, seals[0], seals[-1]) != sum(check.seal.row_count for check in checks):
        checks[-1] = SealCheck(seals[-1], False)
    return checks


def _scalar(query: str, company: Company, first: Seal, last: Seal) -> Any:
    """The one value that `query` gives for the positions from the first seal's first to the last seal's last."""
    reach = {"company": company.pk, "first": first.from_position, "last": last.to_position}
    if first.from_position == 1:
        reach["first"] = -(2**62)  # what stands before the beginning was slipped in as well
    with connection.cursor() as cursor:
        cursor.execute(query, reach)
        return cursor.fetchone()[0]
