"""delegations, delegation_new, delegation_end: approvals are lent for a while, told, and taken back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from arap.core import approvals
from arap.core.actions.delegations import delegate
from arap.core.errors import Forbidden, Refused
from arap.core.models import AuditEntry, Company, Delegation, Membership, Role, User
from arap.ledger.models import Item
from receipts.actions import NewReceipt, record_receipt
from receipts.actions.writing_off import request_write_off
from receipts.models import ConfirmationLimit, Receipt, WriteOff
from tests.pages import text_of
from tests.people import hire
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db
LIST, NEW = "/approvals/delegations/", "/approvals/delegations/new/"


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.fixture
def manager(company: Company) -> User:
    return hire(company, "manager", Role.CREDIT_MANAGER)


@pytest.fixture
def at_managers(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def given_up(story: Story, by: User) -> WriteOff:
    """Asks for a controller, as no band says otherwise."""
    item = Item.objects.get(document=story.late.document_id)
    return request_write_off(
        story.company, item.pk, Decimal(600), reason="insolvency", explanation="x", on=story.today, by=by
    )


def lent(story: Story, giver: User, taker: User, days: int = 5) -> Delegation:
    today = timezone.localdate()
    last = today + timedelta(days=days)
    return delegate(
        story.company, giver=giver, taker=taker, first_on=today, last_on=last, reason="away", today=today, by=giver
    )


def test_handed_over_it_is_decided_for_them_and_told(
    client: Client, at_managers: Client, controller: User, manager: User, clerk: User, story: Story
) -> None:
    made = given_up(story, clerk)
    assert "Nothing waits for your decision" in text_of(at_managers.get("/approvals/"))
    client.force_login(controller)
    today = timezone.localdate()
    told = {"giver": controller.pk, "taker": manager.pk, "first_on": str(today), "last_on": str(today), "reason": "ill"}
    assert client.post(NEW, told).headers["Location"] == LIST
    assert "in force" in text_of(client.get(LIST))
    assert "CNY 600.00" in text_of(at_managers.get("/approvals/"))
    at = f"/approvals/write-off/{made.pk}/"
    assert f"You decide this for {controller.get_full_name()}" in text_of(at_managers.get(at))
    at_managers.post(f"{at}approve/")
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("posted", manager)
    entry = AuditEntry.objects.get(verb="approval.for")
    assert entry.after
    assert (entry.actor, entry.after["for"], entry.after["decision"]) == (manager, controller.username, "yes")


def test_also_what_only_a_controller_may_do(at_managers: Client, controller: User, manager: User, story: Story) -> None:
    """Confirming receipts is a verb that a credit manager does not have."""
    ConfirmationLimit.objects.create(company=story.company, currency="CNY", above=Decimal(100))
    new = NewReceipt(amount=Decimal(900), currency="CNY", received_on=story.today, customer_id=story.haichen.pk)
    waiting = record_receipt(story.company, new, by=controller).receipt_id
    lent(story, hire(story.company, "other-boss", Role.CONTROLLER), manager)
    at_managers.post(f"/approvals/receipt/{waiting}/approve/")
    assert Receipt.objects.get(pk=waiting).state == "confirmed"


def test_what_the_giver_asked_for_is_not_decided_by_it(
    at_managers: Client, controller: User, manager: User, story: Story
) -> None:
    made = given_up(story, controller)
    lent(story, controller, manager)
    assert "Nothing waits for your decision" in text_of(at_managers.get("/approvals/"))
    with pytest.raises(Forbidden):
        approvals.approve(story.company, "write-off", made.pk, on=story.today, by=manager)


def test_nor_what_the_taker_asked_for(controller: User, manager: User, story: Story) -> None:
    made = given_up(story, manager)
    lent(story, controller, manager)
    with pytest.raises(Refused) as caught:
        approvals.approve(story.company, "write-off", made.pk, on=story.today, by=manager)
    assert caught.value.code == "same_person"


def test_taken_back_over_or_without_the_role_it_counts_no_more(
    client: Client, at_managers: Client, controller: User, manager: User, clerk: User, story: Story
) -> None:
    given_up(story, clerk)
    made = lent(story, controller, manager)
    client.force_login(controller)
    client.post(f"{LIST}{made.pk}/end/")
    assert "Nothing waits for your decision" in text_of(at_managers.get("/approvals/"))
    assert "has ended already" in text_of(client.post(f"{LIST}{made.pk}/end/", follow=True))
    lent(story, controller, manager)
    assert "CNY 600.00" in text_of(at_managers.get("/approvals/"))
    Membership.objects.filter(user=controller).delete()
    assert "Nothing waits for your decision" in text_of(at_managers.get("/approvals/"))


def test_to_come_it_does_not_count_yet(
    at_managers: Client, controller: User, manager: User, clerk: User, story: Story
) -> None:
    given_up(story, clerk)
    day = timezone.localdate() + timedelta(days=2)
    delegate(
        story.company, giver=controller, taker=manager, first_on=day, last_on=day, reason="x",
        today=timezone.localdate(), by=controller,
    )  # fmt: skip
    assert "Nothing waits for your decision" in text_of(at_managers.get("/approvals/"))
    assert "to come" in text_of(at_managers.get(LIST))


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"taker": "self"}, "Choose a colleague"),
        ({"taker": "clerk"}, "Select a valid choice"),
        ({"last_on": -1}, "before the first"),
        ({"first_on": -3}, "lies in the past"),
        ({"last_on": 92}, "at most 92 days"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said(
    client: Client, controller: User, manager: User, clerk: User, changed: dict[str, object], words: str
) -> None:
    client.force_login(controller)
    today = timezone.localdate()
    told: dict[str, object] = {"giver": controller.pk, "taker": manager.pk, "first_on": 0, "last_on": 0, "reason": "x"}
    told |= changed
    told["taker"] = {"self": controller.pk, "clerk": clerk.pk}.get(str(told["taker"]), told["taker"])
    for name in ("first_on", "last_on"):
        told[name] = str(today + timedelta(days=int(str(told[name]))))
    answer = client.post(NEW, told)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Delegation.objects.exists()


def test_only_a_controller_hands_over_for_others(
    at_managers: Client, controller: User, manager: User, company: Company
) -> None:
    today = str(timezone.localdate())
    told = {"giver": controller.pk, "taker": manager.pk, "first_on": today, "last_on": today, "reason": "x"}
    at_managers.post(NEW, told)
    assert not Delegation.objects.exists(), "the field is not there: it would be theirs, to themselves"
    day = timezone.localdate()
    asked: dict[str, Any] = {"giver": controller, "taker": manager, "first_on": day, "last_on": day, "reason": "x"}
    with pytest.raises(Forbidden):
        delegate(company, today=day, by=manager, **asked)


@pytest.mark.parametrize("kind", sorted(approvals.kinds()))
def test_every_kind_refuses_who_asked_and_the_system(kind: str, company: Company) -> None:
    """Of each act that a room registers: its module judges before anything happens."""
    room = approvals.room(kind)
    assert room.VERB
    assert approvals.power_of(User(username="system", is_active=False), company).own == frozenset()
    boss = approvals.Power(7, frozenset(Role))
    assert not boss.decides(room.VERB, "", 7)
    assert boss.decides(room.VERB, "", 8)
