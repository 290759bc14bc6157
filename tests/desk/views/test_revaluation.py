"""revaluation: what a month end comes to, down to the items; posting it as a job, by hand and at night; differences."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from arap.core.actions import NewRate, close_period, set_rates
from arap.core.models import Company, Job, User
from arap.core.queries import period_on
from arap.desk.actions.revaluing import begin_revaluation, run_revaluations
from arap.desk.tasks import revalue_month, revalue_months
from arap.ledger.models import Account, Document
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.proofs import prove
from tests.pages import check_method, check_roles, parsed, text_of

pytestmark = pytest.mark.django_db
URL = "/revaluation/?month=2026-01"
JAN_10, JAN_31 = date(2026, 1, 10), date(2026, 1, 31)


@pytest.fixture
def keeper(company: Company, clerk: User) -> Bookkeeper:
    """USD 100 is open at 7.10; USD 60 was over-paid at 7.00, JPY 10,000 is open at 0.0469."""
    keeper = Bookkeeper(company=company, by=clerk)
    (alpha,) = customers(company, "ALPHA")
    keeper.invoice(alpha, "100.00", JAN_10, currency="USD", rate="7.10")
    keeper.receipt(alpha, "60.00", JAN_10, currency="USD", rate="7.00")
    keeper.invoice(alpha, "10000", JAN_10, currency="JPY", rate="0.0469")
    return keeper


@pytest.fixture
def rates(company: Company) -> None:
    know(company, USD="7.25", JPY="0.0450")


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """Who may post it."""
    client.force_login(controller)
    return client


def know(company: Company, **given: str) -> None:
    new = [NewRate(currency=currency, valid_from=JAN_31, rate=Decimal(rate)) for currency, rate in given.items()]
    set_rates(company, new, source="test", by=None)


def post(client: Client) -> Any:
    """Post January by the page, and do the job, which is returned."""
    answer = client.post("/revaluation/post/", {"month": "2026-01"})
    job = Job.objects.get(kind="revaluation", state="queued")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    revalue_month(job.pk)
    job.refresh_from_db()
    return job


def test_what_it_comes_to(as_controller: Client, keeper: Bookkeeper, rates: None) -> None:
    words = text_of(as_controller.get(URL))
    # USD 40.00: 710.00 - 420.00 in the book, 290.00 at the closing rate; JPY 469.00 becomes 450.00
    for expected in (
        "40.00",
        "7.25",
        "290.00",
        "10,000",
        "0.045",
        "469.00",
        "450.00",
        "19.00",
        "Post the revaluation",
    ):
        assert expected in words
    assert "Posted:" not in words


def test_posted_and_then_there_is_nothing_to_do(
    as_controller: Client, company: Company, keeper: Bookkeeper, rates: None
) -> None:
    job = post(as_controller)
    assert job.state == "done"
    assert job.result == {
        "documents": [
            {"number": "FX-2026-000001", "id": job.result["documents"][0]["id"], "items": 1},
            {"number": "FX-2026-000003", "id": job.result["documents"][1]["id"], "items": 2},
        ],
        "difference": "-19.00",
        "currency": "CNY",
    }
    assert "2 documents were posted: CNY −19.00" in text_of(as_controller.get(f"/jobs/{job.pk}/"))
    words = text_of(as_controller.get(URL))
    assert "Posted: the adjustment accounts hold what the closing rates say." in words
    assert "FX-2026-000004" in words
    assert "Post the revaluation" not in words
    prove(company)


def test_a_late_document_shows(as_controller: Client, company: Company, keeper: Bookkeeper, rates: None) -> None:
    post(as_controller)
    keeper.invoice(customers(company, "BETA")[0], "10.00", JAN_10, currency="USD", rate="7.10")
    words = text_of(as_controller.get(URL))
    assert "only the change will be posted" in words
    assert "1.50" in words
    assert post(as_controller).result["difference"] == "1.50"
    prove(company)


def test_a_missing_rate_is_named_and_nothing_can_be_posted(as_controller: Client, keeper: Bookkeeper) -> None:
    know(keeper.company, JPY="0.045")
    page = as_controller.get(URL)
    assert "There is no exchange rate for USD on 31 Jan 2026" in text_of(page)
    assert "/rates/" in parsed(page).links
    assert "Post the revaluation" not in text_of(page)
    job = begin_revaluation(keeper.company, month_end=JAN_31, by=None)
    revalue_month(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "There is no exchange rate for USD on 2026-01-31.")


def test_a_closed_month_says_so(
    as_controller: Client, company: Company, controller: User, keeper: Bookkeeper, rates: None
) -> None:
    close_period(company, period_on(company, JAN_31), by=controller)
    words = text_of(as_controller.get(URL))
    assert "This month takes no postings" in words
    assert "Post the revaluation" not in words
    answer = as_controller.post("/revaluation/post/", {"month": "2026-01"}, follow=True)
    assert "This month takes no postings" in text_of(answer)
    assert not Job.objects.filter(kind="revaluation").exists()


def test_the_items_behind_a_line(as_controller: Client, company: Company, keeper: Bookkeeper, rates: None) -> None:
    account = Account.objects.get(company=company, role="receivable")
    page = as_controller.get(URL)
    address = f"/revaluation/items/?month=2026-01&currency=USD&account={account.pk}"
    assert address in parsed(page).links
    words = text_of(as_controller.get(address))
    for expected in ("INV-2026-000001", "R-2026-000001", "710.00", "725.00", "15.00", "435.00"):
        assert expected in words
    assert "INV-2026-000002" not in words
    assert as_controller.get("/revaluation/items/?month=2026-01").status_code == 302
    assert as_controller.get("/revaluation/items/?month=x&currency=USD&account=1").status_code == 302


def test_a_document_of_it_opens_the_page(
    as_controller: Client, company: Company, keeper: Bookkeeper, rates: None
) -> None:
    post(as_controller)
    for document in Document.objects.filter(company=company, kind="fx"):
        assert as_controller.get(f"/documents/{document.pk}/")["Location"] == URL


def test_an_empty_month(as_controller: Client, company: Company) -> None:
    assert "Nothing was open in foreign currency" in text_of(as_controller.get(URL))
    for month in ("", "2026-13", "0000-01", "x", "2026-1%00"):
        assert as_controller.get(f"/revaluation/?month={month}").status_code == 200


def test_another_companys_items_are_not_in_it(
    as_controller: Client, other_company: Company, keeper: Bookkeeper, rates: None
) -> None:
    theirs = Bookkeeper(company=other_company)
    (stranger,) = customers(other_company, "STRANGER")
    theirs.invoice(stranger, "777.00", JAN_10, currency="EUR", rate="1.1")
    words = text_of(as_controller.get(URL))
    assert "EUR" not in words
    account = Account.objects.get(company=other_company, role="receivable")
    assert as_controller.get(f"{URL.replace('?', 'items/?')}&currency=EUR&account={account.pk}").status_code == 302


def test_begun_twice_it_is_one_job(company: Company, controller: User) -> None:
    first = begin_revaluation(company, month_end=JAN_31, by=controller)
    assert begin_revaluation(company, month_end=JAN_31, by=controller) == first
    assert begin_revaluation(company, month_end=date(2026, 2, 28), by=controller) != first


def test_a_worker_that_died_is_followed_by_one_that_posts_once(keeper: Bookkeeper, rates: None) -> None:
    """The first worker has posted and died before it could say so."""
    job = begin_revaluation(keeper.company, month_end=JAN_31, by=None)
    revalue_month(job.pk)
    Job.objects.filter(pk=job.pk).update(state="queued", result=None, finished_at=None)
    revalue_month(job.pk)
    job.refresh_from_db()
    assert job.result == {"documents": [], "difference": "0.00", "currency": "CNY"}
    assert Document.objects.filter(company=keeper.company, kind="fx", reverses=None).count() == 2
    prove(keeper.company)


def test_at_night_ended_months_from_the_day_on_are_done_once(company: Company, keeper: Bookkeeper, rates: None) -> None:
    assert run_revaluations(company, as_of=date(2026, 3, 5)) == []
    company.revalue_from = date(2026, 2, 1)
    company.save(update_fields=["revalue_from"])
    begun = run_revaluations(company, as_of=date(2026, 3, 5))
    assert [job.params["month_end"] for job in begun] == ["2026-02-28"]
    company.revalue_from = date(2026, 1, 31)
    assert [job.params["month_end"] for job in run_revaluations(company, as_of=date(2026, 2, 28))] == ["2026-01-31"]
    for job in Job.objects.filter(kind="revaluation"):
        revalue_month(job.pk)
    assert run_revaluations(company, as_of=date(2026, 3, 5)) == []
    know(company, USD="7.30")
    # the rate of January holds in February too
    begun = run_revaluations(company, as_of=date(2026, 3, 5))
    assert [job.params["month_end"] for job in begun] == ["2026-01-31", "2026-02-28"]
    for job in begun:
        revalue_month(job.pk)
    prove(company)


def test_the_nightly_task(company: Company, keeper: Bookkeeper, rates: None) -> None:
    assert revalue_months() == 0
    Company.objects.filter(pk=company.pk).update(revalue_from=JAN_31)
    assert revalue_months() == 1
    ended = timezone.localdate().replace(day=1) - timedelta(days=1)
    months = set(Job.objects.filter(kind="revaluation").values_list("params__month_end", flat=True))
    assert "2026-01-31" in months
    assert max(months) <= ended.isoformat()


def test_exchange_differences_of_a_period(
    as_controller: Client, company: Company, keeper: Bookkeeper, rates: None
) -> None:
    (gamma,) = customers(company, "GAMMA")
    debit = keeper.invoice(gamma, "100.00", JAN_10, currency="EUR", rate="7.80").item_ids[0]
    credit = keeper.receipt(gamma, "100.00", JAN_31, currency="EUR", rate="7.75").item_ids[0]
    keeper.apply(credit, debit, "100.00", JAN_31)
    post(as_controller)
    page = as_controller.get("/revaluation/differences/?from_on=2026-01-01&to_on=2026-01-31")
    words = text_of(page)
    for expected in ("Exchange gain or loss", "EUR", "5.00", "Unrealised exchange gain or loss", "JPY", "19.00"):
        assert expected in words
    # 15.00 on the invoice and -15.00 on the over-payment make nothing: no line, no row
    assert "USD" not in words
    realised = Account.objects.get(company=company, role="fx_gain_loss")
    address = f"/revaluation/differences/lines/?from_on=2026-01-01&to_on=2026-01-31&account={realised.pk}&currency=EUR"
    assert address in parsed(page).links
    lines = text_of(as_controller.get(address))
    assert "R-2026-000002" in lines
    assert "INV-2026-000003" in lines
    unrealised = Account.objects.get(company=company, role="unrealised_fx")
    lines = text_of(as_controller.get(address.replace(f"={realised.pk}&", f"={unrealised.pk}&").replace("EUR", "JPY")))
    assert "FX-2026-000001" in lines
    # the whole of January to the first of February: taken back
    both = text_of(as_controller.get("/revaluation/differences/?from_on=2026-01-01&to_on=2026-02-01"))
    assert "19.00" in both


def test_a_period_without_any(as_controller: Client) -> None:
    address = "/revaluation/differences/"
    assert "No exchange difference in this period" in text_of(as_controller.get(address))
    wrong = as_controller.get(f"{address}?from_on=2026-02-01&to_on=2026-01-01")
    assert "The last day is before the first." in text_of(wrong)
    assert as_controller.get(f"{address}lines/").status_code == 302


def test_roles_and_methods(company: Company, as_controller: Client) -> None:
    check_roles(company, "revaluation.post", "/revaluation/post/", method="post", data={"month": "2026-01"})
    check_method(as_controller, "/revaluation/post/", wrong="get")
    check_method(as_controller, "/revaluation/", wrong="post")
