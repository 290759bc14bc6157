"""The approvals inbox: what waits for whom, what a yes would do, and that nobody decides their own."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, Role, User
from arap.ledger.models import Item
from customers.models import BankAccount
from receipts.actions import NewReceipt, record_receipt
from receipts.actions.writing_off import request_write_off
from receipts.models import ConfirmationLimit, Receipt, WriteOff, WriteOffBand
from tests.pages import signed_in, text_of
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db
INBOX = "/approvals/"
ACCOUNT = {
    "holder": "Ningbo Haichen Mould Co., Ltd.", "account_no": "DE89370400440532013000", "bank": "Commerzbank",
    "bic": "COBADEFFXXX", "proof": "Called Ms Wang at the number on the contract",
}  # fmt: skip


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


def given_up(story: Story, by: User) -> WriteOff:
    item = Item.objects.get(document=story.late.document_id)
    return request_write_off(
        story.company, item.pk, Decimal(600), reason="insolvency", explanation="Bankrupt.", on=story.today, by=by
    )


def large(story: Story, by: User) -> int:
    ConfirmationLimit.objects.create(company=story.company, currency="CNY", above=Decimal(100))
    new = NewReceipt(
        amount=Decimal(900), currency="CNY", received_on=story.today, customer_id=story.haichen.pk, remittance="Big one"
    )
    return record_receipt(story.company, new, by=by).receipt_id


def accounts_of(story: Story) -> str:
    return f"/customers/{story.haichen.pk}/bank-accounts/"


def test_all_kinds_stand_in_one_list(
    as_clerk: Client, client: Client, controller: User, clerk: User, story: Story
) -> None:
    given_up(story, clerk)
    large(story, clerk)
    as_clerk.post(f"{accounts_of(story)}new/", ACCOUNT)
    theirs = text_of(as_clerk.get(INBOX))
    assert "Nothing waits for your decision" in theirs
    assert "You asked for" in theirs
    client.force_login(controller)
    mine = text_of(client.get(INBOX))
    for words in ("CNY 600.00", "CNY 900.00", "Big one", "Commerzbank DE89 3704 0044 0532 0130 00"):
        assert words in mine
    assert "You asked for" not in mine


def test_a_credit_manager_sees_what_they_may_decide(company: Company, clerk: User, story: Story) -> None:
    """A band that asks for the controller, and receipts, are not theirs."""
    given_up(story, clerk)
    large(story, clerk)
    manager = signed_in(company, Role.CREDIT_MANAGER)
    assert "Nothing waits for your decision" in text_of(manager.get(INBOX))
    WriteOffBand.objects.create(company=company, above=Decimal(0), role=Role.CREDIT_MANAGER)
    item = Item.objects.get(document=story.young.document_id)
    request_write_off(company, item.pk, Decimal(5), reason="cost", explanation="Small.", on=story.today, by=clerk)
    assert "CNY 5.00" in text_of(manager.get(INBOX))


def test_the_effect_is_told_and_then_happens(client: Client, controller: User, clerk: User, story: Story) -> None:
    made = given_up(story, clerk)
    client.force_login(controller)
    at = f"{INBOX}write-off/{made.pk}/"
    told = text_of(client.get(at))
    assert "Dr 6702 Credit loss 600.00 Cr 1122 Accounts receivable 600.00" in told
    assert "Bankrupt." in told
    answer = client.post(f"{at}approve/", follow=True)
    assert "is approved." in text_of(answer)
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("posted", controller)
    assert client.get(at).status_code == 404, "it waits no more"


def test_a_no_says_why(client: Client, controller: User, clerk: User, story: Story) -> None:
    made = given_up(story, clerk)
    client.force_login(controller)
    at = f"{INBOX}write-off/{made.pk}/reject/"
    assert client.post(at, {"reason": ""}).status_code == 422
    client.post(at, {"reason": "Ask the court"})
    made.refresh_from_db()
    assert (made.state, made.decision) == ("rejected", "Ask the court")


def test_nobody_decides_their_own(client: Client, controller: User, story: Story) -> None:
    made = given_up(story, controller)
    client.force_login(controller)
    at = f"{INBOX}write-off/{made.pk}/"
    assert "You asked for it, so somebody else approves it." in text_of(client.get(at))
    for act in ("approve", "reject"):
        assert client.post(f"{at}{act}/", {"reason": "mine"}).status_code == 409
    made.refresh_from_db()
    assert made.state == "requested"


def test_a_receipt_is_confirmed_from_the_inbox(client: Client, controller: User, clerk: User, story: Story) -> None:
    pk = large(story, clerk)
    client.force_login(controller)
    assert "Dr 1002 Bank 900.00" in text_of(client.get(f"{INBOX}receipt/{pk}/"))
    client.post(f"{INBOX}receipt/{pk}/approve/")
    assert Receipt.objects.get(pk=pk).state == "confirmed"


def test_an_account_from_the_proposal_to_its_end(
    as_clerk: Client, client: Client, controller: User, story: Story
) -> None:
    at = accounts_of(story)
    assert "No bank account is known" in text_of(as_clerk.get(at))
    wrong = as_clerk.post(f"{at}new/", {**ACCOUNT, "account_no": "DE89370400440532013001", "proof": ""})
    assert wrong.status_code == 422
    wrong = as_clerk.post(f"{at}new/", {**ACCOUNT, "account_no": "DE89370400440532013001"})
    assert "This IBAN is not right" in text_of(wrong)
    assert "somebody else approves it" in text_of(as_clerk.post(f"{at}new/", ACCOUNT, follow=True))
    found = BankAccount.objects.get()
    assert as_clerk.post(f"{INBOX}bank-account/{found.pk}/approve/").status_code == 403
    client.force_login(controller)
    told = text_of(client.get(f"{INBOX}bank-account/{found.pk}/"))
    assert "Verified: Called Ms Wang at the number on the contract" in told
    client.post(f"{INBOX}bank-account/{found.pk}/approve/")
    assert "Approved" in text_of(as_clerk.get(at))
    retire = f"/customers/bank-accounts/{found.pk}/retire/"
    assert as_clerk.post(retire, {"reason": ""}).status_code == 422
    assert "Nothing is paid to this account any more." in text_of(
        as_clerk.post(retire, {"reason": "closed"}, follow=True)
    )
    assert as_clerk.post(retire, {"reason": "closed"}).status_code == 409
    assert AuditEntry.objects.filter(object_type="customers.bankaccount").count() == 3


def test_an_unknown_kind_is_not_there(client: Client, controller: User, story: Story) -> None:
    client.force_login(controller)
    assert client.get(f"{INBOX}whim/1/").status_code == 404
