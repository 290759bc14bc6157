"""A payment history lived through again, day by day: what the nightly work decides, and what plain Python says it must.

The oracle reads the file's own rows and shares no code with the product: a document is open from its issue to the day
before its settlement, reminders follow the usual five steps, cycles are told apart evening by evening.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from arap.core.models import Company, User
from arap.ledger.models import Item
from cases.actions import set_hold
from customers.models import Contact, Customer
from dunning.queries.runs import Decided

STEPS = {1: 1, 15: 2, 30: 3, 60: 4}
BEFORE_DUE_DAYS = 3


class Paper(NamedTuple):
    """A row of the file; `amount` as it is written there, to the cent."""

    customer: str
    number: str
    amount: str
    issued_on: date
    due_on: date
    settled_on: date


class Line(NamedTuple):
    """One line of the replay's table: who was told what about what."""

    day: date
    customer: str
    step: int
    items: tuple[tuple[str, str, int], ...]  # number, open, days


class Held(NamedTuple):
    """A hold on a customer (no number) or on one of its documents, first and last day."""

    customer: str
    number: str
    first: date
    last: date


def read(path: Path, pattern: str) -> list[Paper]:
    """The rows of a file of late payments that hold water; heads are told apart without their case."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [{name.lower(): value for name, value in row.items()} for row in csv.DictReader(lines)]

    def on(text: str) -> date:
        return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - the file knows days only

    papers = []
    for row in rows:
        try:
            days = [on(row[name]) for name in ("invoicedate", "duedate", "settleddate")]
        except ValueError:
            continue
        papers.append(Paper(row["customerid"], row["invoicenumber"], row["invoiceamount"], *days))
    return papers


@dataclass
class Memory:
    """What the oracle keeps of a customer: the highest step said in the cycle, whether anything overdue was ever said,
    the day on which the cycle began with the first step although the debt was older, and what was announced before due.
    """

    said: int = 0
    was_reminded: bool = False
    began_gently_on: date | None = None
    announced: set[str] = field(default_factory=set)


def oracle(
    papers: list[Paper], days: list[date], holds: list[Held], silent: set[str]
) -> tuple[list[Line], list[tuple[date, str, str]]]:
    """(who is told what, who is left out and why) on each of the consecutive `days`."""
    by_customer: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        by_customer[paper.customer].append(paper)
    memories: dict[str, Memory] = defaultdict(Memory)
    lines, left_out = [], []
    for day in days:
        for customer in sorted(by_customer):
            answer = _told(by_customer[customer], day, holds, memories[customer], customer in silent)
            if isinstance(answer, str):
                left_out.append((day, customer, answer))
            elif answer is not None:
                step, told = answer
                items = tuple((p.number, f"{float(p.amount):.2f}", (day - p.due_on).days) for p in told)
                lines.append(Line(day, customer, step, items))
    return lines, left_out


def _told(
    papers: list[Paper], day: date, holds: list[Held], memory: Memory, is_silent: bool
) -> tuple[int, list[Paper]] | str | None:
    left = [paper for paper in papers if paper.issued_on <= day < paper.settled_on]
    left.sort(key=lambda paper: (paper.due_on, paper.number))
    late = [paper for paper in left if day > paper.due_on]
    if not late:
        memory.said, memory.began_gently_on = 0, None
    soon = [paper for paper in left if 0 <= (paper.due_on - day).days <= BEFORE_DUE_DAYS]
    force = [hold for hold in holds if hold.first <= day <= hold.last and hold.customer == papers[0].customer]
    held = {hold.number for hold in force}

    def by_age(some: list[Paper]) -> int:
        return max((STEPS[at] for paper in some for at in STEPS if (day - paper.due_on).days >= at), default=0)

    def step_of(some: list[Paper]) -> int:
        if memory.began_gently_on is not None:
            passed = (day - memory.began_gently_on).days  # the first step stands at day 1
            return min(by_age(some), max(STEPS[at] for at in STEPS if at - 1 <= passed))
        return by_age(some) if memory.was_reminded else min(by_age(some), 1)

    def fresh(some: list[Paper]) -> list[Paper]:
        return [paper for paper in some if paper.number not in memory.announced]

    if step_of(late) <= memory.said and not fresh(soon):
        return None
    free_late = [paper for paper in late if paper.number not in held]
    free_soon = [paper for paper in soon if paper.number not in held]
    if "" in held or (step_of(free_late) <= memory.said and not fresh(free_soon)):
        return "hold"
    if is_silent:
        return "no_address"
    if step_of(free_late) > memory.said:
        memory.said = step_of(free_late)
        if memory.said < by_age(free_late) and memory.began_gently_on is None:
            memory.began_gently_on = day
        memory.was_reminded = True
        return memory.said, free_late
    memory.announced |= {paper.number for paper in free_soon}
    return 0, free_late + free_soon


def settle_people(company: Company, by: User, papers: list[Paper], days: list[date]) -> tuple[list[Held], set[str]]:
    """Give the customers of a loaded history addresses and languages, and put some of them, and some items, on hold."""
    customers = list(Customer.objects.filter(company=company).order_by("code"))
    silent = {customer.code for customer in customers[::13]}
    for customer in customers[::2]:
        customer.language = "zh-hans"
    Customer.objects.bulk_update(customers, ["language"])
    Contact.objects.bulk_create(
        Contact(
            company=company, customer=customer, name="Accounts", email=f"{customer.pk}@x.example", receives=["reminder"]
        )
        for customer in customers
        if customer.code not in silent
    )
    holds = [
        Held(customer.code, "", days[5 + at], days[25 + at]) for at, customer in enumerate(customers[3::11]) if at < 20
    ]
    open_then = [paper for paper in papers if paper.issued_on <= days[20] and paper.settled_on > days[20]]
    holds += [
        Held(paper.customer, paper.number, days[10], days[40])
        for paper in sorted(open_then, key=lambda p: p.number)[::4]
    ]
    known = {customer.code: customer for customer in customers}
    items = dict(Item.objects.filter(company=company, amount__gt=0).values_list("document__number", "pk"))
    for hold in holds:
        item = Item.objects.get(pk=items[hold.number]) if hold.number else None
        set_hold(
            company, known[hold.customer], item=item, reason="dispute", starts_on=hold.first, ends_on=hold.last, by=by
        )
    return holds, silent


def lines_of(day: date, table: Decided) -> list[Line]:
    """A day of the product's table in the form of the oracle's."""
    return [
        Line(
            day,
            decision.customer,
            decision.step,
            tuple((item.number, f"{item.open_amount:.2f}", item.days) for item in decision.items),
        )
        for decision in table.decisions
    ]


def consecutive(first: date, count: int = 60) -> list[date]:
    return [first + timedelta(days=at) for at in range(count)]


def printed(lines: list[Line], whys: dict[tuple[date, str], str]) -> str:
    """The table for people: day, customer, step, items with days, why."""
    return "\n".join(
        f"{line.day}  {line.customer:<12}  {line.step}  "
        + ", ".join(f"{number} {amount} ({days:+d})" for number, amount, days in line.items)
        + f"  | {whys[line.day, line.customer]}"
        for line in lines
    )
