"""Policies and texts in the admin: checked with a clear message, previewed, audited, and of one's own companies."""

from typing import Any

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, Role, User
from dunning.models import DunningMinimum, DunningPolicy, DunningStep, ReminderTemplate
from tests.dunning.conftest import Desk
from tests.pages import text_of
from tests.people import hire

pytestmark = pytest.mark.django_db

POLICIES, TEXTS = "/admin/dunning/dunningpolicy/", "/admin/dunning/remindertemplate/"


@pytest.fixture
def manager(client: Client, company: Company) -> Client:
    user = hire(company, "manager", Role.CREDIT_MANAGER)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(user)
    return client


def policy_form(policy: DunningPolicy, steps: list[tuple[Any, int, int]]) -> dict[str, Any]:
    form = {
        "name": policy.name, "is_default": "on", "is_active": "on", "release": "automatic", "business_days": "wait",
        "from_hour": "9", "minimums-TOTAL_FORMS": "1", "minimums-INITIAL_FORMS": "0", "minimums-0-currency": "CNY",
        "minimums-0-amount": "50", "steps-TOTAL_FORMS": len(steps),
        "steps-INITIAL_FORMS": sum(1 for pk, _number, _days in steps if pk),
    }  # fmt: skip
    for at, (pk, number, days) in enumerate(steps):
        form |= {
            f"steps-{at}-id": pk, f"steps-{at}-policy": policy.pk, f"steps-{at}-number": number,
            f"steps-{at}-days": days, f"steps-{at}-tone": "firm",
        }  # fmt: skip
    return form


def test_the_list_makes_the_usual_policy(manager: Client, company: Company) -> None:
    assert "Standard" in text_of(manager.get(POLICIES))
    assert [step.days for step in DunningPolicy.objects.get().steps.all()] == [-3, 1, 15, 30, 60]


def test_a_policy_is_changed(manager: Client, desk: Desk) -> None:
    policy = DunningPolicy.objects.get()
    steps: list[tuple[Any, int, int]] = [(step.pk, step.number, step.days + 1) for step in policy.steps.all()]
    answer = manager.post(f"{POLICIES}{policy.pk}/change/", policy_form(policy, [*steps, ("", 9, 90)]))
    assert answer.status_code == 302, text_of(answer)
    policy.refresh_from_db()
    assert (policy.release, policy.business_days, policy.from_hour) == ("automatic", "wait", 9)
    assert [step.days for step in policy.steps.all()] == [-2, 2, 16, 31, 61, 90]
    assert DunningMinimum.objects.get().company == desk.company
    assert AuditEntry.objects.filter(verb="dunningpolicy.change").exists()


def test_steps_rise(manager: Client, desk: Desk) -> None:
    policy = DunningPolicy.objects.get()
    steps: list[tuple[Any, int, int]] = [(step.pk, 9 - step.number, step.days) for step in policy.steps.all()]
    answer = manager.post(f"{POLICIES}{policy.pk}/change/", policy_form(policy, steps))
    assert answer.status_code == 200
    assert "a later step has a higher number" in text_of(answer)
    assert DunningStep.objects.get(days=-3).number == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{{ settings.SECRET_KEY }}", "Double braces and other template code are not carried out."),
        ("{% load x %}", "Double braces and other template code are not carried out."),
        ("Dear {name}", "{name} stands for nothing. Known are: {customer}, {contact}"),
    ],
)
def test_a_wrong_text_is_refused(manager: Client, desk: Desk, body: str, message: str) -> None:
    text = ReminderTemplate.objects.get(tone="plain", language="en")
    form = {"tone": "plain", "language": "en", "subject": "s", "body": body}
    answer = manager.post(f"{TEXTS}{text.pk}/change/", form)
    assert answer.status_code == 200
    assert message in text_of(answer)
    text.refresh_from_db()
    assert text.body != body


def test_a_text_is_saved_and_previewed(manager: Client, desk: Desk) -> None:
    text = ReminderTemplate.objects.get(tone="plain", language="en")
    form = {"tone": "plain", "language": "en", "subject": "{total}", "body": "<b>{contact}</b>\n{items}"}
    assert manager.post(f"{TEXTS}{text.pk}/change/", form).status_code == 302
    answer = manager.get(f"{TEXTS}{text.pk}/change/")
    assert "CNY 12,480.00" in text_of(answer)
    assert "&lt;b&gt;Accounts payable&lt;/b&gt;" in answer.content.decode()


def test_add_pages_and_lists_open(manager: Client, desk: Desk) -> None:
    for page in ("remindertemplate/add/", "customerpolicy/add/", "customerpolicy/", "dunningrun/", "notice/"):
        assert manager.get(f"/admin/dunning/{page}").status_code == 200, page
    assert manager.get("/admin/cases/hold/").status_code == 200


def test_other_companies_are_not_shown(client: Client, desk: Desk, other_company: Company) -> None:
    stranger = hire(other_company, "stranger", Role.CREDIT_MANAGER)
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    client.force_login(stranger)
    policy = DunningPolicy.objects.get(company=desk.company)
    assert client.get(f"{POLICIES}{policy.pk}/change/").status_code == 302
    assert DunningPolicy.objects.filter(company=other_company).count() == 0


def test_a_clerk_has_no_business_here(client: Client, desk: Desk) -> None:
    User.objects.filter(pk=desk.clerk.pk).update(is_staff=True)
    client.force_login(desk.clerk)
    assert client.get(POLICIES).status_code == 403
