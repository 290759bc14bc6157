"""Refunds in the browser: asked for from the document, decided, ordered by a file, paid, refused, returned."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import AuditEntry, CompanyBankAccount, User
from arap.ledger.models import Item
from customers.actions import approve_bank_account, propose_bank_account
from customers.models import BankAccount
from receipts.models import Payout, Refund
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
LIST, FILES, INBOX = "/receipts/refunds/", "/receipts/pay-outs/", "/approvals/refund/"


@pytest.fixture
def account(story: Story, clerk: User, controller: User) -> BankAccount:
    made = propose_bank_account(
        story.haichen, holder="Haichen", bank="BOC", account_no="622200001111", proof="call", by=clerk
    )
    return approve_bank_account(story.company, made.pk, by=controller)


@pytest.fixture
def own(story: Story) -> CompanyBankAccount:
    return CompanyBankAccount.objects.create(
        company=story.company, name="Acme", bank="BOC", account_no="62229999", currency="CNY"
    )


@pytest.fixture
def boss(controller: User) -> Client:
    """The controller's own browser."""
    browser = Client()
    browser.force_login(controller)
    return browser


def credit_of(story: Story) -> Item:
    return Item.objects.get(document=story.waiting.document_id)


def new(story: Story) -> str:
    return f"{LIST}new/{credit_of(story).pk}/"


def asked(client: Client, story: Story, account: BankAccount, amount: str = "500.00") -> str:
    """Ask for a refund; returns the address of its page."""
    sent = {"amount": amount, "account": account.pk, "reason": "Paid twice"}
    return str(client.post(new(story), sent)["Location"])


def test_without_an_account_the_page_says_what_to_do(as_clerk: Client, story: Story) -> None:
    assert new(story) in as_clerk.get(f"/documents/{story.waiting.document_id}/", follow=True).content.decode()
    assert "No approved bank account of this customer is known" in text_of(as_clerk.get(new(story)))
    assert "choose “Refund” beside its open item" in text_of(as_clerk.get(LIST))


def test_errors_stand_beside_their_fields(as_clerk: Client, story: Story, account: BankAccount) -> None:
    answer = as_clerk.post(new(story), {"amount": "x", "account": "", "reason": ""})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"amount", "account", "reason"}
    answer = as_clerk.post(new(story), {"amount": "500.01", "account": account.pk, "reason": "x"})
    assert answer.context["form"].errors["amount"] == ["Only 500.00 of it is open and not reserved."]


def test_from_the_request_to_the_bank_and_back(
    as_clerk: Client, boss: Client, story: Story, account: BankAccount, own: CompanyBankAccount
) -> None:
    at = asked(as_clerk, story, account)
    told = text_of(as_clerk.get(at))
    assert "Dr 1122 Accounts receivable 500.00 Cr 1002 Bank 500.00" in told
    assert "Nothing of this credit is free" in text_of(as_clerk.get(new(story)))
    pk = Refund.objects.get().pk
    assert "It may be paid to 622200001111 at BOC, held by Haichen." in text_of(boss.get(f"{INBOX}{pk}/"))
    boss.post(f"{INBOX}{pk}/approve/")
    assert "No approved refund waits" not in text_of(as_clerk.get(f"{FILES}new/"))
    answer = as_clerk.post(f"{FILES}new/", {"refund": [], "bank_account": own.pk, "execute_on": ""})
    assert answer.status_code == 422
    answer = as_clerk.post(f"{FILES}new/", {"refund": [pk], "bank_account": own.pk, "execute_on": ""}, follow=True)
    payout = Payout.objects.get()
    assert payout.xml.sha256 in text_of(answer)
    saved = as_clerk.get(f"{FILES}{payout.pk}/xml/")
    assert b"pain.001.001.09" in saved.content
    assert b"500.00" in as_clerk.get(f"{FILES}{payout.pk}/csv/").content
    assert payout.message_id in text_of(as_clerk.get(FILES))
    assert "1 refund is in the book." in text_of(as_clerk.post(f"{FILES}{payout.pk}/paid/", {"on": ""}, follow=True))
    assert credit_of(story).open_amount == 0
    assert as_clerk.post(f"{FILES}{payout.pk}/paid/", {"on": ""}).status_code == 409
    back = f"{at}return/"
    assert "Dr 1002 Bank 500.00" in text_of(as_clerk.get(back))
    assert as_clerk.post(back, {"reason": "", "key": "-"}).status_code == 422
    as_clerk.post(back, {"reason": "closed account", "key": "-"})
    assert credit_of(story).open_amount == Decimal(-500)
    assert "This refund is not in the book" in text_of(as_clerk.get(back))
    verbs = AuditEntry.objects.filter(object_type="receipts.refund").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["refund.request", "refund.approve", "refund.pay", "refund.return"]


def test_nobody_approves_their_own(boss: Client, story: Story, account: BankAccount) -> None:
    at = asked(boss, story, account)
    assert "You asked for it, so somebody else approves it." in text_of(boss.get(at))
    assert boss.post(f"{at}approve/").status_code == 409
    assert boss.post(f"{at}reject/", {"reason": "x"}).status_code == 409
    assert Refund.objects.get().state == "requested"


def test_rejected_cancelled_and_refused_by_the_bank(
    as_clerk: Client, boss: Client, story: Story, account: BankAccount, own: CompanyBankAccount
) -> None:
    first = asked(as_clerk, story, account)
    assert boss.post(f"{first}reject/", {"reason": ""}).status_code == 422
    boss.post(f"{first}reject/", {"reason": "they owe us"})
    assert "they owe us" in text_of(as_clerk.get(first))
    second = asked(as_clerk, story, account)
    assert as_clerk.post(f"{second}cancel/", {"reason": ""}).status_code == 422
    as_clerk.post(f"{second}cancel/", {"reason": "they want goods"})
    assert as_clerk.post(f"{second}cancel/", {"reason": "again"}).status_code == 409
    third = asked(as_clerk, story, account)
    boss.post(f"{third}approve/")
    pk = Refund.objects.get(state="approved").pk
    as_clerk.post(f"{FILES}new/", {"refund": [pk], "bank_account": own.pk, "execute_on": ""})
    as_clerk.post(f"{third}refused/", {"reason": "AC04"})
    assert {made.state for made in Refund.objects.all()} == {"rejected", "cancelled", "failed"}
    assert "AC04" in text_of(as_clerk.get(third))
    assert credit_of(story).open_amount == Decimal(-500)
