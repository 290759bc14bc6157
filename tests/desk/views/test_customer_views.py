"""customer_views, customer_save_view, customer_drop_view: what a list is narrowed to, kept as a tab."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, Role, User
from arap.desk.models import SavedView
from customers.actions import update_customer
from tests.pages import check_method, parsed, signed_in, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
LIST, TABS, SAVE = "/customers/", "/customers/views/", "/customers/views/save/"


def test_saved_counted_and_shown(as_clerk: Client, story: Story) -> None:
    update_customer(story.haichen, by=None, segment="Export")
    answer = as_clerk.post(SAVE, {"view": "overdue", "segment": "Export", "name": "Late export"}, follow=True)
    assert answer.redirect_chain == [("/customers/?view=overdue&segment=Export", 302)]
    current = [tab for tab in answer.context["tabs"] if tab.is_current]
    assert [tab.name for tab in current] == ["Late export"]
    assert "Late export 1" in text_of(as_clerk.get(TABS))
    assert "/customers/?view=overdue&segment=Export" in parsed(as_clerk.get(LIST)).links


def test_the_same_name_replaces_and_a_bare_list_is_no_view(as_clerk: Client, clerk: User, story: Story) -> None:
    for query in ({"q": "a"}, {"q": "b"}, {}):
        as_clerk.post(SAVE, {**query, "name": "Mine"})
    as_clerk.post(SAVE, {"q": "c", "name": "  "})
    assert [(view.name, view.query) for view in SavedView.objects.all()] == [("Mine", "q=b")]


def test_mine_alone_unless_it_is_for_everybody(company: Company, as_clerk: Client, story: Story) -> None:
    as_clerk.post(SAVE, {"q": "a", "name": "My own"})
    as_clerk.post(SAVE, {"q": "b", "name": "Of all", "is_shared": "yes"})
    auditor = signed_in(company, Role.AUDITOR)
    page = text_of(auditor.get(TABS))
    assert "Of all" in page
    assert "My own" not in page
    auditor.post(SAVE, {"q": "c", "name": "Auditor's", "is_shared": "yes"})
    assert not SavedView.objects.get(name="Auditor's").is_shared, "sharing is for who may change customers"
    view = SavedView.objects.get(name="Of all")
    assert auditor.post(f"/customers/views/{view.pk}/drop/").status_code == 404, "not its own"


def test_removed_and_taken_back(as_clerk: Client, clerk: User, story: Story) -> None:
    as_clerk.post(SAVE, {"view": "overdue", "q": "ningbo & co", "name": "N", "is_shared": "yes"})
    view = SavedView.objects.get()
    answer = as_clerk.post(f"/customers/views/{view.pk}/drop/", follow=True)
    assert not SavedView.objects.exists()
    undo = answer.context["undo"]
    as_clerk.post(undo["url"], undo["fields"])
    again = SavedView.objects.get()
    assert (again.name, again.query, again.is_shared) == (view.name, view.query, True)


def test_not_more_than_a_row_holds(as_clerk: Client, story: Story) -> None:
    for at in range(14):
        as_clerk.post(SAVE, {"q": f"x{at}", "name": f"View {at}"})
    assert SavedView.objects.count() == 12


def test_one_query_counts_all_views(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for at in range(8):
        as_clerk.post(SAVE, {"q": f"ningbo{at}", "owner": "none", "name": f"View {at}"})
    with django_assert_max_num_queries(7):
        as_clerk.get(TABS)


def test_methods(as_clerk: Client, clerk: User, company: Company) -> None:
    view = SavedView.objects.create(company=company, page="desk:customers", owner=clerk, name="n", query="q=a")
    check_method(as_clerk, TABS, wrong="post")
    check_method(as_clerk, SAVE, wrong="get")
    check_method(as_clerk, f"/customers/views/{view.pk}/drop/", wrong="get")
