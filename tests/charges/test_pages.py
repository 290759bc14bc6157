"""The pages of late charges and their addresses of the API: seen first, then posted, and only by who may."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import Company, Role, User
from charges.models import ChargePolicy, ChargeRun
from invoices.models import Invoice
from tests.api.program import program
from tests.pages import signed_in, text_of
from tests.stories import Story, number_of, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.fixture
def policy(story: Story) -> ChargePolicy:
    return ChargePolicy.objects.create(
        company=story.company, currency="CNY", valid_from=story.today - timedelta(400), annual_rate=Decimal("36.5"),
        basis="Contract, clause 7",
    )  # fmt: skip


def test_without_a_policy_nothing_is_charged(story: Story) -> None:
    page = text_of(signed_in(story.company, Role.CONTROLLER).get("/late-charges/new/"))
    assert "No policy says what late payment costs" in page


def test_seen_then_posted(story: Story, policy: ChargePolicy) -> None:
    browser = signed_in(story.company, Role.CONTROLLER)
    page = browser.get("/late-charges/new/")
    assert number_of(story.late) in text_of(page)
    total = page.context["due"][0].total
    assert not ChargeRun.objects.exists()
    answer = browser.post("/late-charges/new/", {"until": story.today.isoformat(), "key": "k"})
    run = ChargeRun.objects.get()
    assert answer["Location"] == f"/late-charges/{run.pk}/"
    note = Invoice.objects.get(kind="charge")
    assert note.total == total
    shown = text_of(browser.get(answer["Location"]))
    assert number_of(note) in shown
    assert number_of(story.late) in shown
    assert "Contract, clause 7" in text_of(browser.get("/late-charges/"))
    detail = text_of(browser.get(f"/invoices/{note.pk}/"))
    assert "Late charge" in detail
    assert "Contract, clause 7" in detail
    assert "No late day is left to charge" in text_of(browser.get("/late-charges/new/"))
    again = browser.post("/late-charges/new/", {"until": story.today.isoformat(), "key": "l"})
    assert again.status_code == 409


def test_a_day_to_come_and_no_day(story: Story, policy: ChargePolicy) -> None:
    browser = signed_in(story.company, Role.CONTROLLER)
    for until in (story.today + timedelta(days=1)).isoformat(), "soon", "":
        assert browser.get("/late-charges/new/", {"until": until}).status_code == 422
        assert browser.post("/late-charges/new/", {"until": until}).status_code == 422
    assert not ChargeRun.objects.exists()


@pytest.mark.parametrize("role", [Role.CLERK, Role.COLLECTOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not(story: Story, policy: ChargePolicy, role: Role) -> None:
    browser = signed_in(story.company, role)
    assert browser.get("/late-charges/").status_code == 200
    assert browser.get("/late-charges/new/").status_code == 403
    assert browser.post("/late-charges/new/", {"until": story.today.isoformat()}).status_code == 403


def test_another_companys_run_is_not_found(client: Client, outsider: User, story: Story) -> None:
    run = ChargeRun.objects.create(company=story.company, until=story.today, issued_on=story.today)
    client.force_login(outsider)
    assert client.get(f"/late-charges/{run.pk}/").status_code == 404


def test_through_the_api(story: Story, policy: ChargePolicy, controller: User) -> None:
    api = program(story.company, controller, "charge.view", "charge.run", "invoice.view")
    seen = api.get("late-charges/preview/")
    [due] = seen["charges"]
    assert due["customer"] == story.haichen.code
    assert due["items"][0]["stretches"][0]["percent"] == "36.5"
    made = api.post("late-charges/", {})
    [pk] = made["invoice_ids"]
    read = api.get(f"invoices/{pk}/")
    assert (read["kind"], read["total"]) == ("charge", due["total"])
    assert [row["charge_count"] for row in api.get("late-charges/")["data"]] == [1]
    assert api.refused("POST", "late-charges/", {})[:2] == (409, "nothing_to_charge")
