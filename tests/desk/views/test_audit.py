"""audit, audit_export, audit_sample, audit_sample_export: who did what; samples that can be drawn again."""

import csv
import io
import re
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from arap.core.models import AuditEntry, Company, Period, Role, User
from arap.desk.queries.sampling import Draw, draw, last_position
from tests.pages import check_method, parsed, signed_in, text_of
from tests.people import hire
from tests.stories import Story, number_of, tell

pytestmark = pytest.mark.django_db
URL = "/audit/"
SAMPLE = f"{URL}sample/"


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.fixture
def as_auditor(client: Client, auditor: User) -> Client:
    client.force_login(auditor)
    return client


def rows_of(answer: Any) -> list[str]:
    """The ids of the acts on the page."""
    return re.findall(r'id="act-(\d+)"', answer.content.decode())


def note(company: Company | None, by: User | None, verb: str, obj: Any, **values: Any) -> AuditEntry:
    return AuditEntry.objects.create(
        company=company,
        actor=by,
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        before=values.get("before"),
        after=values.get("after"),
    )


def test_it_is_read_only(as_auditor: Client) -> None:
    check_method(as_auditor, URL, wrong="post")


def test_an_act_opens_its_thing(as_auditor: Client, story: Story, clerk: User) -> None:
    answer = as_auditor.get(URL, {"number": number_of(story.late)})
    assert f"/invoices/{story.late.pk}/" in parsed(answer).links
    assert number_of(story.late) in text_of(answer)
    assert "Clerk" in text_of(answer)


def test_values_before_and_after(as_auditor: Client, company: Company, controller: User) -> None:
    note(company, controller, "customer.update", company, before={"name": "Old & Co"}, after={"name": "<b>New</b>"})
    page = as_auditor.get(URL).content.decode()
    assert "<del>Old &amp; Co</del>" in page
    assert "&lt;b&gt;New&lt;/b&gt;" in page


def test_values_are_called_as_forms_call_them(as_auditor: Client, auditor: User, company: Company) -> None:
    period = Period.objects.filter(company=company).first()
    note(company, auditor, "period.close", period, before={"state": "open"}, after={"state": "closed"})
    note(None, auditor, "person.sign_in", auditor, after={"address": "127.0.0.1", "device": "Firefox, Linux"})
    User.objects.filter(pk=auditor.pk).update(language="zh-hans")
    words = text_of(as_auditor.get(URL))
    assert "网络地址" in words
    assert "登录" in words
    state = Period._meta.get_field("state")
    with translation.override("zh-hans"):
        assert f"{state.verbose_name} {Period.State.OPEN.label} {Period.State.CLOSED.label}" in words


def test_each_filter(as_auditor: Client, company: Company, clerk: User, controller: User, story: Story) -> None:
    mine = note(company, controller, "period.close", company)
    assert rows_of(as_auditor.get(URL, {"who": controller.pk})) == [str(mine.pk)]
    assert rows_of(as_auditor.get(URL, {"verb": "period.close"})) == [str(mine.pk)]
    assert str(mine.pk) in rows_of(as_auditor.get(URL, {"thing": "core.company"}))
    assert rows_of(as_auditor.get(URL, {"thing": "core.job"})) == []
    assert str(mine.pk) in rows_of(as_auditor.get(URL, {"from_on": "-1", "to_on": "+1"}))
    assert rows_of(as_auditor.get(URL, {"to_on": "2020-01-31"})) == []
    assert "No act matches this filter" in text_of(as_auditor.get(URL, {"from_on": "+9"}))


def test_a_day_is_the_companys_own(as_auditor: Client, company: Company, controller: User) -> None:
    """Half past midnight in Shanghai is the evening before in UTC."""
    late = AuditEntry.objects.create(
        company=company, actor=controller, verb="x.y", object_type="a.b", object_id="1", at="2026-03-31T16:30:00Z"
    )
    assert rows_of(as_auditor.get(URL, {"from_on": "2026-04-01", "to_on": "2026-04-01"})) == [str(late.pk)]
    assert rows_of(as_auditor.get(URL, {"from_on": "2026-03-31", "to_on": "2026-03-31"})) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"who": "x"},
        {"who": "999999"},
        {"verb": "no.such"},
        {"thing": "auth.permission"},
        {"from_on": "never"},
        {"from_on": "2026-02-02", "to_on": "2026-01-01"},
        {"number": "x" * 101},
        {"number": "\x00"},
    ],
)
def test_what_cannot_be_asked_says_so_at_its_field(as_auditor: Client, bad: dict[str, str]) -> None:
    answer = as_auditor.get(URL, bad)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("number", ["'; drop table x; --", "%", "1e999", "９", "-1"])
def test_strange_numbers_find_nothing(as_auditor: Client, number: str) -> None:
    assert rows_of(as_auditor.get(URL, {"number": number})) == []


def test_pages_show_every_act_once(as_auditor: Client, company: Company, controller: User) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(company=company, actor=controller, verb="rate.set", object_type="core.company", object_id="1")
        for _each in range(120)
    )
    note(None, controller, "person.sign_in", controller)
    seen: list[str] = []
    url = URL
    while url:
        answer = as_auditor.get(url)
        seen += rows_of(answer)
        url = next((link for link in parsed(answer).links if "before=" in link), "")
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, key=int, reverse=True)
    visible = AuditEntry.objects.filter(company=company).count() + 1
    assert len(seen) == visible


def test_no_act_of_another_company(
    as_auditor: Client, company: Company, other_company: Company, outsider: User, clerk: User
) -> None:
    theirs = note(other_company, outsider, "period.close", other_company)
    their_sign_in = note(None, outsider, "person.sign_in", outsider)
    ours = note(None, clerk, "person.sign_in", clerk)
    by_system = note(None, None, "person.pause", clerk)
    shown = rows_of(as_auditor.get(URL))
    assert {str(ours.pk), str(by_system.pk)} <= set(shown)
    assert not {str(theirs.pk), str(their_sign_in.pk)} & set(shown)
    exported = as_auditor.get(f"{URL}export/").content.decode()
    assert "Outsider" not in exported


def test_the_cost_does_not_grow_with_the_rows(
    as_auditor: Client, company: Company, controller: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 40):
        for _each in range(count):
            note(company, controller, "rate.set", company)
        with django_assert_max_num_queries(18):
            as_auditor.get(URL)


class TestExport:
    def test_no_cell_is_a_formula(self, as_auditor: Client, company: Company, controller: User) -> None:
        controller.full_name = '=HYPERLINK("http://x")'
        controller.save(update_fields=["full_name"])
        note(company, controller, "rate.set", company, after={"x": "+1"})
        text = as_auditor.get(f"{URL}export/", {"as": "csv"}).content.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text)))
        assert '\'=HYPERLINK("http://x")' in lines[1]
        assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]
        book = load_workbook(io.BytesIO(as_auditor.get(f"{URL}export/", {"as": "xlsx"}).content))
        cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
        assert "f" not in {cell.data_type for cell in cells}
        assert '=HYPERLINK("http://x")' in [cell.value for cell in cells]

    def test_it_has_what_the_filter_asks_for_and_is_noted(
        self, as_auditor: Client, company: Company, controller: User, auditor: User
    ) -> None:
        note(company, controller, "period.close", company)
        text = as_auditor.get(f"{URL}export/", {"verb": "period.close"}).content.decode("utf-8-sig")
        assert len(text.strip().splitlines()) == 2
        entry = AuditEntry.objects.get(verb="audit.export")
        assert (entry.actor, entry.after) == (auditor, {"count": 1, "filter": "verb=period.close"})

    def test_too_many_say_what_to_do(self, as_auditor: Client, monkeypatch: pytest.MonkeyPatch, story: Story) -> None:
        monkeypatch.setattr("arap.desk.views.audit.EXPORT_MAX", 1)
        answer = as_auditor.get(f"{URL}export/")
        assert answer.status_code == 422
        assert "Narrow the filter" in text_of(answer)


def asked_of(answer: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


PERIOD = {"from_on": "2023-01-01", "to_on": "2027-12-31"}


class TestSample:
    def test_seed_and_position_are_printed(self, as_auditor: Client, story: Story, company: Company) -> None:
        first = as_auditor.get(SAMPLE, {"kind": "invoice", "size": "2", **PERIOD})
        words = asked_of(first)
        assert re.fullmatch("[0-9a-f]{16}", words["seed"])
        assert words["position"] == str(last_position(company))
        page = as_auditor.get(first["Location"])
        assert words["seed"] in text_of(page)
        assert "2 of 3" in text_of(page)
        assert text_of(as_auditor.get(first["Location"])) == text_of(page)

    @pytest.mark.parametrize("kind", ["invoice", "receipt", "application", "credit_note"])
    def test_each_kind_with_its_facts_in_all_three_forms(self, as_auditor: Client, story: Story, kind: str) -> None:
        words = {"kind": kind, "size": "10", "seed": "a-seed", "position": "999999", **PERIOD}
        page = as_auditor.get(SAMPLE, words)
        assert page.status_code == 200
        book = load_workbook(io.BytesIO(as_auditor.get(f"{SAMPLE}export/", {**words, "as": "xlsx"}).content))
        lines = [[cell for cell in row if cell is not None] for row in book.worksheets[0].iter_rows(values_only=True)]
        assert ["Seed", "a-seed"] in lines
        text = as_auditor.get(f"{SAMPLE}export/", words).content.decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text)))
        at = table.index([]) + 1
        heads, drawn = table[at], table[at + 1 :]
        assert all(len(row) == len(heads) for row in drawn)
        count = next(int(row[1]) for row in table if row and row[0] == "Drawn")
        assert len(drawn) == count
        if kind == "invoice":
            by_number = {row[0]: dict(zip(heads, row, strict=True)) for row in drawn}
            late = by_number[number_of(story.late)]
            assert (late["Customer"], late["Currency"], late["Posted by"]) == (story.haichen.code, "CNY", "Clerk")
        if kind == "application":
            (row,) = [dict(zip(heads, row, strict=True)) for row in drawn][:1]
            assert row["Credits"] == number_of(story.applied)
            assert row["Amount"]

    def test_every_document_can_be_drawn_and_none_twice(self, company: Company, story: Story) -> None:
        drawn_first = set()
        for number in range(40):
            asked = Draw(
                kind="invoice",
                first=date(2023, 1, 1),
                last=story.today,
                size=1,
                seed=f"seed-{number}",
                position=last_position(company),
            )
            found = draw(company, asked)
            assert len(found.rows) == 1
            drawn_first.add(found.rows[0][1][0])
        assert len(drawn_first) == 3

    def test_another_companys_documents_are_never_drawn(self, story: Story, other_company: Company) -> None:
        client = Client()
        client.force_login(hire(other_company, "their-auditor", Role.AUDITOR))
        page = client.get(SAMPLE, {"kind": "invoice", "size": "9", "seed": "x", "position": "999", **PERIOD})
        assert "there is nothing to draw" in text_of(page)

    @pytest.mark.parametrize(
        "bad",
        [
            {"kind": "journal"},
            {"size": "0"},
            {"size": "1001"},
            {"size": "x"},
            {"seed": "<script>"},
            {"seed": "x" * 41},
            {"position": "-1"},
            {"position": "9" * 30},
            {"from_on": ""},
            {"from_on": "2027-12-31", "to_on": "2023-01-01"},
        ],
    )
    def test_bad_words(self, as_auditor: Client, bad: dict[str, str]) -> None:
        answer = as_auditor.get(SAMPLE, {"kind": "invoice", "size": "2", **PERIOD, **bad})
        assert answer.status_code == 422
        exported = as_auditor.get(f"{SAMPLE}export/", {"kind": "invoice", "size": "2", **PERIOD, **bad})
        assert exported.status_code == 302

    def test_drawing_for_a_file_is_noted(self, as_auditor: Client, story: Story, auditor: User) -> None:
        words = {"kind": "receipt", "size": "1", "seed": "s", "position": "999", **PERIOD}
        as_auditor.get(f"{SAMPLE}export/", words)
        entry = AuditEntry.objects.get(verb="audit.sample")
        assert entry.actor == auditor
        assert entry.after is not None
        assert (entry.after["seed"], entry.after["count"]) == ("s", 1)


def test_it_is_in_the_navigation_of_who_may_read_it(company: Company) -> None:
    assert URL in parsed(signed_in(company, Role.CONTROLLER).get("/jobs/")).links
    assert URL not in parsed(signed_in(company, Role.CLERK).get("/jobs/")).links
