"""Who is let in: tokens, scopes, roles, expiry, pace."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from arap.api.actions import issue_token, revoke_token
from arap.api.actions.tokens import digest_of
from arap.api.models import ApiToken
from arap.core.actions.people import revoke_role
from arap.core.errors import Forbidden, Invalid, Refused
from arap.core.models import AuditEntry, Company, Role, User
from tests.api.program import Program, program
from tests.people import hire

pytestmark = pytest.mark.django_db


def test_a_token_says_who_it_is(api: Program, company: Company) -> None:
    said = api.get("token/")
    assert (said["company"], said["user"], said["base_currency"]) == ("acme", "clerk", "CNY")
    assert "invoice.post" in said["scopes"]
    assert "receipt.confirm" not in said["scopes"]


def test_the_database_holds_no_token(company: Company, clerk: User) -> None:
    new = issue_token(company, clerk, name="shop", scopes=["invoice.view"], days=30, at=timezone.now())
    kept = ApiToken.objects.values().get()
    assert kept["digest"] == digest_of(new.secret)
    assert kept["prefix"] == new.secret[:11]
    assert not any(new.secret in str(value) for value in kept.values())
    noted = AuditEntry.objects.get(verb="token.issue")
    assert new.secret not in str(noted.after)
    assert noted.actor == clerk


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer arap_" + "x" * 43, "Bearer é"])
def test_without_a_token_nobody_is_let_in(company: Company, header: str) -> None:
    answer = Client().get("/api/v1/customers/", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="arap"'
    assert answer.json()["code"] == "unauthenticated"


def test_a_session_is_no_token(as_clerk: Client) -> None:
    assert as_clerk.get("/api/v1/customers/").status_code == 401


def test_a_token_ends(api: Program, clerk: User, company: Company) -> None:
    token = ApiToken.objects.get()
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.refused("GET", "customers/")[0] == 401
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    api.get("customers/")
    revoke_token(token, by=clerk)
    assert api.refused("GET", "customers/")[0] == 401
    with pytest.raises(Refused):
        revoke_token(token, by=clerk)


def test_who_has_left_is_not_let_in(api: Program, clerk: User) -> None:
    clerk.is_active = False
    clerk.save(update_fields=["is_active"])
    assert api.refused("GET", "customers/")[0] == 401


def test_a_company_that_is_closed_lets_nobody_in(api: Program, company: Company) -> None:
    company.is_active = False
    company.save(update_fields=["is_active"])
    assert api.refused("GET", "customers/")[0] == 401


def test_a_scope_counts_as_long_as_the_role_does(api: Program, company: Company, clerk: User) -> None:
    api.get("customers/")
    revoke_role(company, clerk, Role.CLERK, by=None)
    assert api.refused("GET", "customers/")[:2] == (403, "forbidden")


def test_a_token_does_no_more_than_its_scopes(company: Company, clerk: User) -> None:
    reader = program(company, clerk, "invoice.view")
    reader.get("invoices/")
    assert reader.refused("GET", "customers/")[0] == 403
    assert reader.refused("POST", "invoices/", {})[0] == 403


def test_a_scope_beyond_the_role_is_not_given(company: Company, clerk: User) -> None:
    now = timezone.now()
    for scopes in (["receipt.confirm"], ["no.such"], []):
        with pytest.raises(Invalid) as refusal:
            issue_token(company, clerk, name="x", scopes=scopes, days=1, at=now)
        assert refusal.value.facts["field"] == "scopes"
    for days in (0, 367):
        with pytest.raises(Invalid):
            issue_token(company, clerk, name="x", scopes=["invoice.view"], days=days, at=now)
    with pytest.raises(Invalid):
        issue_token(company, clerk, name=" ", scopes=["invoice.view"], days=1, at=now)


def test_a_token_is_for_ones_own_company(other_company: Company, clerk: User) -> None:
    with pytest.raises(Forbidden):
        issue_token(other_company, clerk, name="x", scopes=["invoice.view"], days=1, at=timezone.now())


def test_its_last_use_is_noted(api: Program) -> None:
    assert ApiToken.objects.get().last_used_at is None
    api.get("token/")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    api.get("token/")
    assert ApiToken.objects.get().last_used_at == first, "once a minute will do"


def test_a_token_has_its_pace(company: Company, clerk: User) -> None:
    """Three a minute; the clock may turn once while we count, so six let one of seven be turned back."""
    hasty = program(company, clerk, pace=3)
    answers = [hasty.call("GET", "token/") for _ in range(7)]
    assert answers[0].status_code == 200
    assert answers[0]["RateLimit-Limit"] == "3"
    late = next(answer for answer in answers if answer.status_code == 429)
    assert late.json()["code"] == "too_many_requests"
    assert 1 <= int(late["Retry-After"]) <= 60
    assert late["RateLimit-Remaining"] == "0"


def test_one_token_does_not_slow_another(company: Company, clerk: User, controller: User) -> None:
    hasty = program(company, clerk, pace=1)
    for _ in range(3):
        hasty.call("GET", "token/")
    program(company, controller, pace=1).get("token/")


def test_while_the_broker_is_away_nobody_is_turned_back(
    company: Company, clerk: User, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import redis

    from arap.api import throttling

    nowhere = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.25)
    monkeypatch.setattr(throttling, "_counter", lambda: nowhere)
    hasty = program(company, clerk, pace=1)
    for _ in range(3):
        hasty.get("token/")


def test_an_auditor_reads_and_changes_nothing(company: Company) -> None:
    reader = program(company, hire(company, "aud", Role.AUDITOR))
    reader.get("documents/")
    assert reader.refused("POST", "receipts/", {})[0] == 403
