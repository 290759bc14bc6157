"""identify: money of an unknown payer becomes a customer's, and can then be applied."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import User
from customers.models import PayerAccount
from receipts.actions import NewReceipt, identify_receipt, record_receipt
from receipts.models import Receipt
from tests.pages import check_method, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/receipts/{story.lost.pk}/identify/"


def test_afterwards_it_can_be_applied(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"customer": "C-10482", "on": "", "key": "i"}, follow=True)
    page = answer.context["page"]
    assert (page.left, page.unidentified) == (77, 0)
    assert "Oldest first" in text_of(answer)


@pytest.mark.parametrize(
    ("customer", "on", "sentence"),
    [
        ("", "", "Type a customer’s code."),
        ("C-99", "", "There is no customer “C-99”."),
        ("C-10482", "31/2", "31/2 is not a date."),
        ("C-10482", "2026-01-01", "before"),
        ("C-10482", "+1", "This day lies in the future."),
    ],
)
def test_what_is_wrong_is_said(as_clerk: Client, story: Story, customer: str, on: str, sentence: str) -> None:
    answer = as_clerk.post(url(story), {"customer": customer, "on": on, "key": "i"})
    assert answer.status_code in (409, 422)
    assert sentence in text_of(answer)
    assert answer.context["page"].unidentified == 77


def test_a_second_time_it_is_refused(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story), {"customer": "C-10482", "key": "i1"})
    answer = as_clerk.post(url(story), {"customer": "C-10290", "key": "i2"})
    assert answer.status_code == 409


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.post(url(story), {"customer": "C-10482", "key": "i"}).status_code == 404


def test_get_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story), wrong="get")


def test_a_part_of_it(as_clerk: Client, story: Story) -> None:
    form = {"customer": "C-10482", "amount": "=50+2", "key": "i"}
    page = as_clerk.post(url(story), form, follow=True).context["page"]
    assert (page.left, page.unidentified) == (52, 25)
    answer = as_clerk.post(url(story), {**form, "amount": "25.01", "key": "j"})
    assert "Only 25.00 of this receipt is unidentified." in text_of(answer)
    assert as_clerk.post(url(story), {**form, "amount": "abc", "key": "j"}).status_code == 422


def lost_again(story: Story, clerk: User, **fields: str) -> Receipt:
    new = NewReceipt(amount=Decimal(2000), currency="CNY", received_on=story.today, **fields)  # type: ignore[arg-type]
    return Receipt.objects.get(pk=record_receipt(story.company, new, by=clerk).receipt_id)


def guessed(client: Client, receipt: Receipt) -> list[tuple[str, list[str]]]:
    return [(each.customer.code, each.reasons) for each in client.get(f"/receipts/{receipt.pk}/").context["guesses"]]


def test_whose_it_may_be_with_every_reason(as_clerk: Client, clerk: User, story: Story) -> None:
    PayerAccount.objects.create(company=story.company, customer=story.qiming, account_no="6222-1")
    found = lost_again(
        story,
        clerk,
        payer_account="6222-1",
        payer_name="宁波海辰模具有限公司",
        remittance=f"for {number_of(story.young)}",
    )
    assert guessed(as_clerk, found) == [
        ("C-10290", ["The account is registered as the customer’s."]),
        (
            "C-10482",
            [
                f"The text names {number_of(story.young)}.",
                "The payer’s name is the customer’s.",
                f"{number_of(story.young)} is open with exactly this amount.",
            ],
        ),
    ]
    answer = as_clerk.get(f"/receipts/{found.pk}/")
    assert answer.context["identify_form"]["customer"].value() == "C-10290", "the surest is filled in"


def test_money_identified_before_teaches(as_clerk: Client, clerk: User, story: Story) -> None:
    first = lost_again(story, clerk, payer_account="777")
    assert guessed(as_clerk, first) == [("C-10482", [f"{number_of(story.young)} is open with exactly this amount."])]
    assert as_clerk.get(f"/receipts/{first.pk}/").context["identify_form"]["customer"].value() == "", "a weak trace"
    identify_receipt(story.company, first.pk, story.qiming.pk, on=story.today, by=clerk)
    second = lost_again(story, clerk, payer_account="777")
    assert guessed(as_clerk, second)[0] == ("C-10290", ["1 earlier receipt came from this account."])


def test_a_reference_of_an_order_is_a_trace(as_clerk: Client, clerk: User, story: Story) -> None:
    assert guessed(as_clerk, lost_again(story, clerk, remittance="货款PO-2号"))[0][0] == "C-10482"


def test_nothing_points_anywhere(as_clerk: Client, story: Story) -> None:
    assert "Neither account, name, text nor amount points to a customer." in text_of(
        as_clerk.get(f"/receipts/{story.lost.pk}/")
    )
