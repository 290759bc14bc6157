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
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.actions.companies import create_company
from arap.core.actions.periods import open_periods
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.models import Company, User
from arap.core.money import CURRENCIES
from arap.core.queries import today_in
from arap.desk.mapping import Mapping, Reading, Rejected, Row, load_mapping, open_rows
from arap.desk.takeon import checks, notices, rates
from arap.desk.takeon.customers import create_missing_customers
from arap.desk.takeon.forecasting import forecast
from arap.desk.takeon.posting import post_documents, rows_to_post, set_turns
from arap.desk.takeon.reading import Read, fates, most_frequent_currency, stage_file, stage_rows
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
    """What one run created (`customers`, `invoices`, `credit_notes`, `receipts`, `refunds`), skipped and left out.

    `closed` of the rows left out fall into closed periods.
    `lacking` says for which currencies and days no rate is known: a load that may not set provisional ones is refused.
    """

    customers: int = 0
    invoices: int = 0
    credit_notes: int = 0
    receipts: int = 0
    refunds: int = 0
    skipped: int = 0
    closed: int = 0
    warnings: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    lacking: list[rates.Lacking] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is told of a run while it goes on; what one of them raises ends it there.

    `waits`: another load of the company is under way. `begins`: it is our turn, nothing is written. `examined`: what is
    known before anything is posted. `progress`: (done, total) rows, between transactions, with a total of 0 while the
    file is read. `unchanged`: how many known documents have needed nothing so far, in the transaction of each chunk.
    `key` begins the keys of the postings of all workers of a run, of which this is number `attempt`.
    """

    waits: Callable[[], object] = lambda: None
    begins: Callable[[], object] = lambda: None
    examined: Callable[[Loaded], object] = lambda loaded: None
    progress: Progress = lambda done, total: None
    unchanged: Callable[[int], object] = lambda count: None
    key: str = ""
    attempt: int = 1


UNWATCHED = Watch()


def load_history(
    path: Path,
    *,
    company_code: str,
    mapping: str | Mapping,
    base_currency: str | None = None,
    rates_path: Path | None = None,
    name: str = "",
    by: User | None = None,
    watch: Watch = UNWATCHED,
    needs_rates: bool = False,
) -> Loaded:
    """Load the file under the mapping (one, its name or its file) into the company, which is created when missing.

    A new company keeps its book in `base_currency`, else in the file's most frequent currency. `name` is what the audit
    log calls the file. Two runs for one company wait for each other. With `needs_rates` a day without an exchange rate
    refuses the run before anything is posted; without, a provisional rate of 1 is set, and a warning says so.
    Raises NotFound for a missing file or mapping and for wrong options, FileRefused when the file cannot be read as a
    whole, Refused("rates_missing"), and Refused when a period is closed meanwhile; what was posted by then stays, and
    counts as skipped next time.
    """
    _check_options(company_code, base_currency)
    found = mapping if isinstance(mapping, Mapping) else load_mapping(mapping, HISTORY)
    given_rates = rates.read_rates(rates_path) if rates_path else []
    reading = open_rows(path, found, HISTORY)
    with _turn(company_code, watch.waits):
        watch.begins()
        read = stage_file(reading, watch.progress, today=today_in(company_code))
        loaded = Loaded(warnings=[*reading.notices, *read.warnings()], rejected=read.rejected)
        with transaction.atomic():  # rates that are refused leave no company behind
            company = _company(company_code, base_currency)
            if company is not None and rates_path:
                rates.apply_rates(company, given_rates, source=rates_path.name, by=by)
        if company is not None:
            with transaction.atomic():  # refused for a rate, it leaves no customer behind
                _examine(company, reading, read, loaded, by=by, provisional=not needs_rates)
                if loaded.lacking:
                    raise Refused("rates_missing", _lack(loaded.lacking))
            watch.examined(loaded)
            try:
                _post(company, loaded, watch, by=by)
            except BaseException:
                _record(company, name or path.name, found.name, loaded, by=by, is_complete=False)
                raise
            _record(company, name or path.name, found.name, loaded, by=by)
    loaded.rejected.sort()
    return loaded


def try_history(
    path: Path,
    *,
    company: Company,
    mapping: str | Mapping,
    watch: Watch = UNWATCHED,
    needs_rates: bool = False,
) -> Loaded:
    """What load_history would create, skip, refuse and warn of, found by the same checks; nothing is changed.

    `watch.examined` is called while takeon_row holds what becomes of each row. With `needs_rates` what is missing is
    told in `lacking`. Raises what load_history raises otherwise.
    """
    found = mapping if isinstance(mapping, Mapping) else load_mapping(mapping, HISTORY)
    reading = open_rows(path, found, HISTORY)
    with _turn(company.code, watch.waits):
        read = stage_file(reading, watch.progress, today=today_in(company.code))
        loaded = Loaded(warnings=[*reading.notices, *read.warnings()], rejected=read.rejected)
        with transaction.atomic():
            _examine(company, reading, read, loaded, by=None, provisional=not needs_rates)
            settled = forecast(company)
            loaded.receipts, loaded.refunds = settled.receipts, settled.refunds
            loaded.skipped += settled.unchanged
            loaded.rejected.sort()
            watch.examined(loaded)
            transaction.set_rollback(True)  # periods, rates, terms and customers were made only to be looked at
    return loaded


def judge_rows(company: Company, reading: Reading, rows: list[Row]) -> tuple[list[Rejected], list[str]]:
    """What a load would leave out of a file's first rows, by the checks that it makes itself; and what to know of it.

    Nothing is changed. What only the rest of the file can say, such as who a parent is, is not judged.
    """
    with transaction.atomic():
        stage_rows(rows)
        rejected = checks.set_currency(company, reading)
        rejected += checks.merge_duplicates(reading)
        rejected += checks.compare_with_book(company, reading, is_few=True)
        for year in checks.years():
            open_periods(company, year, by=None)
        closed = checks.closed_days(company)
        rejected += checks.refuse_closed_periods(reading, closed)
        transaction.set_rollback(True)  # periods were opened only to be looked at
    return rejected, notices.of_closed(closed)


def _examine(
    company: Company, reading: Reading, read: Read, loaded: Loaded, *, by: User | None, provisional: bool
) -> None:
    """Judge every row and make what the documents need: periods, rates, terms, customers, and their order."""
    loaded.rejected += checks.set_currency(company, reading)
    loaded.rejected += checks.merge_duplicates(reading)
    loaded.rejected += checks.compare_with_book(company, reading)
    loaded.rejected += checks.refuse_circles(company, reading)
    for year in checks.years():
        open_periods(company, year, by=by)
    closed = checks.closed_days(company)
    loaded.rejected += checks.refuse_closed_periods(reading, closed)
    loaded.closed = len({row for row, _field, _day in closed})
    loaded.warnings += notices.of_closed(closed)
    if provisional:
        loaded.warnings += rates.find_rates(company, by=by)
    else:
        loaded.lacking = rates.lacking_rates(company)
    loaded.rejected += checks.refuse_large_amounts(reading)
    loaded.rejected += checks.refuse_unknown_parents(company, reading)
    loaded.warnings += notices.of_statements(company)
    created = fates()
    if terms := ensure_terms(company, sorted(read.rules), by=by):
        for rule, terms_id in terms.items():
            checks.run("update takeon_row set terms_id = %(id)s where terms = %(rule)s", {"id": terms_id, "rule": rule})
    loaded.customers, warnings = create_missing_customers(company, by=by)
    loaded.warnings += warnings
    loaded.invoices, loaded.credit_notes = created["new", "invoice"], created["new", "credit_note"]
    loaded.skipped = created["skipped", "invoice"] + created["skipped", "credit_note"]
    set_turns()


def _lack(lacking: list[rates.Lacking]) -> str:
    first = lacking[0]
    return _("There is no exchange rate for %(currency)s on %(day)s. Set the rates, then start again.") % {
        "currency": first.currency,
        "day": first.first_on.isoformat(),
    }


def _post(company: Company, loaded: Loaded, watch: Watch, *, by: User | None) -> None:
    turns, waiting = rows_to_post()
    total = turns + waiting
    key = f"{watch.key}{watch.attempt}" if watch.key else ""
    loaded.receipts = post_documents(company, lambda done, _of: watch.progress(done, total), by=by, key=key)
    settled = settle_waiting(
        company,
        lambda done, _of: watch.progress(turns + done, total),
        by=by,
        key=key,
        own=watch.key,
        unchanged=watch.unchanged,
    )
    loaded.receipts += settled.receipts
    loaded.refunds = settled.refunds
    loaded.skipped += settled.unchanged


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
def _record(
    company: Company, name: str, mapping: str, loaded: Loaded, *, by: User | None, is_complete: bool = True
) -> None:
    """Note what was created; of a run that ended half-way, what was to be created: the rest stands in the book."""
    counts = {
        "customers": loaded.customers,
        "invoices": loaded.invoices,
        "credit_notes": loaded.credit_notes,
        "receipts": loaded.receipts,
        "refunds": loaded.refunds,
    }
    if any(counts.values()):
        after: dict[str, Any] = {"file": name, "mapping": mapping, **counts, "rejected": len(loaded.rejected)}
        if not is_complete:
            after["is_complete"] = False
        audit.record(by=by, verb="history.load", obj=company, after=after)


@contextmanager
def _turn(company_code: str, waits: Callable[[], object]) -> Iterator[None]:
    """One load for a company at a time. The lock belongs to the connection: it ends with it, however that ends."""
    key = [LOCK_SPACE, zlib.crc32(company_code.encode()) - 2**31]
    with connection.cursor() as cursor:
        while True:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", key)
            if cursor.fetchone()[0]:
                break
            waits()
            time.sleep(WAIT_SECONDS)
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s, %s)", key)
