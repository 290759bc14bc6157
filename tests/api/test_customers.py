"""Customers and contacts through the API."""

import pytest

from arap.core.models import AuditEntry, Company, User
from customers.actions import NewCustomer, create_customers, ensure_terms
from customers.models import Customer
from tests.api.program import Program, program

pytestmark = pytest.mark.django_db

NEW = {"code": "N-1", "name": "New", "currency": "CNY"}


def test_a_customer_is_created_as_it_was_described(api: Program, company: Company, clerk: User) -> None:
    ensure_terms(company, ["n/30"], by=None)
    body = {
        **NEW,
        "name_local": "新客户",
        "country": "CN",
        "tax_id": "91330200",
        "segment": "A",
        "owner": "clerk",
        "language": "zh-hans",
        "terms": "n/30",
        "payer_accounts": ["6222 0001"],
        "emails": ["ap@new.example", "cfo@new.example"],
    }
    answer = api.call("POST", "customers/", body)
    said = answer.json()
    assert answer["Location"] == f"/api/v1/customers/{said['id']}/"
    shown = {name: value for name, value in body.items() if name != "emails"}
    assert {name: said[name] for name in shown} == shown
    assert said["address"] == ""
    assert said["parent"] is None
    assert api.get(f"customers/{said['id']}/") == said
    assert [one["email"] for one in api.get(f"customers/{said['id']}/contacts/")["data"]] == [
        "ap@new.example",
        "cfo@new.example",
    ]
    assert AuditEntry.objects.get(verb="customer.create").actor == clerk


def test_what_it_refers_to_must_exist(api: Program) -> None:
    for field in ("terms", "owner"):
        assert api.refused("POST", "customers/", {**NEW, field: "nobody"}) == (422, "invalid", [field])
    assert api.refused("POST", "customers/", {**NEW, "currency": "XXX"})[2] == ["currency"]
    api.post("customers/", NEW)
    assert api.refused("POST", "customers/", NEW) == (409, "customer_exists", ["code"])


def test_a_change_names_what_it_changes(api: Program, controls: Program) -> None:
    made = api.call("POST", "customers/", NEW)
    path = f"customers/{made.json()['id']}/"
    assert api.refused("PATCH", path, {"segment": "A"})[:2] == (428, "if_match_missing")
    changed = api.call("PATCH", path, {"segment": "A", "address": "1 Road"}, headers={"If-Match": made["ETag"]})
    assert changed.status_code == 200
    assert changed.json() == {**made.json(), "segment": "A", "address": "1 Road"}
    assert changed["ETag"] != made["ETag"]
    assert changed["ETag"] == api.call("GET", path)["ETag"]
    stale = api.refused("PATCH", path, {"segment": "B"}, headers={"If-Match": made["ETag"]})
    assert stale[:2] == (412, "changed_meanwhile")
    assert api.refused("PATCH", path, {"code": "X"}, headers={"If-Match": "*"})[2] == ["code"]
    assert api.refused("PATCH", path, {"name": None}, headers={"If-Match": "*"})[2] == ["name"]
    assert api.call("PATCH", path, {}, headers={"If-Match": "*"}).json()["segment"] == "A"


def test_putting_a_customer_under_another_is_a_right_of_its_own(api: Program, controls: Program) -> None:
    api.post("customers/", {**NEW, "code": "TOP"})
    made = api.post("customers/", NEW)
    path, anyhow = f"customers/{made['id']}/", {"If-Match": "*"}
    assert api.refused("PATCH", path, {"parent": "TOP"}, headers=anyhow)[0] == 403
    assert api.refused("POST", "customers/", {**NEW, "code": "N-2", "parent": "TOP"})[0] == 403
    assert controls.call("PATCH", path, {"parent": "TOP"}, headers=anyhow).json()["parent"] == "TOP"
    assert controls.refused("PATCH", path, {"parent": "N-1"}, headers=anyhow)[:2] == (409, "group_cycle")
    assert controls.refused("PATCH", path, {"parent": "?"}, headers=anyhow)[2] == ["parent"]
    assert controls.call("PATCH", path, {"parent": None}, headers=anyhow).json()["parent"] is None


def test_contacts(api: Program) -> None:
    made = api.post("customers/", NEW)
    path = f"customers/{made['id']}/contacts/"
    said = api.post(path, {"name": "Wang", "email": "w@new.example", "receives": ["statement"]})
    assert (said["name"], said["receives"], said["language"]) == ("Wang", ["statement"], "en")
    assert api.get(path)["data"] == [said]
    assert api.refused("POST", path, {"name": "X", "email": "no"})[2] == ["email"]
    assert api.refused("POST", path, {"name": "X", "email": "x@y.example", "receives": ["gossip"]})[2] == ["receives.0"]


def test_pages_follow_each_other_and_miss_nothing(api: Program, company: Company) -> None:
    rows = [NewCustomer(code=f"C-{number:03}", name=f"Customer {number}", currency="CNY") for number in range(25)]
    create_customers(company, rows, by=None)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        found = api.get(f"customers/?limit=10&cursor={cursor}")
        seen += [row["code"] for row in found["data"]]
        cursor = found["next"]
    assert seen == [f"C-{number:03}" for number in range(25)]


def test_a_cursor_is_good_for_its_own_list_and_company(
    api: Program, company: Company, outsider: User, other_company: Company
) -> None:
    for which in (company, other_company):
        create_customers(which, [NewCustomer(code=f"C-{n}", name="x", currency="CNY") for n in range(3)], by=None)
    cursor = api.get("customers/?limit=1")["next"]
    assert api.refused("GET", f"invoices/?cursor={cursor}")[2] == ["cursor"]
    assert program(other_company, outsider).refused("GET", f"customers/?cursor={cursor}")[2] == ["cursor"]
    assert api.refused("GET", f"customers/?cursor={cursor[:-1]}")[2] == ["cursor"]


def test_filters(api: Program, company: Company) -> None:
    rows = [
        NewCustomer(code="C-1", name="Haichen", name_local="海辰", currency="CNY", segment="A", tax_id="T1"),
        NewCustomer(code="C-2", name="Qiming", currency="CNY", payer_accounts=("P1",)),
    ]
    create_customers(company, rows, by=None)
    Customer.objects.filter(code="C-2").update(is_active=False)
    for query, found in [
        ("code=C-1", ["C-1"]),
        ("code=C-", []),
        ("q=c-", ["C-1", "C-2"]),
        ("q=%E6%B5%B7", ["C-1"]),
        ("q=T1", ["C-1"]),
        ("q=P1", ["C-2"]),
        ("segment=A", ["C-1"]),
        ("is_active=false", ["C-2"]),
        ("is_active=true", ["C-1"]),
    ]:
        assert [row["code"] for row in api.get(f"customers/?{query}")["data"]] == found, query


def test_a_list_costs_the_same_however_long(api: Program, company: Company) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        api.get("customers/")  # when the token was last used is noted once
        with CaptureQueriesContext(connection) as captured:
            api.get("customers/")
        return len(captured)

    create_customers(company, [NewCustomer(code="C-1", name="x", currency="CNY", payer_accounts=("a",))], by=None)
    few = queries()
    rows = [NewCustomer(code=f"D-{n}", name="x", currency="CNY", payer_accounts=(f"b{n}",)) for n in range(40)]
    create_customers(company, rows, by=None)
    assert queries() == few <= 5
