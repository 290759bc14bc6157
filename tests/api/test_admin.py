"""Tokens and webhooks in the admin."""

import re
from typing import Any

import pytest
from django.test import Client

from arap.api.actions import make_webhook
from arap.api.models import ApiToken, Delivery, Webhook
from arap.core.models import AuditEntry, Company, Role, User
from tests.api.program import program
from tests.people import hire

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(company: Company) -> Client:
    """The browser of an administrator who may open the admin."""
    user = hire(company, "root", Role.ADMINISTRATOR)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def private_allowed(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ALLOWED = True


def test_an_administrator_takes_tokens_back_and_sets_their_pace(desk: Client, company: Company, clerk: User) -> None:
    api = program(company, clerk)
    token = ApiToken.objects.get()
    page = desk.get(f"/admin/api/apitoken/{token.pk}/change/")
    assert token.digest not in page.content.decode()
    done = desk.post(f"/admin/api/apitoken/{token.pk}/change/", {"requests_per_minute": "7", "scopes": "admin.people"})
    assert done.status_code == 302
    token.refresh_from_db()
    assert token.requests_per_minute == 7
    assert "admin.people" not in token.scopes, "nobody widens a token"
    assert desk.get("/admin/api/apitoken/add/").status_code == 403
    chosen = {"action": "revoke", "_selected_action": [token.pk]}
    said = desk.post("/admin/api/apitoken/", chosen, follow=True)
    assert "1 token was taken back." in said.content.decode()
    assert api.refused("GET", "token/")[0] == 401
    assert AuditEntry.objects.get(verb="token.revoke").actor == User.objects.get(username="root")


def test_another_companys_are_not_there(desk: Client, company: Company, other_company: Company, outsider: User) -> None:
    program(other_company, outsider)
    hook = make_webhook(other_company, url="https://e.example/", events=["invoice.paid"], by=None).webhook
    token = ApiToken.objects.get()
    assert token.prefix not in desk.get("/admin/api/apitoken/").content.decode()
    assert "e.example" not in desk.get("/admin/api/webhook/").content.decode()
    for path in (f"apitoken/{token.pk}", f"webhook/{hook.pk}"):
        assert desk.get(f"/admin/api/{path}/change/").status_code == 302, "sent back to the list"
    desk.post("/admin/api/apitoken/", {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_sees_them(company: Company, role: Role) -> None:
    user = hire(company, "staff", role)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(user)
    for name in ("apitoken", "webhook", "delivery"):
        assert client.get(f"/admin/api/{name}/").status_code == 403


def test_a_webhook_is_made_and_its_secret_shown_once(desk: Client, company: Company) -> None:
    form = {"company": company.pk, "url": "https://hooks.example/x", "events": ["invoice.paid"], "is_active": "on"}
    said = desk.post("/admin/api/webhook/add/", form, follow=True).content.decode()
    hook = Webhook.objects.get()
    secret = bytes(hook.secret).hex()
    assert secret in said
    assert secret not in desk.get(f"/admin/api/webhook/{hook.pk}/change/").content.decode()
    assert not any(secret in f"{entry.before}{entry.after}" for entry in AuditEntry.objects.all())
    changed = {**form, "url": "https://hooks.example/y"}
    changed.pop("is_active")
    desk.post(f"/admin/api/webhook/{hook.pk}/change/", changed)
    hook.refresh_from_db()
    assert (hook.url, hook.is_active, bytes(hook.secret).hex()) == ("https://hooks.example/y", False, secret)
    assert AuditEntry.objects.get(verb="webhook.change").after == {
        "url": "https://hooks.example/y", "is_active": False,
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"url": "ftp://x/"}, {"url": ""}, {"events": []}, {"events": ["gossip"]}])
def test_what_is_wrong_is_said(desk: Client, company: Company, change: dict[str, Any]) -> None:
    form = {"company": company.pk, "url": "https://hooks.example/x", "events": ["invoice.paid"], **change}
    page = desk.post("/admin/api/webhook/add/", form)
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert not Webhook.objects.exists()


def test_deliveries_are_told_again(desk: Client, company: Company) -> None:
    hook = make_webhook(company, url="https://e.example/", events=["invoice.paid"], by=None).webhook
    rows = [
        Delivery(company=company, webhook=hook, key=state, event="invoice.paid", position=1, payload={}, state=state)
        for state in ("delivered", "failed", "pending")
    ]
    Delivery.objects.bulk_create(rows)
    chosen = {"action": "tell_again", "_selected_action": [row.pk for row in Delivery.objects.all()]}
    said = desk.post("/admin/api/delivery/", chosen, follow=True).content.decode()
    assert re.search("2 events are told again", said)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}
