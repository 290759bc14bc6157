"""periods: the checks of a month, explaining and closing it, soft close, exceptions, and what was posted late."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from arap.core.actions import NewRate, close_period, set_rates, soft_close_period
from arap.core.close_checks import checks
from arap.core.models import AuditEntry, Company, Job, Period, PeriodException, Role, User
from arap.core.queries import period_on
from arap.desk.tasks import check_close
from arap.ledger.actions import revalue, seal_ledger
from invoices.actions import Draft, DraftLine, create_draft
from invoices.models import Invoice
from tests.ledger.book import Bookkeeper, customers
from tests.pages import check_method, check_roles, parsed, text_of

pytestmark = pytest.mark.django_db
JAN_10, JAN_31 = date(2026, 1, 10), date(2026, 1, 31)


@pytest.fixture
def january(company: Company) -> Period:
    return period_on(company, JAN_10)


@pytest.fixture
def keeper(company: Company, clerk: User) -> Bookkeeper:
    """CNY 100 is owed, 30 was paid and is not applied."""
    keeper = Bookkeeper(company=company, by=clerk)
    (alpha,) = customers(company, "ALPHA")
    keeper.invoice(alpha, "100.00", JAN_10, currency="CNY")
    keeper.receipt(alpha, "30.00", JAN_10, currency="CNY")
    return keeper


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """Who may close."""
    client.force_login(controller)
    return client


def run(client: Client, period: Period) -> dict[str, Any]:
    """Run the checks by the page, and do the job; what each found, by key."""
    answer = client.post(f"/periods/{period.pk}/check/")
    job = Job.objects.get(kind="close_check", state="queued")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    check_close(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    assert job.result is not None
    return {each["key"]: each for each in job.result["findings"]}


def explain(client: Client, period: Period, key: str, text: str = "Known.") -> Any:
    return client.post(f"/periods/{period.pk}/explain/", {"check_key": key, "text": text})


def test_every_room_checks_something(company: Company) -> None:
    keys = [each.key for each in checks()]
    assert len(keys) == len(set(keys)) == 10
    assert {"book", "seals", "revaluation", "drafts", "unapplied", "unidentified", "statements"} <= set(keys)


def test_a_month_is_proved_explained_and_closed(
    as_controller: Client, company: Company, keeper: Bookkeeper, january: Period, controller: User
) -> None:
    url = f"/periods/{january.pk}/"
    found = run(as_controller, january)
    unmet = {key: each["facts"] for key, each in found.items() if not each["is_met"]}
    assert unmet == {
        "seals": {"count": 2}, "unapplied": {"count": 1, "amount": "CNY 30.00"}, "statements": {"day": "2026-01-31"},
    }  # fmt: skip
    words = text_of(as_controller.get(url))
    assert "1 credit of CNY 30.00 is not applied at the end of the month." in words
    assert "2 postings are not sealed yet." in words
    assert "Close for everybody" not in words
    assert "A check failed that no explanation can replace." in text_of(as_controller.post(f"{url}close/"))
    assert explain(as_controller, january, "seals").status_code == 404, "nothing explains an unsealed posting"
    as_controller.post(f"{url}seal/")
    run(as_controller, january)
    assert "Explain each check that is not met." in text_of(as_controller.post(f"{url}close/"))
    assert explain(as_controller, january, "unapplied", "").status_code == 422
    for key in ("unapplied", "statements"):
        assert explain(as_controller, january, key, "Known to the customer.").status_code == 302
    words = text_of(as_controller.get(url))
    assert "Known to the customer." in words
    assert "Close for everybody" in words
    as_controller.post(f"{url}close/")
    january.refresh_from_db()
    assert (january.state, january.closed_by) == (Period.State.CLOSED, controller)
    assert AuditEntry.objects.filter(verb="period.explain", object_id=str(january.pk)).count() == 2


def test_an_explanation_is_of_what_was_found(
    as_controller: Client, company: Company, keeper: Bookkeeper, january: Period
) -> None:
    run(as_controller, january)
    explain(as_controller, january, "unapplied")
    keeper.receipt(customers(company, "BETA")[0], "1.00", JAN_10, currency="CNY")
    seal_ledger(company)
    closing = as_controller.post(f"/periods/{january.pk}/close/")
    assert (closing.status_code, "Run them again" in text_of(closing)) == (409, True)
    run(as_controller, january)
    explain(as_controller, january, "statements")
    assert "Explain each check" in text_of(as_controller.post(f"/periods/{january.pk}/close/"))
    explain(as_controller, january, "unapplied")
    as_controller.post(f"/periods/{january.pk}/close/")
    january.refresh_from_db()
    assert january.state == Period.State.CLOSED


def test_nothing_closes_before_the_checks_ran(as_controller: Client, january: Period) -> None:
    answer = as_controller.post(f"/periods/{january.pk}/close/")
    assert (answer.status_code, "Run the checks first." in text_of(answer)) == (409, True)


def test_drafts_unknown_payers_and_rates_show(
    as_controller: Client, company: Company, clerk: User, keeper: Bookkeeper, january: Period
) -> None:
    (gamma,) = customers(company, "GAMMA")
    keeper.invoice(gamma, "100.00", JAN_10, currency="USD", rate="7.10")
    keeper.receipt(None, "5.00", JAN_10, currency="CNY")
    draft = Draft(customer_id=gamma, currency="CNY", issued_on=JAN_31, lines=[DraftLine(unit_price=Decimal(1))])
    made = create_draft(company, draft, by=clerk)
    found = run(as_controller, january)
    assert found["drafts"]["facts"] == {"count": 1}
    assert found["unidentified"]["facts"] == {"count": 1, "amount": "CNY 5.00"}
    assert found["revaluation"]["facts"] == {"currencies": "USD"}
    page = as_controller.get(f"/periods/{january.pk}/")
    assert {"/revaluation/?month=2026-01", "/invoices/?view=drafts", "/receipts/?view=unidentified"} <= set(
        parsed(page).links
    )
    set_rates(company, [NewRate(currency="USD", valid_from=JAN_31, rate=Decimal("7.25"))], source="test", by=None)
    revalue(company, month_end=JAN_31, by=clerk)
    Invoice.objects.filter(pk=made.pk).delete()
    found = run(as_controller, january)
    assert (found["revaluation"]["is_met"], found["drafts"]["is_met"]) == (True, True)


def test_earlier_months_that_were_used_come_first(
    as_controller: Client, company: Company, keeper: Bookkeeper, controller: User
) -> None:
    march = period_on(company, date(2026, 3, 1))
    assert run(as_controller, march)["earlier"]["facts"] == {"count": 2}
    for day in (JAN_10, date(2026, 2, 1)):
        close_period(company, period_on(company, day), by=controller)
    assert run(as_controller, march)["earlier"]["is_met"]


def test_soft_close_exception_and_what_was_posted_late(
    as_controller: Client, company: Company, clerk: User, keeper: Bookkeeper, january: Period, controller: User
) -> None:
    url = f"/periods/{january.pk}/"
    assert as_controller.post(f"{url}soft-close/", {}).status_code == 422
    as_controller.post(f"{url}soft-close/", {"open_to": ["controller"]})
    assert "Soft closed" in text_of(as_controller.get(url))
    asked = {"granted_to": clerk.pk, "reason": "Late paper.", "until_on": "-1"}
    assert as_controller.post(f"{url}exceptions/", asked).status_code == 422
    assert as_controller.post(f"{url}exceptions/", {**asked, "reason": " ", "until_on": "+1"}).status_code == 422
    assert as_controller.post(f"{url}exceptions/", {**asked, "until_on": "+1"}).status_code == 302
    granted = PeriodException.objects.get(granted_to=clerk)
    assert timedelta(days=1) < granted.valid_until - timezone.now() <= timedelta(days=2)
    number = keeper.invoice(customers(company, "BETA")[0], "7.00", JAN_31, currency="CNY").number
    words = text_of(as_controller.get(url))
    assert number in words
    assert "Posted after the close" in words
    as_controller.post(f"{url}exceptions/{granted.pk}/revoke/")
    assert "revoked" in text_of(as_controller.get(url))
    assert as_controller.post(f"{url}exceptions/{granted.pk}/revoke/").status_code == 409
    assert as_controller.post(f"{url}reopen/", {}).status_code == 422
    as_controller.post(f"{url}reopen/", {"reason": "More to come."})
    january.refresh_from_db()
    assert january.state == Period.State.OPEN


def test_a_controller_posts_into_a_soft_closed_month_by_its_day(
    company: Company, january: Period, controller: User
) -> None:
    from arap.core.queries import first_open_day

    soft_close_period(company, january, by=controller, open_to=[Role.CONTROLLER])
    assert first_open_day(company, JAN_10, by=controller) == JAN_10
    assert first_open_day(company, JAN_10) == date(2026, 2, 1)


def test_the_list_says_how_each_month_stands(as_controller: Client, company: Company, january: Period) -> None:
    words = text_of(as_controller.get("/periods/?year=2026"))
    assert "Period close" in words
    assert f"/periods/{january.pk}/" in parsed(as_controller.get("/periods/?year=2026")).links
    assert as_controller.get("/periods/?year=nonsense").status_code == 200


def test_who_may_close(company: Company, january: Period) -> None:
    check_roles(company, "period.close", f"/periods/{january.pk}/close/", method="post")


def test_who_may_look(company: Company, january: Period) -> None:
    check_roles(company, "period.view", f"/periods/{january.pk}/")


def test_methods(as_controller: Client, january: Period) -> None:
    check_method(as_controller, f"/periods/{january.pk}/close/", wrong="get")
