"""How whoever was never reminded begins: gently, whatever the age of the debt, unless the policy says otherwise."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.actions import decide_run, rehearsed
from dunning.models import DunningPolicy, DunningStep, Notice
from dunning.queries.runs import Decided, table_of
from dunning.rules import DEFAULT_STEPS, Opening, Step, ceiling
from tests.dunning.conftest import Desk, remind_on

DUE = date(2026, 3, 10)
USUAL = [Step(number, days) for number, days in DEFAULT_STEPS]
DAY = date(2026, 6, 1)


def day(over: int) -> date:
    return DUE + timedelta(days=over)


@pytest.mark.parametrize(
    ("opening_step", "was_reminded", "opening", "days", "highest"),
    [
        # the first reminder at all
        (1, False, None, 0, 1),
        (2, False, None, 0, 2),
        (9, False, None, 0, 4),
        (0, False, None, 0, 1),  # below the first step after due
        (None, False, None, 0, None),
        (1, True, None, 0, None),
        # then at the policy's own distances: 14, 29, 59 days after the one at 1 day
        (1, True, 1, 0, 1),
        (1, True, 1, 13, 1),
        (1, True, 1, 14, 2),
        (1, True, 1, 29, 3),
        (1, True, 1, 58, 3),
        (1, True, 1, 59, 4),
        (1, True, 15, 15, 3),
        (None, True, 1, 0, None),  # the policy was changed meanwhile
        (1, True, 1, -5, 1),  # an earlier day, decided later
    ],
)
def test_the_highest_step_allowed(
    opening_step: int | None, was_reminded: bool, opening: int | None, days: int, highest: int | None
) -> None:
    began = Opening(opening, DAY) if opening is not None else None
    on = DAY + timedelta(days=days)
    assert ceiling(USUAL, opening_step, opening=began, was_reminded=was_reminded, as_of=on) == highest


def test_a_policy_whose_first_step_lies_above() -> None:
    assert ceiling([Step(7, 10), Step(8, 20)], 1, opening=None, was_reminded=False, as_of=DAY) == 7
    assert ceiling([Step(0, -3)], 1, opening=None, was_reminded=False, as_of=DAY) is None


@settings(max_examples=200, deadline=None)
@given(first=st.integers(1, 4), passed=st.integers(0, 200))
def test_steps_never_run_ahead(first: int, passed: int) -> None:
    """The ceiling rises with the days, never falls below where it began, and by the distances of the policy."""
    days = dict(DEFAULT_STEPS)
    began = Opening(days[first], DAY)
    found = [
        ceiling(USUAL, first, opening=began, was_reminded=True, as_of=DAY + timedelta(days=at)) for at in (0, passed)
    ]
    assert found[0] == first
    assert found[1] is not None
    assert found[1] >= first
    assert days[found[1]] - days[first] <= passed


def said(table: Decided) -> list[int]:
    return [decision.step for decision in table.decisions]


@pytest.mark.django_db
class TestOnTheBook:
    def test_an_old_debt_begins_with_the_first_reminder(self, desk: Desk) -> None:
        item = desk.invoice(desk.customer("A"), "100.00", DUE)
        with rehearsed(desk.company, as_of=day(200)) as run:
            (decision,) = table_of(run).decisions
        assert decision.step == 1
        assert decision.why.startswith(f"{item.document.number} is 200 days overdue; never reminded before,")
        told = {over: said(table_of(remind_on(desk.company, day(over)))) for over in range(200, 262)}
        assert {over: steps for over, steps in told.items() if steps} == {200: [1], 214: [2], 229: [3], 259: [4]}

    def test_at_their_age_where_the_policy_says_so(self, desk: Desk) -> None:
        DunningPolicy.objects.update(opening_step=None)
        desk.invoice(desk.customer("A"), "100.00", DUE)
        assert said(table_of(remind_on(desk.company, day(200)))) == [4]

    def test_with_another_step(self, desk: Desk) -> None:
        DunningPolicy.objects.update(opening_step=2)
        desk.invoice(desk.customer("A"), "100.00", DUE)
        told = {over: said(table_of(remind_on(desk.company, day(over)))) for over in range(200, 216)}
        assert {over: steps for over, steps in told.items() if steps} == {200: [2], 215: [3]}

    def test_who_was_reminded_before_goes_on_at_the_age(self, desk: Desk) -> None:
        customer = desk.customer("A")
        first = desk.invoice(customer, "100.00", DUE)
        assert said(table_of(remind_on(desk.company, day(1)))) == [1]
        desk.pay(first, "100.00", day(2))
        desk.invoice(customer, "50.00", day(3))
        assert said(table_of(remind_on(desk.company, day(40)))) == [3]

    def test_a_reminder_of_a_later_day_does_not_count(self, desk: Desk) -> None:
        """An earlier day, decided afterwards, of a customer whose next cycle began meanwhile."""
        customer = desk.customer("A")
        first = desk.invoice(customer, "100.00", DUE)
        desk.pay(first, "100.00", day(60))
        desk.invoice(customer, "50.00", day(70))
        assert said(table_of(remind_on(desk.company, day(71)))) == [1]
        earlier = decide_run(desk.company, as_of=day(50), today=day(71), by=None)
        assert said(table_of(earlier)) == [1]

    def test_a_reminder_that_never_left_does_not_count(self, desk: Desk) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        with rehearsed(desk.company, as_of=day(100)) as run:
            assert said(table_of(run)) == [1]
        assert said(table_of(remind_on(desk.company, day(120)))) == [1]
        assert Notice.objects.get().age_step == 4

    def test_steps_of_another_policy(self, desk: Desk) -> None:
        policy = DunningPolicy.objects.get()
        DunningStep.objects.filter(number=1).update(number=10)
        DunningStep.objects.filter(number__in=(2, 3, 4)).delete()
        DunningStep.objects.create(company=desk.company, policy=policy, number=20, days=20, tone="firm")
        desk.invoice(desk.customer("A"), "100.00", DUE)
        told = {over: said(table_of(remind_on(desk.company, day(over)))) for over in range(50, 70)}
        assert {over: steps for over, steps in told.items() if steps} == {50: [10], 69: [20]}
