"""A company's own fields: in the editor, on the page, in the filter of the list, in the history and in the admin."""

from typing import Any

import pytest
from django.test import Client

from arap.core.models import Company, User
from customers.actions import NewCustomer, create_customer, set_custom_values
from customers.models import Customer, CustomField
from tests.desk.views.test_customer_edit import typed
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(company: Company) -> CustomField:
    return CustomField.objects.create(
        company=company, name="Trade", name_local="行业", kind="choice", choices=["Retail", "Steel"], is_required=True
    )


@pytest.fixture
def since(company: Company) -> CustomField:
    return CustomField.objects.create(company=company, name="Customer since", kind="date", position=1)


@pytest.fixture
def alpha(company: Company) -> Customer:
    return create_customer(company, NewCustomer(code="A", name="Alpha", currency="CNY"), by=None)


def test_typed_in_the_editor_shown_on_the_page_and_in_the_history(
    as_clerk: Client, alpha: Customer, trade: CustomField, since: CustomField
) -> None:
    url = f"/customers/{alpha.pk}/edit/"
    data = typed(as_clerk.get(url))
    answer = as_clerk.post(url, {**data, f"custom_{trade.pk}": "", f"custom_{since.pk}": "someday"})
    assert set(answer.context["form"].errors) == {f"custom_{trade.pk}", f"custom_{since.pk}"}
    as_clerk.post(url, {**data, f"custom_{trade.pk}": "Steel", f"custom_{since.pk}": "2020-02-29"})
    page = text_of(as_clerk.get(f"/customers/{alpha.pk}/"))
    assert "Trade Steel" in page
    assert "Customer since 29 Feb 2020" in page
    assert "Trade – Steel" in text_of(as_clerk.get(f"/customers/{alpha.pk}/history/"))
    assert as_clerk.get(url).context["form"][f"custom_{trade.pk}"].value() == "Steel"


def test_what_others_wrote_meanwhile_stays(as_clerk: Client, alpha: Customer, trade: CustomField) -> None:
    set_custom_values(alpha, {trade.pk: "Retail"}, by=None)
    url = f"/customers/{alpha.pk}/edit/"
    data = typed(as_clerk.get(url))
    set_custom_values(alpha, {trade.pk: "Steel"}, by=None)
    as_clerk.post(url, {**data, "phone": "1"})
    alpha.refresh_from_db()
    assert (alpha.custom, alpha.phone) == ({str(trade.pk): "Steel"}, "1")


def test_a_new_customer_needs_what_is_required(as_clerk: Client, trade: CustomField) -> None:
    new = {"code": "N", "name": "New", "currency": "CNY", "language": "en"}
    assert as_clerk.post("/customers/new/", new).status_code == 422
    assert not Customer.objects.exists()
    as_clerk.post("/customers/new/", {**new, f"custom_{trade.pk}": "Retail"})
    assert Customer.objects.get().custom == {str(trade.pk): "Retail"}


def test_the_list_is_narrowed_by_a_choice(as_clerk: Client, company: Company, alpha: Customer, trade: Any) -> None:
    create_customer(company, NewCustomer(code="B", name="Beta", currency="CNY"), by=None)
    set_custom_values(alpha, {trade.pk: "Steel"}, by=None)

    def codes(asked: str) -> list[str]:
        return [row.code for row in as_clerk.get("/customers/", {"custom": asked, "sort": "code"}).context["page"].rows]

    assert codes(f"{trade.pk}:Steel") == ["A"]
    assert codes(f"{trade.pk}:Retail") == []
    assert codes("x:Steel") == ["A", "B"], "what cannot be read narrows nothing"
    assert f'value="{trade.pk}:Steel"' in as_clerk.get("/customers/").content.decode()


def test_the_admin_keeps_what_customers_have(
    client: Client, administrator: User, alpha: Customer, trade: CustomField
) -> None:
    set_custom_values(alpha, {trade.pk: "Steel"}, by=None)
    administrator.is_staff = True
    administrator.save(update_fields=["is_staff"])
    client.force_login(administrator)
    admin = client
    url = f"/admin/customers/customfield/{trade.pk}/change/"
    data = {
        "name": "Trade",
        "name_local": "",
        "kind": "choice",
        "choices": "Retail",
        "position": "0",
        "is_active": "on",
    }
    assert "is used by customers" in admin.post(url, data).content.decode()
    assert "add another one" in admin.post(url, {**data, "kind": "text", "choices": "Retail,Steel"}).content.decode()
    assert admin.post(url, {**data, "choices": "Steel,Wood"}).status_code == 302
    trade.refresh_from_db()
    assert trade.choices == ["Steel", "Wood"]
