"""The navigation of each role: what it may open, and the section in which it works most right after Today."""

import pytest

from arap.core.context import NAVIGATION
from arap.core.models import Company, Role
from arap.core.permissions import PERMISSIONS
from tests.pages import signed_in

pytestmark = pytest.mark.django_db


def sections_of(company: Company, role: Role, path: str = "/") -> list[list[str]]:
    """The addresses of each section that somebody of this role sees."""
    shown = signed_in(company, role).get(path).context["navigation"]
    return [[page.url_name for page in section.pages] for section in shown]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_what_it_may_open_and_nothing_else(company: Company, role: Role) -> None:
    may = {page.url_name for section in NAVIGATION for page in section.pages if role in PERMISSIONS[page.verb]}
    shown = [name for section in sections_of(company, role) for name in section]
    assert sorted(shown) == sorted(may)


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.CLERK, "desk:customers"),
        (Role.CONTROLLER, "desk:customers"),
        (Role.COLLECTOR, "dunning:list"),
        (Role.CREDIT_MANAGER, "dunning:list"),
        (Role.AUDITOR, "desk:revaluation"),
        (Role.ADMINISTRATOR, "desk:imports"),
    ],
)
def test_what_a_role_uses_most_comes_after_today(company: Company, role: Role, first: str) -> None:
    sections = sections_of(company, role)
    assert sections[0] == ["desk:today", "desk:approvals"]
    assert sections[1][0] == first


def test_the_page_one_is_on_is_marked(company: Company) -> None:
    shown = signed_in(company, Role.CLERK).get("/aging/").context["navigation"]
    assert [page.url_name for section in shown for page in section.pages if page.is_current] == ["aging:report"]
