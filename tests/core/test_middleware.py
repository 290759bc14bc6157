"""Which company, role, language and time zone a request has, and what a refusal looks like."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from arap.core.actions import grant_role
from arap.core.errors import DomainError, Forbidden, Invalid, MissingRate, NotFound, Refused
from arap.core.middleware import SESSION_COMPANY, CompanyMiddleware, DomainErrorMiddleware
from arap.core.models import Company, Role, User


def seen_by(user: Any, session: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a view sees when `user` asks."""
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        for name in ("company", "companies", "roles", "role"):
            seen[name] = getattr(request, name)
        seen["language"] = translation.get_language()
        seen["time_zone"] = timezone.get_current_timezone()
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user
    request.session = session or {}  # type: ignore[assignment]
    CompanyMiddleware(view)(request)
    return seen


@pytest.fixture
def in_two(clerk: User, other_company: Company) -> User:
    grant_role(other_company, clerk, Role.AUDITOR, by=None)
    return clerk


def test_the_last_company_is_opened_and_the_session_chooses_another(
    in_two: User, company: Company, other_company: Company
) -> None:
    assert seen_by(in_two)["company"] == company
    chosen = seen_by(in_two, {SESSION_COMPANY: other_company.pk})
    assert (chosen["company"], chosen["roles"], chosen["role"]) == (
        other_company,
        frozenset({Role.AUDITOR}),
        Role.AUDITOR,
    )
    assert chosen["companies"] == [company, other_company]


def test_a_company_without_a_role_cannot_be_chosen(clerk: User, company: Company, other_company: Company) -> None:
    assert seen_by(clerk, {SESSION_COMPANY: other_company.pk})["company"] == company
    assert seen_by(clerk, {SESSION_COMPANY: "x"})["company"] == company


def test_an_inactive_company_is_gone(clerk: User, company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(is_active=False)
    assert seen_by(clerk)["company"] is None


def test_without_any_company_there_is_no_role(db: None) -> None:
    stranger = User.objects.create(username="stranger")
    for user in (stranger, AnonymousUser()):
        seen = seen_by(user)
        assert (seen["company"], seen["companies"], seen["roles"], seen["role"]) == (None, [], frozenset(), None)


def test_the_weightiest_role_is_named(clerk: User, company: Company) -> None:
    grant_role(company, clerk, Role.CONTROLLER, by=None)
    assert seen_by(clerk)["role"] == Role.CONTROLLER


def test_language_follows_the_user_and_time_the_company_for_this_request_only(clerk: User) -> None:
    clerk.language = "zh-hans"
    before = (translation.get_language(), timezone.get_current_timezone())
    seen = seen_by(clerk)
    assert (seen["language"], seen["time_zone"]) == ("zh-hans", ZoneInfo("Asia/Shanghai"))
    assert (translation.get_language(), timezone.get_current_timezone()) == before


def test_one_query(clerk: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        seen_by(clerk)


STATUSES: list[tuple[type[DomainError], int]] = [
    (Refused, 409),
    (NotFound, 404),
    (Invalid, 422),
    (Forbidden, 403),
    (MissingRate, 422),
]


@pytest.mark.parametrize("error, status", STATUSES, ids=[error.__name__ for error, _status in STATUSES])
@pytest.mark.parametrize("is_fragment", [False, True], ids=["page", "fragment"])
def test_a_refusal_is_a_page_with_its_status(error: type[DomainError], status: int, is_fragment: bool) -> None:
    headers = {"HX-Request": "true"} if is_fragment else {}
    request = RequestFactory(headers=headers).get("/")
    request.user = AnonymousUser()
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    answer = middleware.process_exception(request, error("some_code", "The <reason> in one sentence."))
    assert answer is not None
    assert answer.status_code == status
    text = answer.content.decode()
    assert "The &lt;reason&gt; in one sentence." in text
    assert ("<html" in text) != is_fragment


def test_other_exceptions_are_not_hidden() -> None:
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None
