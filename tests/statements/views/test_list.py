"""list, begin: runs, the latest statements in pages, and beginning a run."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import Company, Job
from statements.models import Statement, StatementRun
from statements.views import runs
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def asked(story: Story, **more: str) -> dict[str, str]:
    return {"as_of": story.today.isoformat(), "kind": "open", "language": "own", **more}


def test_a_run_is_begun_and_found_again(as_controller: Client, story: Story) -> None:
    answer = as_controller.post(reverse("statements:begin"), asked(story), follow=True)
    run = StatementRun.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("statements:run", args=[run.pk])
    assert Job.objects.get().params == {"run": run.pk}
    StatementRun.objects.update(state="ready")
    again = as_controller.post(reverse("statements:begin"), asked(story), follow=True)
    assert "This run was begun before" in text_of(again)
    assert (StatementRun.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.parametrize(("field", "value"), [("as_of", "2999-01-01"), ("as_of", "31 Foo"), ("segment", "none such")])
def test_what_is_wrong_is_said_at_the_field(as_controller: Client, story: Story, field: str, value: str) -> None:
    answer = as_controller.post(reverse("statements:begin"), asked(story, **{field: value}))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not StatementRun.objects.exists()


def test_the_list_and_its_pages(
    as_controller: Client, story: Story, run: StatementRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE", 1)
    last, first = Statement.objects.order_by("-pk")
    words = text_of(as_controller.get(reverse("statements:list")))
    assert "Ready to send" in words
    assert last.number in words
    assert first.number not in words
    older = as_controller.get(reverse("statements:list"), {"before": last.pk})
    assert first.number in text_of(older)
    assert "Older" not in text_of(older)


def test_without_anything_it_says_what_to_do(as_clerk: Client, company: Company) -> None:
    words = text_of(as_clerk.get(reverse("statements:list")))
    assert "No statements yet" in words
    assert "Begin run" not in words, "a clerk does not begin runs"


def test_queries(as_controller: Client, run: StatementRun, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        as_controller.get(reverse("statements:list"))


def test_another_companys_are_not_there(client: Client, outsider: Any, run: StatementRun) -> None:
    client.force_login(outsider)
    assert "S-" not in text_of(client.get(reverse("statements:list")))


def test_methods(as_controller: Client, story: Story) -> None:
    check_method(as_controller, reverse("statements:list"), wrong="post")
    check_method(as_controller, reverse("statements:begin"), wrong="get")
