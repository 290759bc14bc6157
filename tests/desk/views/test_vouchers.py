"""vouchers: what waits, making and printing them, and templates."""

from datetime import date

import pytest
from django.test import Client

from arap.core.models import Company, User
from arap.ledger.models import Account, VoucherBatch, VoucherTemplate
from tests.ledger.book import Bookkeeper, customers
from tests.pages import check_method, check_roles, text_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 10)


@pytest.fixture
def keeper(company: Company, clerk: User) -> Bookkeeper:
    keeper = Bookkeeper(company=company, by=clerk)
    keeper.invoice(customers(company, "ALPHA")[0], "113.00", DAY, currency="CNY")
    return keeper


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """Who makes vouchers."""
    client.force_login(controller)
    return client


def test_from_the_template_to_the_file(as_controller: Client, company: Company, keeper: Bookkeeper) -> None:
    assert "No template yet" in text_of(as_controller.get("/vouchers/"))
    bank = Account.objects.get(company=company, role="receivable").pk
    new = {"name": "U8", "grouping": "day", "word": "记", "by_customer": "on", f"code_{bank}": "1131"}
    assert as_controller.post("/vouchers/templates/new/", {**new, "name": ""}).status_code == 422
    assert as_controller.post("/vouchers/templates/new/", new).status_code == 302
    assert as_controller.post("/vouchers/templates/new/", new).status_code == 422, "the name is taken"
    made = VoucherTemplate.objects.get()
    words = text_of(as_controller.get("/vouchers/"))
    assert "113.00" in words
    assert as_controller.post("/vouchers/make/", {}).status_code == 422
    answer = as_controller.post("/vouchers/make/", {"template": made.pk})
    batch = VoucherBatch.objects.get()
    assert answer["Location"] == f"/vouchers/{batch.pk}/"
    words = text_of(as_controller.get(answer["Location"]))
    assert "Book ties" in words
    assert "记-0001" in words
    first = as_controller.get(f"/vouchers/{batch.pk}/export/?as=csv")
    assert first.content.decode("utf-8-sig").splitlines()[1].startswith("记-0001,2026-01-10,1,,1131,")
    assert as_controller.get(f"/vouchers/{batch.pk}/export/?as=csv").content == first.content
    assert b"Assets:1131" in as_controller.get(f"/vouchers/{batch.pk}/export/?as=beancount").content
    assert as_controller.get(f"/vouchers/{batch.pk}/export/?as=pdf").status_code == 302
    again = as_controller.post("/vouchers/make/", {"template": made.pk})
    assert (again.status_code, "already" in text_of(again)) == (409, True)


def test_a_template_is_changed(as_controller: Client, company: Company) -> None:
    made = VoucherTemplate.objects.create(company=company, name="U8")
    url = f"/vouchers/templates/{made.pk}/"
    assert "U8" in text_of(as_controller.get(url))
    as_controller.post(url, {"name": "K3", "grouping": "month", "word": "转"})
    made.refresh_from_db()
    assert (made.name, made.grouping, made.word, made.by_customer) == ("K3", "month", "转", False)


def test_who_may_look(company: Company) -> None:
    check_roles(company, "voucher.view", "/vouchers/")


def test_who_may_make(company: Company) -> None:
    check_roles(company, "voucher.make", "/vouchers/make/", method="post")


def test_methods(as_controller: Client) -> None:
    check_method(as_controller, "/vouchers/make/", wrong="get")
