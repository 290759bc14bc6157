"""The practice company: made of the sample for one person, with their roles, put away by the next; no mail leaves."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.db.utils import IntegrityError
from django.test import Client

from arap.core import jobs
from arap.core.actions import grant_role
from arap.core.errors import Refused
from arap.core.models import AuditEntry, Company, Job, Membership, Role, User
from arap.desk.actions import practice as actions
from arap.desk.actions.practice import begin_practice
from arap.desk.queries.practice import own_roles, practice_of
from arap.desk.tasks import make_practice
from arap.ledger.checks import check, invariants
from arap.ledger.models import Item
from arap.outbox.actions.sending import _claim, _note_hand_over, drain
from arap.outbox.models import Attempt, Message
from arap.outbox.smtp import LeaseLost
from tests.desk.rows import browser_of
from tests.mail import MailServer
from tests.outbox.letters import queued
from tests.pages import check_method, check_roles, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are enough to practise on here."""
    monkeypatch.setattr(actions, "CUSTOMERS", 5)
    monkeypatch.setattr(actions, "ITEMS", 40)


def practised(person: User, company: Company) -> Company:
    """A fresh practice company of theirs."""
    job = begin_practice(company, by=person)
    make_practice(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.message
    found = practice_of(person)
    assert found is not None
    return found


def test_it_is_made_for_one_person_with_their_own_roles(company: Company, clerk: User, other_company: Company) -> None:
    grant_role(other_company, clerk, Role.AUDITOR, by=None)
    made = practised(clerk, company)
    assert made.is_practice
    assert made.name.startswith("Practice: ")
    assert made.name_local.startswith("练习：")
    roles = set(Membership.objects.filter(company=made, user=clerk).values_list("role", flat=True))
    assert roles == {"clerk", "auditor"}
    assert own_roles(clerk) == {Role.CLERK, Role.AUDITOR}, "what is held in it counts nowhere"
    others = User.objects.filter(memberships__company=made).exclude(pk=clerk.pk)
    assert not any(each.has_usable_password() for each in others)
    assert Item.objects.filter(company=made).count() == 40
    assert [each.name for each in invariants() if not check(made, each).holds] == []


def test_a_reset_makes_another_and_puts_the_old_one_away(company: Company, clerk: User, controller: User) -> None:
    theirs = practised(controller, company)
    first = practised(clerk, company)
    second = practised(clerk, company)
    first.refresh_from_db()
    assert (first.is_active, second.is_active) == (False, True)
    assert practice_of(controller) == theirs, "nobody else’s is touched"
    assert Item.objects.filter(company=first).exists(), "what was posted is not deleted"
    told = AuditEntry.objects.filter(verb__startswith="practice.", actor=clerk).order_by("pk")
    assert [(each.verb, each.company_id) for each in told] == [
        ("practice.open", first.pk), ("practice.retire", first.pk), ("practice.open", second.pk),
    ]  # fmt: skip
    assert User.objects.filter(username__startswith="practice.").count() < 8, "the people in it are the same ones"


def test_two_at_once_are_one_job_and_a_practice_company_makes_none(company: Company, clerk: User) -> None:
    assert begin_practice(company, by=clerk) == begin_practice(company, by=clerk)
    made = practised(clerk, company)
    with pytest.raises(Refused, match="made from a real one"):
        begin_practice(made, by=clerk)


def test_the_database_knows_one_for_each(company: Company, clerk: User) -> None:
    practised(clerk, company)
    with pytest.raises(IntegrityError, match="core_company_one_practice_each"):
        Company.objects.create(code="X", name="X", base_currency="CNY", practice_for=clerk)


def test_what_a_killed_worker_left_is_never_opened(
    company: Company, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin_practice(company, by=clerk)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_open", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            make_practice(job.pk)
    assert practice_of(clerk) is None
    assert jobs.sweep() == 1
    make_practice(job.pk)
    assert Company.objects.filter(practice_for=clerk).count() == 2
    assert Company.objects.get(practice_for=clerk, is_active=True).code == f"PRACTICE-{job.pk}.2"


class TestMail:
    def test_is_stopped_before_a_server_hears_of_it(
        self, company: Company, clerk: User, mail_server: MailServer
    ) -> None:
        message = queued(practised(clerk, company))
        real = queued(company)
        assert dict(drain().counts) == {"cancelled": 1, "sent": 1}
        message.refresh_from_db()
        assert message.state == Message.State.CANCELLED
        assert "A practice company sends nothing" in message.last_error
        assert len(mail_server.received) == 1
        real.refresh_from_db()
        assert real.state == Message.State.SENT

    def test_cannot_be_handed_over_by_whoever_has_it_already(self, company: Company, clerk: User) -> None:
        queued(practised(clerk, company))
        claim = _claim(uuid4())
        assert claim is not None
        with pytest.raises(LeaseLost):
            _note_hand_over(claim)

    def test_that_had_left_would_be_told(self, company: Company, clerk: User) -> None:
        made = practised(clerk, company)
        message = queued(made)
        attempt = {"number": 1, "to_address": message.to_address, "started_at": Now(), "handed_over_at": Now()}
        Attempt.objects.create(company=made, message=message, **attempt)
        (rule,) = [each for each in invariants() if "practice" in each.name]
        assert not check(made, rule).holds


class TestPages:
    def test_roles_and_methods(self, company: Company, as_clerk: Client) -> None:
        check_roles(company, "practice.use", "/practice/")
        check_method(as_clerk, "/practice/", wrong="post")
        check_method(as_clerk, "/practice/reset/", wrong="get")

    def test_from_the_first_time_to_the_way_back(self, company: Company, as_clerk: Client, clerk: User) -> None:
        first = text_of(as_clerk.get("/practice/"))
        assert "Make my practice company" in first
        assert "roles there that you have in real work: Clerk." in first
        assert "Go to the practice company" not in first
        assert "Nothing here counts" not in first
        asked = as_clerk.post("/practice/reset/", follow=True)
        job = Job.objects.get(kind="practice")
        assert asked.redirect_chain[-1][0] == f"/jobs/{job.pk}/"
        assert "A fresh practice company is being made." in text_of(as_clerk.get("/practice/"))
        make_practice(job.pk)
        assert "Your practice company is ready." in text_of(as_clerk.get(f"/jobs/{job.pk}/"))
        made = practice_of(clerk)
        assert made is not None
        today = as_clerk.post("/company/", {"company": made.pk}, follow=True)
        assert "Nothing here counts, and no mail leaves." in text_of(today)
        for url in ("/customers/", "/invoices/", "/aging/", "/account/"):
            assert "Nothing here counts, and no mail leaves." in text_of(as_clerk.get(url))
        assert "Back to Acme Trading" in text_of(as_clerk.get("/practice/"))
        again = as_clerk.post("/practice/reset/", follow=True)
        assert again.context["company"] == company, "the job is watched in the real company"
        clerk.refresh_from_db()
        assert clerk.last_company == company, "signing in leads to real work"

    def test_signing_in_leads_to_the_company_that_counts(self, company: Company, clerk: User) -> None:
        Company.objects.filter(pk=company.pk).update(code="zzz")
        practised(clerk, company)
        User.objects.filter(pk=clerk.pk).update(last_company=None)
        assert browser_of(clerk).get("/").context["company"] == company

    def test_somebody_elses_is_not_offered(self, company: Company, clerk: User, controller: User) -> None:
        practised(clerk, company)
        job = Job.objects.get(kind="practice")
        client = browser_of(controller)
        assert "somebody else’s" in text_of(client.get(f"/jobs/{job.pk}/"))
        made = practice_of(clerk)
        assert made is not None
        assert client.post("/company/", {"company": made.pk}).status_code == 404


def test_the_role_of_the_process_may_not_turn_it_into_a_real_one(company: Company, clerk: User) -> None:
    made = practised(clerk, company)
    with connection.cursor() as cursor, pytest.raises(Exception, match="practice"):
        cursor.execute("update core_company set practice_for_id = null where id = %s", [made.pk])
