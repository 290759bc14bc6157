"""What became of a run: counts by state, totals beside the book, rows in pages, who was left out."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Min, Q, Sum

from arap.core.models import Company
from arap.outbox.about import STATE_CODES, messages_about_ids
from arap.outbox.models import Message
from statements.models import (
    PaperLanguage,
    Statement,
    StatementBalance,
    StatementRun,
    StatementRunTotal,
    StatementSkipped,
)
from statements.models.choices import Unsent
from statements.queries.book import ZERO, BookTotal, book_totals
from statements.queries.recipients import Recipient, recipients

# In the order of the bar. The state of a statement is that of its latest message, once it has one.
STATES = ("sent", "sending", "unknown", "bounced", "failed", "pending", "ready", "making", "cancelled", "skipped")
ABOUT = "statements.statement"

_STATE = """
case when s.pdf_state = 'failed' then 'failed'
     when m.state is not null then m.state
     when s.unsent = 'stopped' then 'cancelled'
     when s.unsent <> '' then 'skipped'
     when s.pdf_state = 'waiting' then 'making'
     when s.released_at is null then 'ready'
     else 'pending' end"""
_FROM = f"""
  from (select s.*, {_STATE} as state, m.state as message_state, m.id as message_id, m.last_error
          from statements_statement s
          left join lateral (
            select * from outbox_message m
             where m.company_id = s.company_id and m.about_type = '{ABOUT}' and m.about_id = s.id
             order by m.id desc limit 1) m on true
         where s.company_id = %(company)s and {{where}}) s
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A statement in a list: its state, why it is not further, who gets or would get it, and its closing balances."""

    statement_id: int
    number: str
    customer_id: int
    name: str
    name_local: str
    is_active: bool
    as_of: date
    language: str
    state: str
    unsent: str
    left_out_reason: str
    problem: str
    pdf_state: str
    run_state: str
    to_name: str
    to_address: str
    message_id: int | None
    balances: list[tuple[str, Decimal]]

    @property
    def state_code(self) -> str:
        """The state as a key of STATES."""
        return state_code(self.state)

    @property
    def language_words(self) -> str:
        """The language of the paper, in words."""
        return str(PaperLanguage(self.language).label)

    @property
    def why(self) -> str:
        """Why it is not sent, or was not taken; "" where there is nothing to explain."""
        if self.left_out_reason and self.unsent == Unsent.EXCLUDED:
            return self.left_out_reason
        if self.run_state in BEFORE_RELEASE and not self.unsent:
            held = "" if self.is_active else Unsent.INACTIVE
            held = held or ("" if self.to_address else Unsent.NO_ADDRESS)
        else:
            held = self.unsent
        return str(Unsent(held).label) if held and held != Unsent.STOPPED else self.problem

    @property
    def next_act(self) -> str:
        """What somebody can do about it now, "" where it takes its course: `leave_out`, `put_back`, `send_one`,
        `send_again`, `address`, `retry_pdf`, `decide` (about its message)."""
        if self.run_state == StatementRun.State.DISCARDED:
            return ""
        if self.pdf_state == Statement.Pdf.FAILED:
            return "retry_pdf"
        if self.message_id is not None:
            return MESSAGE_ACTS.get(Message.State(self.state), "")
        if self.run_state in BEFORE_RELEASE:
            if self.unsent == Unsent.EXCLUDED:
                return "put_back"
            if not self.is_active or self.unsent:
                return ""
            return "leave_out" if self.to_address else "address"
        if self.unsent == Unsent.STOPPED:
            return "send_again"
        if self.unsent:
            return "send_one" if self.to_address else "address"
        return ""


# What can be done about a statement whose latest message is in a state.
MESSAGE_ACTS = {
    Message.State.SENT: "send_again",
    Message.State.CANCELLED: "send_again",
    Message.State.BOUNCED: "address",
    Message.State.FAILED: "decide",
    Message.State.UNKNOWN: "decide",
}
# What is on its way without anybody doing anything.
MOVING = ("making", "pending", "sending")
BEFORE_RELEASE = (StatementRun.State.MAKING, StatementRun.State.RENDERING, StatementRun.State.READY)


# The states of runs as keys of STATES.
RUN_CODES = {
    StatementRun.State.MAKING: "running",
    StatementRun.State.RENDERING: "running",
    StatementRun.State.READY: "to_release",
    StatementRun.State.RELEASED: "released",
    StatementRun.State.STOPPED: "cancelled",
    StatementRun.State.DISCARDED: "discarded",
}


def run_code(run: StatementRun) -> str:
    """The state of a run as a key of STATES."""
    return RUN_CODES[StatementRun.State(run.state)]


def state_code(state: str) -> str:
    """What became of a statement, as a key of STATES: its own word until it is sent, then its message's."""
    own = state not in Message.State.values or state == Message.State.CANCELLED
    return f"statement_{state}" if own else STATE_CODES.get(state, state)


_FOUND = "strpos(lower(concat_ws(E'\\n', c.code, c.name, c.name_local, s.number)), lower(%(text)s)) > 0"
_ROWS = """
select s.id, s.number, s.customer_id, c.name, c.name_local, c.is_active, s.as_of, s.language, s.state,
       s.unsent, s.left_out_reason, coalesce(nullif(s.pdf_error, ''), s.last_error, ''), s.pdf_state,
       coalesce(r.state, ''), s.to_name, s.to_address, s.message_id,
       (select array_agg(b.currency || ' ' || b.closing order by b.currency) from statements_statementbalance b
         where b.statement_id = s.id)
{source} join customers_customer c on c.id = s.customer_id
  left join statements_statementrun r on r.id = s.run_id
 where true {more} order by s.id {order} limit %(limit)s
"""


def rows_of_run(
    run: StatementRun, *, state: str = "", ids: list[int] | None = None, text: str = "", after: int, limit: int
) -> tuple[list[Row], bool]:
    """A page of a run's statements in order of their numbers, those after the id `after`; and whether more follow.

    All of them or those of one state, those of `ids`, those whose customer's code or name or whose number has `text`.
    """
    more = " and s.id > %(after)s" + (" and s.state = %(state)s" if state else "")
    if ids is not None:
        more += " and s.id = any(%(ids)s)"
    if text:
        more += f" and {_FOUND}"
    parameters = {
        "company": run.company_id, "run": run.pk, "state": state, "ids": ids, "text": text, "after": after,
        "limit": limit + 1,
    }  # fmt: skip
    rows = _rows(run.company, "s.run_id = %(run)s", more, "", parameters)
    return rows[:limit], len(rows) > limit


def skipped_of_run(run: StatementRun, *, text: str = "", after: int, limit: int) -> tuple[list[StatementSkipped], bool]:
    """A page of the customers for whom the run made no statement, those after the id `after`; and whether more follow.

    Each with its customer. `text` as for rows_of_run.
    """
    rows = StatementSkipped.objects.filter(run=run, pk__gt=after).select_related("customer").order_by("pk")
    if text:
        named = Q(customer__name__icontains=text) | Q(customer__name_local__icontains=text)
        rows = rows.filter(named | Q(customer__code__icontains=text))
    found = list(rows[: limit + 1])
    return found[:limit], len(found) > limit


def next_try(run: StatementRun) -> datetime | None:
    """When the first of the run's messages that wait is tried next; None where none waits."""
    own = Statement.objects.filter(run=run).values("pk")
    waiting = messages_about_ids(run.company, Statement, own).filter(state=Message.State.PENDING)  # type: ignore[arg-type]
    found: datetime | None = waiting.aggregate(first=Min("next_attempt_at"))["first"]
    return found


def latest_rows(company: Company, *, customer_id: int | None, before: int | None, limit: int) -> tuple[list[Row], bool]:
    """A page of the latest statements, of one customer or of all, those before the id `before`; and whether more
    follow. Those of discarded runs are not among them."""
    where = "s.customer_id = %(customer)s" if customer_id else "true"
    where += " and not exists (select from statements_statementrun r where r.id = s.run_id and r.state = 'discarded')"
    if before:
        where += " and s.id < %(before)s"
    where = f"s.id in (select id from statements_statement s where s.company_id = %(company)s and {where} order by id desc limit %(limit)s)"  # noqa: S608, E501
    parameters = {"company": company.pk, "customer": customer_id, "before": before, "limit": limit + 1}
    rows = _rows(company, where, "", "desc", parameters)
    return rows[:limit], len(rows) > limit


def row_of(statement: Statement) -> Row:
    """One statement as a list shows it."""
    parameters = {"company": statement.company_id, "one": statement.pk, "limit": 1}
    return _rows(statement.company, "s.id = %(one)s", "", "", parameters)[0]


def _rows(company: Company, where: str, more: str, order: str, parameters: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(source=_FROM.format(where=where), more=more, order=order), parameters)
        found = cursor.fetchall()
    names = Row.__slots__
    rows = [Row(**dict(zip(names, (*row[:-1], [_pair(text) for text in row[-1] or []]), strict=True))) for row in found]
    # Who would get what nobody has been chosen for yet: asked in one place, so that the page shows whom it will reach.
    known = recipients(company, [row.customer_id for row in rows if not row.to_address])
    return [row if row.to_address else _addressed(row, known.get(row.customer_id)) for row in rows]


def _addressed(row: Row, to: Recipient | None) -> Row:
    return replace(row, to_name=to.name, to_address=to.address) if to else row


def _pair(text: str) -> tuple[str, Decimal]:
    currency, amount = text.split(" ")
    return currency, Decimal(amount)


def counts(run: StatementRun) -> dict[str, int]:
    """State -> how many, in the order of the bar, only those that there are. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select s.state, count(*) {_FROM.format(where='s.run_id = %(run)s')} group by 1",
            {"company": run.company_id, "run": run.pk},
        )
        found = dict(cursor.fetchall())
    return {state: found[state] for state in STATES if state in found}


def left_out(run: StatementRun) -> list[tuple[str, str]]:
    """(customer code, reason) of those who get no message, by code. Before release: those who would get none."""
    skipped = list(
        StatementSkipped.objects.filter(run=run).values_list("customer__code", "reason").order_by("customer__code")
    )
    rows = list(
        Statement.objects.filter(run=run, released_at=None).values_list(
            "customer_id", "customer__code", "customer__is_active", "unsent"
        )
    )
    addressed = recipients(run.company, [row[0] for row in rows if not row[3]])
    for pk, code, is_active, unsent in rows:
        reason = unsent or ("" if is_active else Unsent.INACTIVE) or ("" if pk in addressed else Unsent.NO_ADDRESS)
        if reason:
            skipped.append((code, str(reason)))
    return sorted(skipped)


@dataclass(frozen=True, slots=True)
class Tie:
    """One currency: the run's statements, money of unknown payers, and what both must equal."""

    currency: str
    statements: Decimal
    unidentified: Decimal
    aging: Decimal
    control: Decimal | None

    @property
    def difference(self) -> Decimal:
        """Zero, or the run does not say what the book says. Control accounts know no segment."""
        together = self.statements + self.unidentified
        return together - self.aging or (Decimal(0) if self.control is None else together - self.control)


def ties(run: StatementRun) -> list[Tie]:
    """The run beside aging and, for all customers, the control accounts, at the run's day and position. Two queries.

    What the book says was kept when the run was begun; for an older run it is read again.
    """
    sums = StatementBalance.objects.filter(statement__run=run).values_list("currency").annotate(total=Sum("closing"))
    said = dict(sums.order_by())
    book = {total.currency: total for total in StatementRunTotal.objects.filter(run=run) or book_totals(run)}
    nothing = BookTotal(currency="", aging=ZERO, unidentified=ZERO, control=None if run.segment else ZERO)
    found = []
    for code in sorted(said.keys() | book.keys()):
        total = book.get(code, nothing)
        found.append(Tie(code, said.get(code, ZERO), total.unidentified, total.aging, total.control))
    return found
