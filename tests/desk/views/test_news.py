"""news: what waits for somebody and what became of what they began, from the facts; news_count; news_read."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from arap.core.models import Company, Job, Role, User
from arap.desk.models import NewsSeen
from arap.outbox.models import Message
from dunning.actions import decide_run
from receipts.actions import NewReceipt, record_receipt
from receipts.models import ConfirmationLimit
from statements.models import StatementRun
from tests.pages import check_method, parsed, signed_in, text_of
from tests.people import hire
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/notifications/"
COUNT, READ = f"{URL}count/", f"{URL}read/"
NOTHING = "Nothing waits for you"


@pytest.fixture
def as_controller(controller: User) -> Client:
    client = Client()
    client.force_login(controller)
    return client


def ended_job(company: Company, by: User | None, **fields: Any) -> Job:
    values = {"kind": "import_run", "task": "x", "state": Job.State.DONE, "finished_at": timezone.now(), **fields}
    return Job.objects.create(company=company, created_by=by, **values)


def to_confirm(company: Company, by: User, on: date) -> None:
    ConfirmationLimit.objects.get_or_create(company=company, currency="CNY", defaults={"above": 10})
    record_receipt(company, NewReceipt(amount=Decimal(50), currency="CNY", received_on=on), by=by)


def bounced(company: Company, customer_id: int | None, **fields: Any) -> Message:
    at = Message.objects.count()
    return Message.objects.create(
        company=company,
        kind="invoice",
        dedupe_key=f"k{at}",
        message_id=f"<{at}@x>",
        customer_id=customer_id,
        to_address="ap@haichen.example",
        language="en",
        subject="Invoice INV-7",
        body_text="x",
        **{"state": Message.State.BOUNCED, **fields},
    )


def count(client: Client) -> str:
    return text_of(client.get(COUNT))


def test_nothing_says_what_will_stand_here(as_clerk: Client) -> None:
    assert NOTHING in text_of(as_clerk.get(URL))
    assert count(as_clerk) == ""


def test_my_jobs_that_ended_and_nobody_elses(as_clerk: Client, company: Company, clerk: User, controller: User) -> None:
    done = ended_job(company, clerk)
    failed = ended_job(company, clerk, kind="import_trial", state=Job.State.FAILED, message="No such column.")
    ended_job(company, controller, message="Theirs")
    ended_job(company, None)
    ended_job(company, clerk, state=Job.State.RUNNING, finished_at=None)
    ended_job(company, clerk, finished_at=timezone.now() - timedelta(days=31))
    answer = as_clerk.get(URL)
    assert [link for link in parsed(answer).links if "/jobs/" in link] == [
        "/jobs/",
        f"/jobs/{failed.pk}/",
        f"/jobs/{done.pk}/",
    ]
    assert "No such column." in text_of(answer)
    assert count(as_clerk) == "2 new"


def test_receipts_wait_for_whom_may_confirm_them_and_did_not_record_them(
    company: Company, clerk: User, as_clerk: Client, as_controller: Client, controller: User
) -> None:
    today = timezone.localdate()
    to_confirm(company, clerk, today)
    to_confirm(company, clerk, today)
    to_confirm(company, controller, today)
    assert "2 receipts wait for your confirmation" in text_of(as_controller.get(URL))
    assert "/receipts/?view=to_confirm" in parsed(as_controller.get(URL)).links
    assert NOTHING in text_of(as_clerk.get(URL)), "a clerk does not confirm"


def test_runs_wait_for_release(company: Company, controller: User, story: Story, as_controller: Client) -> None:
    decide_run(company, as_of=story.today, today=story.today, by=controller)
    run = StatementRun.objects.create(
        company=company, as_of=story.today, kind="open", language="en", position=1, known_at=timezone.now(),
        reply_by_on=story.today, state=StatementRun.State.READY,
    )  # fmt: skip
    answer = as_controller.get(URL)
    assert f"/statements/runs/{run.pk}/" in parsed(answer).links
    assert "wait for release" in text_of(answer)
    StatementRun.objects.filter(pk=run.pk).update(state=StatementRun.State.RELEASED, released_at=timezone.now())
    assert f"/statements/runs/{run.pk}/" not in parsed(as_controller.get(URL)).links, "it is released"


def test_mail_of_my_customers_that_came_back(
    company: Company, story: Story, collector: User, as_clerk: Client, clerk: User
) -> None:
    story.haichen.owner = collector
    story.haichen.save(update_fields=["owner"])
    mine = bounced(company, story.haichen.pk)
    bounced(company, story.qiming.pk)
    bounced(company, story.haichen.pk, state=Message.State.CANCELLED)
    client = Client()
    client.force_login(collector)
    answer = client.get(URL)
    assert [link for link in parsed(answer).links if link.startswith("/outbox/") and link != "/outbox/"] == [
        f"/outbox/{mine.pk}/"
    ]
    assert "Invoice INV-7" in text_of(answer)
    assert NOTHING in text_of(as_clerk.get(URL))
    Message.objects.filter(pk=mine.pk).update(created_by=clerk)
    assert "Invoice INV-7" in text_of(as_clerk.get(URL)), "who sent it is told as well"


def test_read_counts_for_what_was_shown(as_clerk: Client, company: Company, clerk: User) -> None:
    ended_job(company, clerk, finished_at=timezone.now() - timedelta(minutes=5))
    page = as_clerk.get(URL)
    shown_at = page.context["shown_at"]
    ended_job(company, clerk)
    assert count(as_clerk) == "2 new"
    assert as_clerk.post(READ, {"shown_at": shown_at})["Location"] == URL
    assert count(as_clerk) == "1 new", "what ended after the page was shown"
    as_clerk.post(READ)
    assert count(as_clerk) == ""
    assert "Mark all as read" not in text_of(as_clerk.get(URL))


@pytest.mark.parametrize("shown_at", ["", "x", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00", "9999-01-01T00:00:00Z"])
def test_a_made_up_moment_is_now(as_clerk: Client, clerk: User, shown_at: str) -> None:
    before = timezone.now()
    assert as_clerk.post(READ, {"shown_at": shown_at}).status_code == 302
    assert before <= NewsSeen.objects.get(user=clerk).seen_at <= timezone.now()


def test_what_one_reads_stays_new_for_others(company: Company, clerk: User) -> None:
    controllers = [hire(company, name, Role.CONTROLLER) for name in ("lin", "chen")]
    to_confirm(company, clerk, timezone.localdate())
    clients = [Client(), Client()]
    for client, user in zip(clients, controllers, strict=True):
        client.force_login(user)
    clients[0].post(READ)
    assert [count(client) for client in clients] == ["", "1 new"]
    assert "1 receipt waits" in text_of(clients[0].get(URL)), "it waits until it is done, seen or not"


def test_other_companies_news_are_theirs(
    as_clerk: Client, clerk: User, other_company: Company, company: Company
) -> None:
    ended_job(other_company, clerk)
    assert NOTHING in text_of(as_clerk.get(URL))


def test_the_number_of_queries_does_not_grow(
    company: Company, controller: User, clerk: User, story: Story, as_controller: Client,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for _each in range(6):
        ended_job(company, controller)
        bounced(company, story.haichen.pk, created_by=controller)
        to_confirm(company, clerk, story.today)
    decide_run(company, as_of=story.today, today=story.today, by=controller)
    with django_assert_max_num_queries(13):
        as_controller.get(COUNT)
    for _each in range(12):
        ended_job(company, controller)
        bounced(company, story.haichen.pk, created_by=controller)
    with django_assert_max_num_queries(13):
        assert count(as_controller) != ""


def test_methods(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")
    check_method(as_clerk, COUNT, wrong="post")
    check_method(as_clerk, READ, wrong="get")


def test_the_auditor_may_look(company: Company) -> None:
    assert signed_in(company, Role.AUDITOR).get(COUNT).status_code == 200
