"""The rules of reminders, as tables; cycles on random lives of a customer; the words of templates."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.rules import (
    DEFAULT_STEPS,
    Balance,
    Debtor,
    Reason,
    Reminder,
    Span,
    Step,
    decide,
    fill,
    has_code,
    reached,
    spans,
    unknown_placeholders,
)

USUAL = [Step(number, days) for number, days in DEFAULT_STEPS]


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (-4, None), (-3, 0), (-1, 0), (0, 0), (1, 1), (14, 1), (15, 2), (29, 2), (30, 3), (59, 3), (60, 4), (5000, 4),
    ],
)  # fmt: skip
def test_the_step_an_item_has_reached(days: int, step: int | None) -> None:
    assert reached(USUAL, days) == step


def test_a_step_before_due_is_over_with_the_due_date() -> None:
    assert spans([Step(2, 10), Step(0, -7), Step(1, -2)]) == [Span(0, -7, -3), Span(1, -2, 0), Span(2, 10, 1_000_000)]
    assert reached([Step(0, -7), Step(2, 10)], 5) is None
    assert reached([Step(0, 0), Step(1, 1)], 0) == 0
    assert spans([]) == []


def balance(
    overdue: int = 0, soon: int = 0, credit: int = 0, step: int | None = None, soon_step: int | None = None,
    currency: str = "CNY", held: int | None = None,
) -> Balance:  # fmt: skip
    """Amounts are whole units; `held` is the step that a held item has reached."""
    with_held = max((each for each in (step, held) if each is not None), default=None)
    return Balance(
        currency=currency, overdue=Decimal(overdue), soon=Decimal(soon), credit=Decimal(credit), step=step,
        soon_step=soon_step, step_with_held=with_held, soon_step_with_held=soon_step,
    )  # fmt: skip


LATE, SOON = balance(overdue=100, step=2), balance(soon=40, soon_step=0)
BOTH = balance(overdue=100, soon=40, step=2, soon_step=0)
DOLLARS = balance(overdue=30, step=3, currency="USD")


@pytest.mark.parametrize(
    ("debtor", "answer"),
    [
        # steps rise, and each is said once
        (Debtor(balances=[LATE]), Reminder(2, False, (LATE,))),
        (Debtor(balances=[LATE], said=1), Reminder(2, False, (LATE,))),
        (Debtor(balances=[LATE], said=2), None),
        (Debtor(balances=[LATE], said=3), None),
        (Debtor(balances=[]), None),
        # before due
        (Debtor(balances=[SOON]), Reminder(0, True, (SOON,))),
        (Debtor(balances=[SOON], said=4), Reminder(0, True, (SOON,))),
        (Debtor(balances=[BOTH]), Reminder(2, False, (BOTH,))),
        (Debtor(balances=[BOTH], said=2), Reminder(0, True, (BOTH,))),
        # credits: 100 less 60 is 40; covered to the cent is covered
        (Debtor(balances=[balance(100, credit=-60, step=2)]), Reminder(2, False, (balance(100, credit=-60, step=2),))),
        (Debtor(balances=[balance(100, credit=-100, step=2)]), Reason.CREDIT),
        (Debtor(balances=[balance(100, credit=-130, step=2)]), Reason.CREDIT),
        # the minimum is reached at its own amount
        (Debtor(balances=[LATE], minimums={"CNY": Decimal(100)}), Reminder(2, False, (LATE,))),
        (Debtor(balances=[LATE], minimums={"CNY": Decimal("100.01")}), Reason.MINIMUM),
        (Debtor(balances=[LATE], minimums={"USD": Decimal(500)}), Reminder(2, False, (LATE,))),
        # currencies each on their own: the one left out takes its step along
        (Debtor(balances=[LATE, DOLLARS]), Reminder(3, False, (LATE, DOLLARS))),
        (Debtor(balances=[LATE, DOLLARS], minimums={"USD": Decimal(50)}), Reminder(2, False, (LATE,))),
        (Debtor(balances=[LATE, DOLLARS], said=2, minimums={"USD": Decimal(50)}), Reason.MINIMUM),
        # below the minimum when overdue alone, above it with what falls due soon
        (Debtor(balances=[BOTH], minimums={"CNY": Decimal(120)}), Reminder(0, True, (BOTH,))),
        # holds
        (Debtor(balances=[LATE], is_held=True), Reason.HOLD),
        (Debtor(balances=[LATE], is_held=True, said=2), None),
        (Debtor(balances=[balance(held=3)]), Reason.HOLD),
        (Debtor(balances=[balance(100, step=1, held=3)], said=1), Reason.HOLD),
        (Debtor(balances=[balance(100, step=2, held=3)], said=1), Reminder(2, False, (balance(100, step=2, held=3),))),
        # the rest
        (Debtor(balances=[LATE], has_address=False), Reason.NO_ADDRESS),
        (Debtor(balances=[LATE], is_day_off=True), Reason.DAY_OFF),
        (Debtor(balances=[LATE], has_policy=False, is_overdue=True), Reason.NO_POLICY),
        (Debtor(balances=[SOON], has_policy=False), None),
        # the strongest reason is given
        (Debtor(balances=[balance(9, credit=-9, step=2)], is_held=True, has_address=False), Reason.HOLD),
        (Debtor(balances=[balance(9, credit=-9, step=2)], has_address=False), Reason.CREDIT),
    ],
)  # fmt: skip
def test_decide(debtor: Debtor, answer: object) -> None:
    assert decide(debtor) == answer


items = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 120)), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(lives=items)
def test_whatever_a_customer_owes(lives: list[tuple[int, int]]) -> None:
    """Items fall due on a day and are settled some days later. Day by day: within a cycle steps rise strictly, so none
    is said twice; every cycle that lasts speaks on its first day; nothing is said on a day on which nothing is late.
    """
    said: int | None = None
    for day in range(230):
        late = [day - due for due, lasts in lives if due < day < due + lasts]
        if not late:
            said = None
            assert decide(Debtor(balances=[], said=said)) is None
            continue
        steps = [step for over in late if (step := reached(USUAL, over)) is not None]
        owed = balance(len(late), step=max(steps))
        answer = decide(Debtor(balances=[owed], said=said, is_overdue=True))
        if said is None:
            assert isinstance(answer, Reminder), "the first evening of a cycle"
        if isinstance(answer, Reminder):
            assert said is None or answer.number > said
            assert answer.number == max(steps)
            said = answer.number
        else:
            assert said is not None
            assert max(steps) <= said


class TestWords:
    def test_words_are_filled_in(self) -> None:
        assert fill("{customer} owes {total}", {"customer": "海辰", "total": "CNY 1.00"}) == "海辰 owes CNY 1.00"

    @pytest.mark.parametrize(
        "text",
        [
            "{{ settings.SECRET_KEY }}",
            "{{customer}}",
            "{% load x %}{% include 'base.html' %}",
            "{customer.company.tax_id}",
            "{customer!r}",
            "{0}",
            "{unknown}",
            "{}",
            "{",
            "%(customer)s $customer",
        ],
    )
    def test_anything_else_stays_text(self, text: str) -> None:
        assert fill(text, {"customer": "X", "company": "Y"}) == text

    def test_a_value_is_never_looked_into(self) -> None:
        assert fill("{customer}", {"customer": "{total}", "total": "1"}) == "{total}"

    def test_what_stands_for_nothing_is_found(self) -> None:
        assert unknown_placeholders("{customer} {name} {name} {{x}} {Total}") == ["name", "Total"]

    @pytest.mark.parametrize(("text", "found"), [("{{ x }}", True), ("{% x %}", True), ("{#x#}", True), ("{x}", False)])
    def test_template_code_is_found(self, text: str, found: bool) -> None:
        assert has_code(text) == found
