"""report_save_view, report_view, report_view_drop: reports kept under a name, with their days by name and columns."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import AuditEntry, Company, Role, User
from arap.desk.models import SavedView
from arap.desk.reports.kept import address, read
from tests.pages import check_method, parsed, signed_in, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
SAVE, LIST = "/reports/views/save/", "/reports/"
DOCUMENTS, AGING = "desk:report/documents", "aging:report"


def save(
    client: Client, name: str = "Mine", page: str = DOCUMENTS, query: str = "period=last_month", **more: str
) -> None:
    client.post(SAVE, {"page": page, "query": query, "name": name, **more})


def view_of(name: str = "Mine") -> SavedView:
    return SavedView.objects.get(name=name)


def test_saved_it_is_a_tab_of_its_report_and_in_the_list(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(SAVE, {"page": DOCUMENTS, "query": "period=last_month", "name": "Closing"}, follow=True)
    assert answer.redirect_chain == [("/reports/documents/?period=last_month", 302)]
    assert answer.context["query"] == "period=last_month"
    assert "Closing" in text_of(as_clerk.get("/reports/documents/"))
    assert "Closing" not in text_of(as_clerk.get("/reports/journal/"))
    assert "/reports/documents/?period=last_month" in parsed(as_clerk.get(LIST)).links


def test_a_month_by_name_is_another_month_next_month(as_clerk: Client, story: Story) -> None:
    save(as_clerk)
    facts = [dict(read(view_of(), today=on).facts)["Period"] for on in (date(2026, 3, 31), date(2026, 4, 1))]
    assert facts == ["1 Feb 2026 – 28 Feb 2026", "1 Mar 2026 – 31 Mar 2026"]


def test_typed_days_stay(as_clerk: Client, story: Story) -> None:
    save(as_clerk, query="period=days&first=2026-01-05&last=2026-01-09")
    assert dict(read(view_of(), today=date(2026, 9, 9)).facts)["Period"] == "5 Jan 2026 – 9 Jan 2026"


def test_the_day_of_the_aging_by_name(as_clerk: Client, story: Story) -> None:
    save(as_clerk, page=AGING, query="as_of=2026-01-31&by=owner", at="month_end")
    view = view_of()
    assert "as_of=2026-03-31" in address(view, today=date(2026, 4, 2))
    assert "by=owner" in address(view, today=date(2026, 4, 2))
    assert dict(read(view, today=date(2026, 4, 2)).facts)["As of"] == "31 Mar 2026"
    save(as_clerk, name="Fixed", page=AGING, query="as_of=2026-01-31", at="days")
    assert "as_of=2026-01-31" in address(view_of("Fixed"), today=date(2026, 4, 2))


def test_the_aging_page_shows_its_views(as_clerk: Client, story: Story) -> None:
    save(as_clerk, page=AGING, query="by=owner", at="today")
    answer = as_clerk.get(address(view_of(), today=story.today))
    assert "About this view" in text_of(answer), "the one that is shown is known again"
    assert "Save this view" in text_of(as_clerk.get("/aging/"))


def test_chosen_columns_are_shown_kept_and_exported(as_clerk: Client, story: Story) -> None:
    query = "period=last_year&column=customer&column=total"
    save(as_clerk, query=query)
    answer = as_clerk.get(f"/reports/documents/?{query}")
    assert [column.name for column in answer.context["columns"]] == ["posted_on", "customer", "currency", "total"]
    assert view_of().query == query
    sheet = read(view_of(), today=story.today).sheet
    assert sheet is not None
    assert [column.name for column in sheet().columns] == ["posted_on", "customer", "currency", "total"]
    every = as_clerk.get("/reports/documents/").context["columns"]
    ticked = "&".join(f"column={each.name}" for each in every if each.name not in ("posted_on", "currency"))
    assert as_clerk.get(f"/reports/documents/?{ticked}").context["query"] == "", "all of them is no choice"
    assert as_clerk.get("/reports/documents/?column=no-such").status_code == 422


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": " "}, "Type a name for the view."),
        ({"name": "x" * 41}, "at most 40 characters"),
        ({"page": "desk:report/no-such"}, "There is no such report."),
        ({"page": "desk:customers"}, "There is no such report."),
        ({"query": "period=never"}, "not right yet"),
        ({"query": "customer=nobody"}, "not right yet"),
        ({"page": "desk:report/customer-ledger", "query": ""}, "not right yet"),
    ],
)
def test_what_cannot_be_kept_is_said(as_clerk: Client, story: Story, sent: dict[str, str], words: str) -> None:
    answer = as_clerk.post(SAVE, {"page": DOCUMENTS, "query": "", "name": "Mine", **sent}, follow=True)
    assert words in text_of(answer)
    assert "Nothing was saved." in text_of(answer)
    assert not SavedView.objects.exists()


def test_the_same_name_replaces_what_it_asked(as_clerk: Client, story: Story) -> None:
    save(as_clerk)
    save(as_clerk, query="period=year")
    assert view_of().query == "period=year"
    verbs = AuditEntry.objects.filter(object_type="desk.savedview").order_by("pk")
    assert [(entry.verb, entry.after) for entry in verbs][1] == ("view.change", {"query": "period=year"})


def test_private_unless_shared_and_changed_by_its_owner_alone(company: Company, as_clerk: Client, story: Story) -> None:
    save(as_clerk)
    save(as_clerk, name="Of all", is_shared="yes")
    auditor = signed_in(company, Role.AUDITOR)
    assert "Of all" in text_of(auditor.get(LIST))
    assert "Mine" not in text_of(auditor.get("/reports/documents/"))
    assert auditor.get(f"/reports/views/{view_of().pk}/").status_code == 404
    shared = f"/reports/views/{view_of('Of all').pk}/"
    assert "Record the change" not in text_of(auditor.get(shared))
    assert auditor.post(shared, {"name": "x"}).status_code == 403
    assert auditor.post(f"{shared}drop/").status_code == 403
    save(auditor, name="Auditor's", is_shared="yes")
    assert not view_of("Auditor's").is_shared, "an auditor changes nothing that others see"
    assert signed_in(company, Role.CONTROLLER).post(f"{shared}drop/").status_code == 302
    assert not SavedView.objects.filter(name="Of all").exists()


def test_renamed_and_shared(as_clerk: Client, clerk: User, story: Story) -> None:
    save(as_clerk)
    save(as_clerk, name="Other")
    here = f"/reports/views/{view_of().pk}/"
    assert "Last month" not in text_of(as_clerk.get(here)), "it says which month that is"
    taken = as_clerk.post(here, {"name": "Other"})
    assert taken.status_code == 422
    assert "Another view of this report has this name." in text_of(taken)
    assert as_clerk.post(here, {"name": " "}).status_code == 422
    as_clerk.post(here, {"name": "  New  name ", "is_shared": "on"})
    assert view_of("New name").is_shared


def test_removed_and_taken_back(as_clerk: Client, story: Story) -> None:
    save(as_clerk, page=AGING, query="by=owner", at="month_end", is_shared="yes")
    view = view_of()
    answer = as_clerk.post(f"/reports/views/{view.pk}/drop/", follow=True)
    assert not SavedView.objects.exists()
    undo = answer.context["undo"]
    as_clerk.post(undo["url"], undo["fields"])
    again = view_of()
    assert (again.page, again.query, again.is_shared) == (view.page, view.query, True)


def test_not_more_than_one_finds_again(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arap.desk.actions.saved_views.VIEWS_MAX", 2)
    for name in ("A", "B", "C"):
        save(as_clerk, name=name)
    assert {view.name for view in SavedView.objects.all()} == {"A", "B"}
    save(as_clerk, name="B", query="period=year")
    assert view_of("B").query == "period=year"


def test_what_can_no_longer_be_asked_says_so(as_clerk: Client, story: Story) -> None:
    save(as_clerk, query="customer=C-10482")
    SavedView.objects.update(query="customer=C-0")
    assert "There is no customer “C-0”" in text_of(as_clerk.get(f"/reports/views/{view_of().pk}/"))


def test_the_list_asks_once_for_all_views(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for at in range(9):
        save(as_clerk, name=f"View {at}")
    with django_assert_max_num_queries(8):
        as_clerk.get(LIST)


def test_methods(as_clerk: Client, story: Story) -> None:
    save(as_clerk)
    check_method(as_clerk, SAVE, wrong="get")
    check_method(as_clerk, f"/reports/views/{view_of().pk}/drop/", wrong="get")
