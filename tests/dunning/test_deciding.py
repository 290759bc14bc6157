"""A day's reminders on the real book."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arap.core.errors import Invalid
from arap.core.models import User
from arap.outbox.models import Message
from cases.models import Hold
from customers.models import Contact
from dunning.actions import decide_run, exclude_notice, rehearsed, release_run
from dunning.models import (
    CustomerPolicy,
    Cycle,
    DunningMinimum,
    DunningPolicy,
    DunningRun,
    DunningStep,
    Notice,
    Skipped,
)
from dunning.queries.runs import Decided, table_of
from tests.dunning.conftest import Desk, remind_on

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 10)


def day(over: int) -> date:
    return DUE + timedelta(days=over)


def run(desk: Desk, on: date) -> Decided:
    return table_of(remind_on(desk.company, on))


def decided(desk: Desk, on: date) -> DunningRun:
    return decide_run(desk.company, as_of=on, today=on, by=None)


def said(table: Decided) -> list[tuple[str, int, list[tuple[str, int]]]]:
    return [(d.customer, d.step, [(i.number, i.days) for i in d.items]) for d in table.decisions]


def test_the_steps_of_one_invoice(desk: Desk) -> None:
    item = desk.invoice(desk.customer("A"), "100.00", DUE)
    number = item.document.number
    found = {over: said(run(desk, day(over))) for over in range(-5, 70)}
    assert {over: steps for over, steps in found.items() if steps} == {
        over: [("A", step, [(number, over)])] for step, over in enumerate((-3, 1, 15, 30, 60))
    }
    assert Message.objects.count() == 5
    assert Cycle.objects.get().started_on == day(1)


def test_missed_steps_are_not_made_up_for(desk: Desk) -> None:
    DunningPolicy.objects.update(opening_step=None)
    desk.invoice(desk.customer("A"), "100.00", DUE)
    assert [step for _c, step, _i in said(run(desk, day(40)))] == [3]
    assert said(run(desk, day(41))) == []
    assert [step for _c, step, _i in said(run(desk, day(61)))] == [4]


def test_one_message_for_all_items_and_a_new_one_starts_nothing_anew(desk: Desk) -> None:
    customer = desk.customer("A")
    first = desk.invoice(customer, "100.00", DUE)
    second = desk.invoice(customer, "50.00", day(5))
    assert said(run(desk, day(1)))[0][1:] == (1, [(first.document.number, 1)])
    assert [step for _c, step, _i in said(run(desk, day(3)))] == [0], "the second falls due soon"
    assert said(run(desk, day(6))) == [], "step 1 was said in this cycle"
    expected = [(first.document.number, 15), (second.document.number, 10)]
    assert said(run(desk, day(15)))[0][1:] == (2, expected)


def test_a_cycle_ends_when_nothing_is_overdue(desk: Desk) -> None:
    customer = desk.customer("A")
    first = desk.invoice(customer, "100.00", DUE)
    second = desk.invoice(customer, "50.00", day(20))
    run(desk, day(1))
    desk.pay(first, "100.00", day(3))
    run(desk, day(3))
    assert Cycle.objects.get().ended_on == day(3)
    assert said(run(desk, day(21))) == [("A", 1, [(second.document.number, 1)])]
    assert Cycle.objects.filter(ended_on=None).get().started_on == day(21)


def test_a_cycle_that_ended_between_two_runs_is_noticed(desk: Desk) -> None:
    customer = desk.customer("A")
    first = desk.invoice(customer, "100.00", DUE)
    desk.invoice(customer, "50.00", day(20))
    run(desk, day(16))
    desk.pay(first, "100.00", day(18))
    assert [step for _c, step, _i in said(run(desk, day(22)))] == [1]
    assert list(Cycle.objects.order_by("pk").values_list("started_on", "ended_on")) == [
        (day(1), day(18)),
        (day(21), None),
    ]


def test_a_cycle_that_was_handed_over_goes_on(desk: Desk) -> None:
    """The second item is overdue on the evening on which the first is settled."""
    customer = desk.customer("A")
    first = desk.invoice(customer, "100.00", DUE)
    desk.invoice(customer, "50.00", day(17))
    run(desk, day(16))
    desk.pay(first, "100.00", day(18))
    assert said(run(desk, day(22))) == []
    assert Cycle.objects.count() == 1


def test_overdue_goes_before_what_falls_due_soon(desk: Desk) -> None:
    customer = desk.customer("A")
    late = desk.invoice(customer, "100.00", DUE).document.number
    soon = desk.invoice(customer, "50.00", day(4)).document.number
    assert said(run(desk, day(1))) == [("A", 1, [(late, 1)])]
    assert said(run(desk, day(2))) == [("A", 0, [(late, 2), (soon, -2)])]
    assert said(run(desk, day(3))) == []


@pytest.mark.parametrize(
    ("credit", "minimum", "reason"),
    [("40.00", None, None), ("100.00", None, "credit"), ("60.00", "50.00", "minimum"), ("50.00", "50.00", None)],
)
def test_credits_and_the_minimum(desk: Desk, credit: str, minimum: str | None, reason: str | None) -> None:
    customer = desk.customer("A")
    desk.invoice(customer, "100.00", DUE)
    desk.receive(customer, credit, DUE)
    if minimum:
        policy = DunningPolicy.objects.get()
        DunningMinimum.objects.create(company=desk.company, policy=policy, currency="CNY", amount=Decimal(minimum))
    table = run(desk, day(1))
    assert table.skipped == ((("A", reason),) if reason else ())
    assert len(table.decisions) == (0 if reason else 1)
    if not reason:
        total = Notice.objects.get().totals.get()
        assert (total.overdue, total.credit) == (Decimal(100), -Decimal(credit))


def test_currencies_are_judged_each_on_its_own(desk: Desk) -> None:
    customer = desk.customer("A")
    yuan = desk.invoice(customer, "100.00", DUE)
    dollars = desk.invoice(customer, "30.00", DUE, currency="USD")
    desk.receive(customer, "100.00", DUE)
    assert said(run(desk, day(1))) == [("A", 1, [(dollars.document.number, 1)])]
    assert yuan.open_amount == 100


def test_holds(desk: Desk) -> None:
    whole, part = desk.customer("A"), desk.customer("B")
    desk.invoice(whole, "100.00", DUE)
    held, free = desk.invoice(part, "100.00", DUE), desk.invoice(part, "60.00", DUE)
    Hold.objects.create(company=desk.company, customer=whole, reason="dispute", starts_on=DUE, ends_on=day(3))
    Hold.objects.create(company=desk.company, customer=part, item=held, reason="promise", starts_on=DUE)
    table = run(desk, day(1))
    assert said(table) == [("B", 1, [(free.document.number, 1)])]
    assert table.skipped == (("A", "hold"),)
    assert said(run(desk, day(4)))[0][0] == "A", "the hold is over"


def test_who_has_no_address_or_no_policy(desk: Desk) -> None:
    silent, spared, fast = desk.customer("A", email=""), desk.customer("B"), desk.customer("C")
    for customer in (silent, spared, fast):
        desk.invoice(customer, "100.00", DUE)
    policy = DunningPolicy.objects.create(company=desk.company, name="Fast")
    DunningStep.objects.create(company=desk.company, policy=policy, number=7, days=1, tone="firm")
    CustomerPolicy.objects.create(company=desk.company, customer=spared, policy=None)
    CustomerPolicy.objects.create(company=desk.company, customer=fast, policy=policy)
    table = run(desk, day(1))
    assert table.skipped == (("A", "no_address"), ("B", "no_policy"))
    assert [(code, step) for code, step, _items in said(table)] == [("C", 7)]


def test_reminders_wait_for_a_business_day(desk: Desk) -> None:
    DunningPolicy.objects.update(business_days="wait")
    desk.invoice(desk.customer("A"), "100.00", date(2026, 3, 13))
    saturday = date(2026, 3, 14)
    assert run(desk, saturday).skipped == (("A", "day_off"),)
    assert said(run(desk, saturday + timedelta(days=1))) == []
    assert [(step, items[0][1]) for _c, step, items in said(run(desk, saturday + timedelta(days=2)))] == [(1, 3)]


def test_a_date_keeps_its_run(desk: Desk) -> None:
    customer = desk.customer("A")
    desk.invoice(customer, "100.00", DUE)
    first = run(desk, day(1))
    desk.invoice(customer, "70.00", DUE)
    assert run(desk, day(1)) == first
    assert (DunningRun.objects.count(), Message.objects.count()) == (1, 1)


def test_what_nobody_released_gives_way_to_the_next_run(desk: Desk) -> None:
    desk.invoice(desk.customer("A"), "100.00", DUE)
    decided(desk, day(1))
    second = decided(desk, day(2))
    assert [(d.step, d.items[0].days) for d in table_of(second).decisions] == [(1, 2)]
    old = Notice.objects.exclude(run=second).get()
    assert (old.state, old.reason) == ("cancelled", "superseded")
    assert release_run(old.run, by=None, as_of=day(2)) == (0, 0)
    assert release_run(second, by=None, as_of=day(2)) == (1, 0)
    assert said(run(desk, day(3))) == []


def test_what_was_left_out_is_not_proposed_again(desk: Desk, controller: User) -> None:
    desk.invoice(desk.customer("A"), "100.00", DUE)
    first = decided(desk, day(1))
    exclude_notice(Notice.objects.get(), reason="on the phone today", by=controller)
    release_run(first, by=controller, as_of=day(1))
    assert Message.objects.count() == 0
    assert first.state == "released"
    assert said(run(desk, day(2))) == []
    assert [step for _c, step, _i in said(run(desk, day(15)))] == [2]


def test_a_preview_leaves_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.invoice(desk.customer("A"), "100.00", DUE)
    DunningPolicy.objects.all().delete()
    with rehearsed(desk.company, as_of=day(1)) as rehearsal:
        before = table_of(rehearsal)
    assert [d.step for d in before.decisions] == [1]
    assert before.messages == 1
    assert not any(model.objects.exists() for model in (DunningRun, Cycle, Notice, Skipped, DunningPolicy, Message))
    after = run(desk, day(1))
    assert (after.decisions, after.messages, after.by_step) == (before.decisions, before.messages, before.by_step)


def test_the_command(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    item = desk.invoice(desk.customer("A"), "100.00", DUE)
    desk.invoice(desk.customer("B", email=""), "9.00", DUE)
    arguments = ["run_dunning", "--company", "acme", "--as-of", day(-3).isoformat(), "--format", "json"]
    call_command(*arguments, "--preview")
    rehearsal = json.loads(capsys.readouterr().out)
    call_command(*arguments)
    first = json.loads(capsys.readouterr().out)
    call_command(*arguments)
    assert json.loads(capsys.readouterr().out) == first
    assert rehearsal == {**first, "run": None}
    why = first["decisions"][0].pop("why")
    assert item.document.number in why
    assert first == {
        "run": DunningRun.objects.get().pk,
        "customers": 1,
        "messages": 1,
        "by_step": {"0": 1},
        "skipped": [{"customer": "B", "reason": "no_address"}],
        "decisions": [
            {"customer": "A", "step": 0, "items": [{"number": item.document.number, "open": "100.00", "days": -3}]}
        ],
    }


def test_everybody_who_receives_reminders_gets_one(desk: Desk) -> None:
    customer = desk.customer("A")
    desk.invoice(customer, "100.00", DUE)
    Contact.objects.create(
        company=desk.company, customer=customer, name="Second", email="b@x.example", receives=["reminder"]
    )
    Contact.objects.create(
        company=desk.company, customer=customer, name="Third", email="c@x.example", receives=["invoice"]
    )
    assert run(desk, day(1)).messages == 2
    assert set(Message.objects.values_list("to_address", flat=True)) == {"ap@x.example", "b@x.example"}


def test_a_day_that_has_not_come_is_not_decided(desk: Desk) -> None:
    with pytest.raises(Invalid, match="today or a day before"):
        decide_run(desk.company, as_of=day(2), today=day(1), by=None)
    assert not DunningRun.objects.exists()


def test_the_command_refuses_a_day_that_has_not_come(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run_dunning", "--company", "acme", "--as-of", "2999-01-01", "--format", "json"]
    with pytest.raises(CommandError, match="today or a day before"):
        call_command(*arguments)
    assert not DunningRun.objects.exists()
    call_command(*arguments, "--preview")
    assert json.loads(capsys.readouterr().out)["run"] is None, "a preview may look ahead"


def test_an_earlier_day_does_not_repeat_what_a_later_one_said(desk: Desk) -> None:
    DunningPolicy.objects.update(opening_step=None)
    desk.invoice(desk.customer("A"), "100.00", DUE)
    run(desk, day(16))
    assert said(run(desk, day(2))) == []
    assert [step for _c, step, _i in said(run(desk, day(30)))] == [3]


def test_queries_do_not_grow_with_the_customers(desk: Desk, django_assert_max_num_queries: Callable[..., Any]) -> None:
    for at in range(12):
        desk.invoice(desk.customer(f"C{at}"), "100.00", DUE)
    with django_assert_max_num_queries(75):
        made = decided(desk, day(1))
    with django_assert_max_num_queries(30):
        assert release_run(made, by=None, as_of=day(1)) == (12, 0)
    with django_assert_max_num_queries(6):
        assert len(table_of(made).decisions) == 12
