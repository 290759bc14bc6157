"""Closing a month through the API: checks, explanations, soft and hard close, exceptions and what came late."""

from datetime import date

import pytest

from arap.core.models import Company, Period, User
from arap.core.queries import period_on
from arap.desk.tasks import check_close
from tests.api.program import Program
from tests.ledger.book import Bookkeeper, customers

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 10)


@pytest.fixture
def january(company: Company, clerk: User) -> Period:
    Bookkeeper(company=company, by=clerk).invoice(customers(company, "ALPHA")[0], "1.00", DAY, currency="CNY")
    return period_on(company, DAY)


def test_from_the_checks_to_the_close(controls: Program, january: Period) -> None:
    at = f"periods/{january.pk}/"
    assert controls.get(at)["checks"][0]["is_met"] is None
    assert controls.refused("POST", f"{at}close/")[:2] == (409, "not_checked")
    assert controls.post(f"{at}seal/", status=200) == {"position": 1}
    check_close(controls.post(f"{at}check/", status=200)["id"])
    unmet = {each["key"]: each["found"] for each in controls.get(at)["checks"] if not each["is_met"]}
    assert unmet == {"statements": "No run of 2026-01-31 has been released."}
    assert controls.refused("POST", f"{at}explain/", {"check": "book", "text": "x"})[0] == 404
    said = controls.post(f"{at}explain/", {"check": "statements", "text": "None is sent."}, status=200)
    assert [each["explanation"] for each in said["checks"] if each["explanation"]] == ["None is sent."]
    closed = controls.post(f"{at}close/", status=200)
    assert (closed["state"], closed["closed_by"]) == ("closed", "controller")
    assert [each["id"] for each in controls.get("periods/?state=closed")["data"]] == [january.pk]
    assert controls.post(f"{at}reopen/", {"reason": "late"}, status=200)["state"] == "open"


def test_soft_close_and_exceptions(
    api: Program, controls: Program, company: Company, clerk: User, january: Period
) -> None:
    at = f"periods/{january.pk}/"
    assert api.refused("POST", f"{at}soft-close/", {"open_to": ["controller"]})[0] == 403
    assert controls.refused("POST", f"{at}soft-close/", {"open_to": ["auditor"]})[0] == 422
    assert controls.post(f"{at}soft-close/", {"open_to": ["controller"]}, status=200)["open_to"] == ["controller"]
    new = {"granted_to": "clerk", "reason": "late", "valid_until": "2099-01-01T00:00:00Z"}
    assert controls.refused("POST", f"{at}exceptions/", {**new, "granted_to": "nobody"})[:2] == (422, "granted_to")
    made = controls.post(f"{at}exceptions/", new)
    number = Bookkeeper(company=company, by=clerk).invoice(customers(company, "BETA")[0], "2.00", DAY).number
    late = controls.get(f"{at}late-postings/")["postings"]
    assert [(each["documents"], each["exception_id"], each["actor"]) for each in late] == [
        ([number], made["id"], "clerk")
    ]
    assert controls.post(f"period-exceptions/{made['id']}/revoke/", status=200)["revoked_at"]
    assert [each["id"] for each in api.get(f"{at}exceptions/")["data"]] == [made["id"]]
