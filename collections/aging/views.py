"""The aging report: as of a day, as known at an instant, drilled down in place to its items."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from time import perf_counter

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aging import standings
from aging.actions import begin_keeping
from aging.asking import Asked, ask
from aging.files import made_of, whole
from aging.keeping import is_large, kept_by
from aging.pages import cut, named, rank
from aging.queries import AgingRow, Later, Proof, aging, booked_later, proofs
from aging.rules import Bucket, buckets_at
from aging.standing_groups import GROUPED, group_page, member_rows
from aging.standings import Standing, standing_at
from arap.core import wording
from arap.core.http import CompanyRequest
from arap.core.models import Job
from arap.core.paging import SEPARATOR, read_number
from arap.core.permissions import requires
from arap.core.sheets import file_of
from arap.ledger.history import Since, since
from arap.ledger.queries import OpenItem, open_items, position_at
from customers.models import Customer

PAGE = 20
ITEMS_SHOWN = 200
JUST_KEPT = timedelta(minutes=5)
ZERO = Decimal(0)


@requires("aging.view")
@require_safe
def report(request: CompanyRequest) -> HttpResponse:
    """The report with its totals, its proof, and what was booked later about its day."""
    asked = _asked(request)
    started = perf_counter()
    made = _from_standing(request, asked)
    if made is None and (waiting := _waiting(request, asked)):
        return waiting
    made = made or _added_up(request, asked)
    proof, page, first = made.proofs, made.page, made.first
    seconds = perf_counter() - started
    context = {
        "asked": asked,
        "form": asked.form,
        "heads": [wording.bucket_words(each.from_days, each.to_days) for each in _buckets(asked)],
        "bucket_head": _bucket_head(asked),
        "rows": named(request.company, asked.form.grouping, page),
        "totals": made.totals,
        "base_total": _base_total(made.totals, request.company.base_currency) if len(made.totals) > 1 else None,
        "shares": _shares(made.totals[0]) if len(made.totals) == 1 else [],
        "proofs": proof,
        "ties": all(each.difference == 0 for each in proof),
        "seconds": f"{seconds:.2f}",
        "later": _later(request, asked),
        "is_today": asked.as_of >= timezone.localdate(),
        "first": first,
        "last": first + len(page) - 1,
        "count": made.count,
        "next_query": asked.query(after=_key(page[-1]), **{"from": first + PAGE}) if made.more else "",
        "query": asked.query(),
        "whole_query": asked.query(bucket=None),
        "now_query": asked.query(known_at=""),
        "evening_query": asked.query(known_at=asked.as_of.isoformat()),
    }
    template = "aging/_report.html" if request.htmx else "aging/report.html"
    return render(request, template, context)


@requires("aging.view")
@require_POST
def keep(request: CompanyRequest) -> HttpResponse:
    """Begin to add up the report that is asked for, which then is kept."""
    asked = _asked(request)
    begin_keeping(request.company, **asked.kept_as, by=request.user)
    return redirect(f"{reverse('aging:report')}?{asked.query()}")


@requires("aging.view")
@require_safe
def items(request: CompanyRequest) -> HttpResponse:
    """What one row is made of, as rows to put under it: items of a customer or group, else customers."""
    asked = _asked(request)
    currency = request.GET.get("of_currency", "")
    context = {
        "asked": asked,
        "currency": currency,
        "row_key": request.GET.get("row", ""),
        "heads": [wording.bucket_words(each.from_days, each.to_days) for each in _buckets(asked)],
    }
    if asked.form.grouping in ("customer", "parent"):
        found = _items_of(request, asked, currency)
        became = since(request.company, [item.item_id for item in found[:ITEMS_SHOWN]])
        lines = [_Line.of(item, asked, became) for item in found[:ITEMS_SHOWN]]
        return render(request, "aging/_items.html", {**context, "lines": lines, "item_count": len(found)})
    members, count = _members(request, asked, currency)
    context |= {"members": named(request.company, "customer", members), "member_count": count}
    return render(request, "aging/_members.html", context)


@requires("report.view")
@require_safe
def export(request: CompanyRequest, kind: str = "csv") -> HttpResponse:
    """The whole report as CSV, XLSX or PDF, one row for each name and currency."""
    asked = _asked(request)
    return file_of(whole(request.company, asked), kind)


@dataclass(frozen=True, slots=True)
class _Line:
    """An item under its row: in which column its amount stands, and what became of it since."""

    item: OpenItem
    column: int
    days_from: date
    since: Decimal
    settled_on: date | None

    @classmethod
    def of(cls, item: OpenItem, asked: Asked, became: dict[int, Since]) -> "_Line":
        on = item.aged_from_on if asked.form.basis_name == "due" else item.document_on
        buckets = _buckets(asked)
        column = (
            next(at for at, each in enumerate(buckets) if each.first_on <= on <= each.last_on)
            if item.amount > 0
            else len(buckets)
        )
        now = became[item.item_id]
        paid = item.open_amount - now.open_amount
        return cls(item, column, item.aged_from_on, paid, now.settled_on if now.open_amount == 0 else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A page of the report, from row number `first` on, with what stands around it."""

    totals: Sequence[AgingRow]
    proofs: Sequence[Proof]
    page: list[AgingRow]
    first: int
    count: int
    more: bool


def _standing(request: CompanyRequest, asked: Asked) -> Standing | None:
    """What is kept of the report that is asked for."""
    form = asked.form
    return standing_at(
        request.company, as_of=asked.as_of, position=asked.position, basis=form.basis_name, edges=form.edges,
        grouped=form.grouping in GROUPED,
    )  # fmt: skip


def _waiting(request: CompanyRequest, asked: Asked) -> HttpResponse | None:
    """The page of who waits for a report of a large book; None where it is added up at once.

    That is where the book is small, and where so much is booked meanwhile that what was just kept does not serve.
    """
    if not is_large(request.company):
        return None
    job = kept_by(request.company, **asked.kept_as)
    if job is not None and job.state == Job.State.DONE and timezone.now() - job.created_at < JUST_KEPT:
        return None
    context = {
        "form": asked.form, "query": asked.query(),
        "job": job if job and job.state not in (Job.State.DONE, Job.State.CANCELLED) else None,
        "is_active": job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING),
        "is_stopped": job is not None and job.state == Job.State.CANCELLED,
    }  # fmt: skip
    return render(request, "aging/_waiting.html" if request.htmx else "aging/waiting.html", context)


def _from_standing(request: CompanyRequest, asked: Asked) -> _Made | None:
    """The report from what is kept; None where nothing is."""
    standing = _standing(request, asked)
    if standing is None:
        return None
    only, by = asked.form.cleaned_data.get("currency") or "", asked.form.grouping
    totals = standings.totals(standing)
    proof = [each for each in standings.proofs(standing, totals) if only in ("", each.currency)]
    totals = [row for row in totals if only in ("", row.currency)]
    after = _after(request)
    if by in GROUPED:
        page, count, more = group_page(standing, by=by, bucket=asked.bucket, after=after, limit=PAGE, only=only)
    elif by == "currency":
        shown, page, more = cut(totals, bucket=asked.bucket, after=after, limit=PAGE)
        count = len(shown)
    else:
        page, more = standings.ranked(standing, bucket=asked.bucket, after=after, limit=PAGE, only=only)
        count = standings.row_count(standing, bucket=asked.bucket, only=only)
    first = read_number(request.GET.get("from")) if after else 1
    return _Made(totals=totals, proofs=proof, page=page, first=first or 1 if page else 0, count=count, more=more)


def _added_up(request: CompanyRequest, asked: Asked) -> _Made:
    made = made_of(request.company, asked)
    proof = proofs(request.company, made)
    if currency := asked.form.cleaned_data.get("currency"):
        proof = [each for each in proof if each.currency == currency]
    shown, page, more = cut(made.rows, bucket=asked.bucket, after=_after(request), limit=PAGE)
    first = shown.index(page[0]) + 1 if page else 0
    return _Made(totals=made.totals, proofs=proof, page=page, first=first, count=len(shown), more=more)


def _asked(request: CompanyRequest) -> Asked:
    return ask(request.company, request.GET, today=timezone.localdate())


def _buckets(asked: Asked) -> list[Bucket]:
    return buckets_at(asked.as_of, basis=asked.form.basis_name, edges=asked.form.edges)


def _bucket_head(asked: Asked) -> str:
    if asked.bucket is None:
        return ""
    bucket = _buckets(asked)[asked.bucket]
    return wording.bucket_words(bucket.from_days, bucket.to_days)


def _later(request: CompanyRequest, asked: Asked) -> Later | None:
    """What was booked about the day after the report's "known at", or, known now, after the day itself."""
    after, until = asked.position, asked.now
    if not asked.known_at:
        if asked.as_of >= timezone.localdate():
            return None
        evening = timezone.make_aware(datetime.combine(asked.as_of, time.max))
        after, until = position_at(request.company, known_at=evening), asked.position
    later = booked_later(request.company, as_of=asked.as_of, after=after, until=until)
    chosen = asked.form.cleaned_data.get("currency")
    return replace(later, amounts=tuple(pair for pair in later.amounts if chosen in ("", None, pair[0])))


def _items_of(request: CompanyRequest, asked: Asked, currency: str) -> list[OpenItem]:
    key = request.GET.get("key", "-")
    number = read_number(key)
    is_group = asked.form.grouping == "parent"
    return open_items(
        request.company,
        as_of=asked.as_of,
        position=asked.position,
        customer_id=None if is_group else number,
        root_id=number if is_group else None,
        unidentified=number is None,
        currency=currency or None,
    )


def _members(request: CompanyRequest, asked: Asked, currency: str) -> tuple[list[AgingRow], int]:
    """The customers behind a row by owner, segment or currency, the largest first, and how many they are."""
    key = request.GET.get("key", "-")
    standing = _standing(request, asked) if currency else None
    if standing is not None:
        return member_rows(standing, by=asked.form.grouping, key=key, currency=currency, limit=ITEMS_SHOWN)
    made = aging(
        request.company,
        as_of=asked.as_of,
        position=asked.position,
        basis=asked.form.basis_name,
        edges=asked.form.edges,
        currency=currency or None,
        base=True,
    )
    chosen = Customer.objects.filter(company=request.company)
    if asked.form.grouping == "owner":
        chosen = chosen.filter(owner_id=read_number(key)) if key != "-" else chosen.filter(owner_id=None)
    elif asked.form.grouping == "segment":
        chosen = chosen.filter(segment="" if key == "-" else key)
    ids: set[int | None] = set(chosen.values_list("pk", flat=True))
    if key == "-" or asked.form.grouping == "currency":
        ids.add(None)  # money of unknown payers has neither owner nor segment
    members = sorted((row for row in made.rows if row.key in ids), key=rank)
    return members[:ITEMS_SHOWN], len(members)


def _base_total(totals: Sequence[AgingRow], base_currency: str) -> AgingRow:
    """All currencies of the report in base currency, at the documents' rates."""
    buckets = tuple(sum(column, ZERO) for column in zip(*(row.base_buckets for row in totals), strict=True))
    unapplied = sum((row.base_unapplied for row in totals), ZERO)
    return AgingRow(None, base_currency, buckets, unapplied, sum(buckets, unapplied))


def _shares(total: AgingRow) -> list[Decimal | None]:
    """Each bucket as a share of all debits."""
    debits = sum(total.buckets, ZERO)
    return [amount / debits if debits else None for amount in total.buckets]


def _key(row: AgingRow) -> str:
    return SEPARATOR.join([f"{row.base_total:f}", str(row.key or ""), row.currency])


def _after(request: CompanyRequest) -> list[str]:
    parts = request.GET.get("after", "").split(SEPARATOR)
    if len(parts) != 3:
        return []
    try:
        return parts if Decimal(parts[0]).is_finite() else []
    except InvalidOperation:
        return []
