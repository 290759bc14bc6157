"""Taking on the history of another system: customers, invoices, credit notes, and how each was settled.

The file is read whole into a table of this connection before anything is written, so a file that makes no sense leaves
no trace. Documents are posted in chunks. Whatever ends a run half-way, the next run with the same file goes on behind
it: the key of a document is company, kind and number.
"""

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.actions.companies import create_company
from arap.core.actions.periods import open_periods
from arap.core.errors import Invalid, NotFound
from arap.core.models import Company
from arap.core.money import CURRENCIES
from arap.desk.mapping import Reading, Rejected, load_mapping, open_rows
from arap.desk.takeon import checks, rates
from arap.desk.takeon.customers import create_missing_customers
from arap.desk.takeon.posting import post_documents
from arap.desk.takeon.reading import Read, fates, most_frequent_currency, stage_file
from arap.desk.takeon.settling import settle_waiting
from arap.desk.takeon.target import HISTORY
from arap.ledger.chart import ensure_chart
from customers.actions.terms import ensure_terms
from dunning.actions import ensure_policy

Progress = Callable[[int, int], None]
WAIT_SECONDS = 0.2  # not money: between two tries of the lock
LOCK_SPACE = 0x7A6B  # of ours among PostgreSQL's advisory locks


@dataclass(slots=True)
class Loaded:
    """What one run created (`customers`, `invoices`, `credit_notes`, `receipts`, `refunds`), skipped and left out."""

    customers: int = 0
    invoices: int = 0
    credit_notes: int = 0
    receipts: int = 0
    refunds: int = 0
    skipped: int = 0
    warnings: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def load_history(
    path: Path,
    *,
    company_code: str,
    mapping: str,
    base_currency: str | None = None,
    rates_path: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> Loaded:
    """Load the file under the mapping (a name or a file) into the company, which is created when missing.

    A new company keeps its book in `base_currency`, else in the file's most frequent currency. Two runs for one company
    wait for each other. Raises NotFound for a missing file or mapping and for wrong options, FileRefused when the file
    cannot be read as a whole, Refused when a period is closed meanwhile; what was posted by then stays, and counts as
    skipped next time.
    """
    _check_options(company_code, base_currency)
    found = load_mapping(mapping, HISTORY)
    given_rates = rates.read_rates(rates_path) if rates_path else []
    reading = open_rows(path, found, HISTORY)
    with _turn(company_code):
        read = stage_file(reading)
        loaded = Loaded(warnings=[*reading.notices, *read.warnings()], rejected=read.rejected)
        with transaction.atomic():  # rates that are refused leave no company behind
            company = _company(company_code, base_currency)
            if company is not None and rates_path:
                rates.apply_rates(company, given_rates, source=rates_path.name)
        if company is not None:
            _load(company, reading, read, loaded, progress)
            _record(company, path, found.name, loaded)
    loaded.rejected.sort()
    return loaded


def _load(company: Company, reading: Reading, read: Read, loaded: Loaded, progress: Progress) -> None:
    loaded.rejected += checks.set_currency(company, reading)
    loaded.rejected += checks.merge_duplicates(reading)
    loaded.rejected += checks.compare_with_book(company, reading)
    loaded.rejected += checks.refuse_taken_receipt_numbers(company, reading)
    loaded.rejected += checks.refuse_circles(company, reading)
    for year in checks.years():
        open_periods(company, year, by=None)
    loaded.rejected += checks.refuse_closed_periods(company, reading)
    loaded.warnings += rates.find_rates(company)
    loaded.rejected += checks.refuse_large_amounts(reading)
    created = fates()
    if terms := ensure_terms(company, sorted(read.rules), by=None):
        for rule, terms_id in terms.items():
            checks.run("update takeon_row set terms_id = %(id)s where terms = %(rule)s", {"id": terms_id, "rule": rule})
    loaded.customers, warnings = create_missing_customers(company)
    loaded.warnings += warnings
    loaded.receipts = post_documents(company, progress)
    settled = settle_waiting(company)
    loaded.receipts += settled.receipts
    loaded.refunds = settled.refunds
    loaded.invoices, loaded.credit_notes = created["new", "invoice"], created["new", "credit_note"]
    loaded.skipped = created["skipped", "invoice"] + created["skipped", "credit_note"] + settled.unchanged


def _check_options(company_code: str, base_currency: str | None) -> None:
    """Wrong options are wrong usage: NotFound, as for an unknown company."""
    if base_currency is not None and base_currency not in CURRENCIES:
        raise NotFound("unknown_currency", _("“%(code)s” is not a currency code.") % {"code": base_currency})
    try:
        Company._meta.get_field("code").clean(company_code, None)
    except ValidationError as error:
        raise NotFound(
            "invalid_company_code",
            _("“%(code)s” cannot be a company's code: %(reason)s")
            % {"code": company_code, "reason": " ".join(error.messages)},
        ) from error


def _company(code: str, base_currency: str | None) -> Company | None:
    """The company, founded if need be; None when nothing in the file is good and no currency is given."""
    company = Company.objects.filter(code=code).first()
    if company is not None:
        if base_currency not in (None, company.base_currency):
            raise Invalid(
                "other_base_currency",
                _("Company %(code)s keeps its book in %(currency)s; that cannot be changed.")
                % {"code": code, "currency": company.base_currency},
            )
        return company
    currency = base_currency or most_frequent_currency()
    if currency is None:
        if checks.run("select exists (select from takeon_row)", {})[0][0]:
            raise Invalid("no_currency", _("No row states a currency; give the company's base currency."))
        return None
    company = create_company(code=code, name=code, base_currency=currency, by=None)
    ensure_chart(company)
    ensure_policy(company)
    return company


@transaction.atomic
def _record(company: Company, path: Path, mapping: str, loaded: Loaded) -> None:
    counts = {
        "customers": loaded.customers,
        "invoices": loaded.invoices,
        "credit_notes": loaded.credit_notes,
        "receipts": loaded.receipts,
        "refunds": loaded.refunds,
    }
    if any(counts.values()):
        after = {"file": path.name, "mapping": mapping, **counts, "rejected": len(loaded.rejected)}
        audit.record(by=None, verb="history.load", obj=company, after=after)


@contextmanager
def _turn(company_code: str) -> Iterator[None]:
    """One load for a company at a time. The lock belongs to the connection: it ends with it, however that ends."""
    key = [LOCK_SPACE, zlib.crc32(company_code.encode()) - 2**31]
    with connection.cursor() as cursor:
        while True:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", key)
            if cursor.fetchone()[0]:
                break
            time.sleep(WAIT_SECONDS)
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s, %s)", key)
