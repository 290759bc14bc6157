"""Asked before a reminder leaves: whether it is still true, and what becomes of it when it is not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arap.core.models import Company, User
from arap.outbox.actions import cancel
from arap.outbox.actions.sending import drain
from arap.outbox.models import Message
from cases.actions import release_hold, set_hold
from cases.models import Hold
from customers.models import Contact
from dunning import guards
from dunning.actions import stop_run
from dunning.guards import still_due
from dunning.models import Notice
from dunning.queries.fates import fates
from dunning.queries.runs import table_of
from dunning.queries.truth import why_not_due
from tests.dunning.conftest import Desk, remind_on
from tests.mail import MailServer

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 10)


def day(over: int) -> date:
    return DUE + timedelta(days=over)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`clock(over)`: for the guard it is that many days after the due date."""

    def set_to(over: int) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                on = day(over)
                return datetime(on.year, on.month, on.day, 2, tzinfo=UTC).astimezone(tz)

        monkeypatch.setattr(guards, "datetime", Clock)

    set_to(1)
    return set_to


def sent(mail_server: MailServer) -> list[str]:
    """Hand over what is due; the subjects of what arrived by now."""
    drain()
    return [str(taken.message["Subject"]) for taken in mail_server.received]


def steps(desk: Desk, over: int) -> list[tuple[str, int]]:
    return [(each.customer, each.step) for each in table_of(remind_on(desk.company, day(over))).decisions]


class TestStillTrue:
    def test_due(self, desk: Desk, clock: Any) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        assert still_due(Message.objects.get()) == ""

    @pytest.mark.parametrize(("amount", "cause"), [("100.00", "settled"), ("30.00", "changed")])
    def test_paid_or_partly_paid(self, desk: Desk, clock: Any, amount: str, cause: str) -> None:
        item = desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        desk.pay(item, amount, day(2))
        assert why_not_due(Notice.objects.get(), as_of=day(1)) is None, "on the day itself it was open"
        clock(2)
        assert item.document.number in still_due(Message.objects.get())
        assert Notice.objects.get().reason == f"{cause}:{item.document.number}"

    def test_money_on_account(self, desk: Desk, clock: Any) -> None:
        customer = desk.customer("A")
        desk.invoice(customer, "100.00", DUE)
        remind_on(desk.company, day(1))
        desk.receive(customer, "5.00", day(2))
        clock(2)
        assert "not applied" in still_due(Message.objects.get())

    def test_a_hold_says_by_whom_until_when_and_why(self, desk: Desk, clock: Any, collector: User) -> None:
        customer = desk.customer("A")
        item = desk.invoice(customer, "100.00", DUE)
        remind_on(desk.company, day(1))
        set_hold(
            desk.company, customer, item=item, reason="promise", note="by Friday", starts_on=day(1), ends_on=day(9),
            by=collector,
        )  # fmt: skip
        words = "On hold until 19 Mar 2026: Payment promised, by Friday. Set by Collector."
        assert still_due(Message.objects.get()) == words
        (fate,) = fates(list(Notice.objects.all()), today=day(1)).values()
        assert (fate.state, fate.reason) == ("on_hold", words)

    def test_a_hold_is_heard_at_once(self, desk: Desk, clock: Any, collector: User, mail_server: MailServer) -> None:
        """Not only when a message that could not leave is tried again."""
        customer, other = desk.customer("A"), desk.customer("B")
        desk.invoice(customer, "100.00", DUE)
        desk.invoice(other, "100.00", DUE)
        remind_on(desk.company, day(1))
        Message.objects.update(next_attempt_at=datetime(2999, 1, 1, tzinfo=UTC))
        set_hold(desk.company, customer, reason="dispute", starts_on=day(1), by=collector)
        assert sent(mail_server) == []
        assert dict(Message.objects.values_list("customer_id", "state")) == {
            customer.pk: "cancelled",
            other.pk: "pending",
        }

    def test_a_hold_that_was_released_is_none(self, desk: Desk, clock: Any, collector: User) -> None:
        customer = desk.customer("A")
        desk.invoice(customer, "100.00", DUE)
        remind_on(desk.company, day(1))
        hold = set_hold(desk.company, customer, reason="other", starts_on=day(1), by=collector)
        release_hold(Hold.objects.get(pk=hold.pk), on=day(1), by=collector)
        assert still_due(Message.objects.get()) == ""

    def test_chinese(self, desk: Desk, clock: Any) -> None:
        item = desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        desk.pay(item, "100.00", day(2))
        Company.objects.filter(pk=desk.company.pk).update(language="zh-hans")
        clock(2)
        assert "结清" in still_due(Message.objects.get())

    def test_a_day_that_has_not_come(self, desk: Desk, clock: Any) -> None:
        """Whatever its run was decided on, nobody is told today that something is overdue tomorrow."""
        desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        clock(0)
        assert still_due(Message.objects.get()) == "The day it speaks of has not come yet."

    def test_the_day_counts_not_the_run(self, desk: Desk, clock: Any) -> None:
        """A payment dated after today has not arrived yet."""
        item = desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        desk.pay(item, "100.00", day(5))
        assert still_due(Message.objects.get()) == ""


class TestDecidedAnew:
    def test_what_its_guard_called_off(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        item = desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        desk.pay(item, "30.00", day(1))
        assert sent(mail_server) == []
        assert Message.objects.get().state == "cancelled"
        assert steps(desk, 2) == [("A", 1)]
        clock(2)
        assert len(sent(mail_server)) == 1

    def test_what_was_announced(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        item = desk.invoice(desk.customer("A"), "100.00", DUE)
        assert steps(desk, -3) == [("A", 0)]
        desk.pay(item, "30.00", day(-3))
        clock(-3)
        assert sent(mail_server) == []
        assert steps(desk, -2) == [("A", 0)]
        assert steps(desk, -1) == []

    def test_not_what_a_person_cancelled(self, desk: Desk, controller: User) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        cancel(Message.objects.get(), by=controller)
        assert [steps(desk, over) for over in (2, 3, 14)] == [[], [], []]
        (fate,) = fates(list(Notice.objects.all()), today=day(1)).values()
        assert fate.state == "not_sent"
        assert "counts as done" in fate.reason
        assert steps(desk, 15) == [("A", 2)], "the next step is another matter"

    def test_not_what_a_person_cancelled_before_due(self, desk: Desk, controller: User) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(-3))
        cancel(Message.objects.get(), by=controller)
        assert steps(desk, -2) == []

    def test_not_what_reached_somebody(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        customer = desk.customer("A")
        Contact.objects.create(
            company=desk.company, customer=customer, name="Second", email="b@x.example", receives=["reminder"]
        )
        item = desk.invoice(customer, "100.00", DUE)
        remind_on(desk.company, day(1))
        second = Message.objects.latest("pk")
        Message.objects.filter(pk=second.pk).update(next_attempt_at=datetime(2999, 1, 1, tzinfo=UTC))
        assert len(sent(mail_server)) == 1
        desk.pay(item, "30.00", day(1))
        assert "has changed" in still_due(second)
        assert Notice.objects.get().state == "released"
        assert steps(desk, 2) == []


class TestAfterAnOutage:
    """Nothing left for weeks; then all that waited is asked on one day."""

    def test_only_the_last_overdue_step_goes(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        assert [steps(desk, over) for over in (1, 15, 30)] == [[("A", 1)], [("A", 2)], [("A", 3)]]
        clock(31)
        (subject,) = sent(mail_server)
        assert subject == "Overdue for 30 days: CNY 100.00"
        assert list(Notice.objects.order_by("pk").values_list("state", "reason")) == [
            ("cancelled", "superseded"),
            ("cancelled", "superseded"),
            ("released", ""),
        ]
        assert steps(desk, 31) == []
        assert steps(desk, 60) == [("A", 4)]

    def test_the_order_of_asking_does_not_matter(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        remind_on(desk.company, day(1))
        remind_on(desk.company, day(15))
        late, early = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
        first, second = Message.objects.order_by("pk")
        Message.objects.filter(pk=first.pk).update(next_attempt_at=late)
        Message.objects.filter(pk=second.pk).update(next_attempt_at=early)
        clock(16)
        assert sent(mail_server) == ["Reminder: CNY 100.00 is overdue, oldest by 15 days"]

    def test_the_last_that_is_still_true(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        customer = desk.customer("A")
        desk.invoice(customer, "100.00", DUE)
        remind_on(desk.company, day(1))
        second = desk.invoice(customer, "50.00", day(2))
        remind_on(desk.company, day(15))
        desk.pay(second, "50.00", day(15))
        clock(15)
        assert sent(mail_server) == ["Friendly reminder: CNY 100.00 is past due"]
        assert [notice.reason for notice in Notice.objects.order_by("pk")] == ["", f"settled:{second.document.number}"]
        assert steps(desk, 16) == [("A", 2)]

    def test_before_due_and_overdue_are_different_things(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        customer = desk.customer("A")
        desk.invoice(customer, "100.00", DUE)
        desk.invoice(customer, "50.00", day(4))
        assert [steps(desk, over) for over in (1, 2)] == [[("A", 1)], [("A", 0)]]
        clock(3)
        assert sorted(subject.split(":")[0] for subject in sent(mail_server)) == ["Due soon", "Friendly reminder"]

    def test_what_fell_due_is_not_announced(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        item = desk.invoice(desk.customer("A"), "100.00", DUE)
        assert [steps(desk, over) for over in (-3, 1)] == [[("A", 0)], [("A", 1)]]
        clock(1)
        assert sent(mail_server) == ["Friendly reminder: CNY 100.00 is past due"]
        assert Notice.objects.earliest("pk").reason == f"fell_due:{item.document.number}"

    def test_an_announcement_that_a_later_one_repeats(self, desk: Desk, clock: Any, mail_server: MailServer) -> None:
        customer = desk.customer("A")
        desk.invoice(customer, "100.00", DUE)
        desk.invoice(customer, "50.00", day(1))
        assert [steps(desk, over) for over in (-3, -2)] == [[("A", 0)], [("A", 0)]]
        clock(-2)
        (subject,) = sent(mail_server)
        assert "150.00" in subject
        assert steps(desk, -1) == [], "both were announced by the later one"


class TestStopping:
    def test_what_waits_in_the_outbox_does_not_leave(
        self, desk: Desk, clock: Any, controller: User, mail_server: MailServer
    ) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        run = remind_on(desk.company, day(1))
        assert stop_run(run, by=controller) == 1
        assert sent(mail_server) == []
        assert Message.objects.get().state == "cancelled"
        assert Notice.objects.get().reason == "stopped"
        assert steps(desk, 2) == [("A", 1)], "the next day decides anew"

    def test_what_a_worker_holds_is_refused_by_its_guard(self, desk: Desk, clock: Any, controller: User) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        run = remind_on(desk.company, day(1))
        held = Message.objects.get()
        lease = {"lease_owner": "6a5f7a52-0000-4000-8000-000000000001", "lease_until": datetime(2999, 1, 1, tzinfo=UTC)}
        Message.objects.update(state="sending", **lease)
        assert stop_run(run, by=controller) == 0
        assert "stopped" in still_due(held)
        assert Notice.objects.get().reason == "stopped"

    def test_what_left_has_left(self, desk: Desk, clock: Any, controller: User, mail_server: MailServer) -> None:
        desk.invoice(desk.customer("A"), "100.00", DUE)
        run = remind_on(desk.company, day(1))
        assert len(sent(mail_server)) == 1
        assert stop_run(run, by=controller) == 0
        assert Notice.objects.get().state == "released"
        assert steps(desk, 2) == []
