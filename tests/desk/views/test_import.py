"""import: how a file is understood, its dry run, its load, and the rows that were left out."""

import csv
import io
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from arap.core import jobs
from arap.core.actions.people import grant_role
from arap.core.actions.periods import close_period, open_periods, reopen_period
from arap.core.models import AuditEntry, Company, ExchangeRate, Job, Period, Role, User
from arap.desk import tasks
from arap.desk.actions import imports
from arap.desk.actions.load_history import LOCK_SPACE
from arap.desk.models import Import, ImportLine
from arap.desk.queries.imports import stage_of_trial
from arap.ledger.models import Document, Posting
from customers.models import Contact, Customer
from statements.actions import make_statement, wanted
from statements.models import Statement
from tests.desk.takeon import histories
from tests.desk.views.uploads import BAD_ROW, GOOD, HEADER, bring, brought
from tests.ledger.proofs import assert_holds
from tests.pages import check_method, check_roles, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """Who may take a history on."""
    client.force_login(controller)
    return client


@pytest.fixture
def received(as_controller: Client) -> Import:
    """Two good rows and one that is left out."""
    return brought(as_controller, GOOD + BAD_ROW)


def act(client: Client, received: Import, what: str) -> Job:
    """Start the dry run or the load, and let the worker do it."""
    answer = client.post(f"/import/{received.pk}/{what}/")
    job = Job.objects.get(pk=answer["Location"].strip("/").split("/")[-1])
    {"try": tasks.try_import, "run": tasks.run_import}[what](job.pk)
    job.refresh_from_db()
    return job


def streamed(answer: Any) -> str:
    """The text of an answer that comes in pieces."""
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def know_rates(company: Company) -> None:
    for currency in ("USD", "JPY", "KWD"):
        ExchangeRate.objects.create(company=company, currency=currency, valid_from="2023-01-01", rate=7, source="test")


def figures(job: Job) -> dict[str, Any]:
    assert job.state == Job.State.DONE, job.message
    return dict(job.result or {})


def test_the_first_rows_are_shown_as_they_are_understood(as_controller: Client, received: Import) -> None:
    words = text_of(as_controller.get(f"/import/{received.pk}/"))
    for expected in ("Alpha", "9 Feb 2024", "100.00", "Left out", "Start the dry run"):
        assert expected in words.replace("\u2007", "")


def test_a_dry_run_changes_nothing_and_says_what_the_load_then_does(
    as_controller: Client, controller: User, company: Company, received: Import
) -> None:
    tried = act(as_controller, received, "try")
    assert (Customer.objects.count(), Document.objects.count(), Posting.objects.count()) == (0, 0, 0)
    page = text_of(as_controller.get(f"/jobs/{tried.pk}/"))
    assert "What the import would create" in page
    assert "Import it now" in page
    loaded = act(as_controller, received, "run")
    assert figures(tried) == figures(loaded)
    assert figures(loaded) == {
        "import": received.pk,
        "customers": 2,
        "invoices": 2,
        "credit_notes": 0,
        "receipts": 0,
        "refunds": 0,
        "skipped": 0,
        "rejected": 1,
        "closed": 0,
        "warnings": [],
        "lacking": [],
    }
    assert Document.objects.count() == 2
    assert {posting.actor for posting in Posting.objects.all()} == {controller}
    after = AuditEntry.objects.get(verb="history.load").after
    assert after
    assert after["file"] == "items.csv"
    assert "What is now in the book" in text_of(as_controller.get(f"/jobs/{loaded.pk}/"))
    assert_holds(company)


def test_the_load_waits_for_a_dry_run(as_controller: Client, received: Import) -> None:
    answer = as_controller.post(f"/import/{received.pk}/run/", follow=True)
    assert "Do the dry run first" in text_of(answer)
    assert Job.objects.count() == 0


def test_a_double_click_is_one_job(as_controller: Client, received: Import) -> None:
    first = as_controller.post(f"/import/{received.pk}/try/")
    assert as_controller.post(f"/import/{received.pk}/try/")["Location"] == first["Location"]
    tasks.try_import(Job.objects.get().pk)
    first = as_controller.post(f"/import/{received.pk}/run/")
    assert as_controller.post(f"/import/{received.pk}/run/")["Location"] == first["Location"]
    assert Job.objects.count() == 2


def test_a_loaded_file_is_not_loaded_again_and_its_mapping_stays(as_controller: Client, received: Import) -> None:
    act(as_controller, received, "try")
    done = act(as_controller, received, "run")
    assert as_controller.post(f"/import/{received.pk}/run/")["Location"] == f"/jobs/{done.pk}/"
    answer = as_controller.post(f"/import/{received.pk}/", {"mapping": "open-items-iso"}, follow=True)
    assert "This file is loaded already" in text_of(answer)
    received.refresh_from_db()
    assert received.mapping == "standard"


def test_bringing_it_again_skips_what_is_known(as_controller: Client, received: Import) -> None:
    act(as_controller, received, "try")
    act(as_controller, received, "run")
    again = brought(as_controller, GOOD)
    result = figures(act(as_controller, again, "try"))
    assert (result["invoices"], result["skipped"]) == (0, 2)
    assert "nothing in this file that the book lacks" in text_of(as_controller.get(f"/jobs/{again_job(again)}/"))


def again_job(received: Import) -> int:
    received.refresh_from_db()
    assert received.trial_id is not None
    return received.trial_id


def test_another_mapping_that_does_not_suit_says_why(as_controller: Client, received: Import) -> None:
    answer = as_controller.post(f"/import/{received.pk}/", {"mapping": "open-items-iso"}, follow=True)
    words = text_of(answer)
    assert "does not suit the mapping" in words
    assert "Start the dry run" not in words
    tried = act(as_controller, received, "try")
    assert tried.state == Job.State.FAILED
    assert "does not suit the mapping" in tried.message


def test_a_new_mapping_voids_the_dry_run(as_controller: Client, received: Import) -> None:
    act(as_controller, received, "try")
    as_controller.post(f"/import/{received.pk}/", {"mapping": "late-payments-dmy"})
    assert "Do the dry run first" in text_of(as_controller.post(f"/import/{received.pk}/run/", follow=True))


def test_what_was_looked_at_is_what_is_loaded(as_controller: Client, received: Import) -> None:
    first = act(as_controller, received, "try")
    second = act(as_controller, received, "try")
    url = f"/import/{received.pk}/run/"
    answer = as_controller.post(url, {"trial": first.pk}, follow=True)
    assert "Another dry run was made since" in text_of(answer)
    assert Job.objects.filter(kind="import_run").count() == 0
    assert "/jobs/" in as_controller.post(url, {"trial": second.pk})["Location"]


def test_a_stopped_load_goes_on_where_it_was(
    as_controller: Client, controller: User, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arap.desk.takeon.posting.CHUNK_ROWS", 2)
    rows = "".join(f"A,Alpha,invoice,{number},2024-01-10,,5.00,CNY\n" for number in range(7))
    received = brought(as_controller, HEADER + "\n" + rows)
    act(as_controller, received, "try")
    job = Job.objects.get(pk=as_controller.post(f"/import/{received.pk}/run/")["Location"].strip("/").split("/")[-1])
    tell = jobs.progress

    def stop_after_four(job: Job, done: int, total: int | None = None, message: str = "") -> None:
        if total and done == 4:
            jobs.cancel(Job.objects.get(pk=job.pk), by=controller)
        tell(job, done, total, message)

    monkeypatch.setattr(jobs, "progress", stop_after_four)
    tasks.run_import(job.pk)
    job.refresh_from_db()
    assert (job.state, Document.objects.count()) == (Job.State.CANCELLED, 4)
    monkeypatch.setattr(jobs, "progress", tell)
    assert "Go on with the import" in text_of(as_controller.get(f"/jobs/{job.pk}/"))
    result = figures(act(as_controller, received, "run"))
    assert (result["invoices"], result["skipped"], Document.objects.count()) == (3, 4, 7)
    assert_holds(company)


def test_a_long_load_is_handed_from_task_to_task(
    as_controller: Client, company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("arap.desk.takeon.posting.CHUNK_ROWS", 60)
    monkeypatch.setattr("arap.desk.takeon.settling.CHUNK_ROWS", 40)
    monkeypatch.setattr(imports, "ROUND_SECONDS", 0)  # a round does one chunk
    know_rates(company)
    received = brought(as_controller, histories.random_standard(tmp_path / "a.csv", seed=5).read_bytes())
    tried = figures(act(as_controller, received, "try"))
    job = act(as_controller, received, "run")
    done = []
    while job.state == Job.State.RUNNING:
        done.append(job.progress_done)
        tasks.run_import(job.pk)
        job.refresh_from_db()
    assert len(done) > 5
    assert done == sorted(set(done))
    assert figures(job) == tried
    assert_holds(company)


def test_an_import_that_waits_for_another_says_so_and_lets_others_have_the_worker(
    as_controller: Client, company: Company, received: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "WAIT_SECONDS", 0)
    key = [LOCK_SPACE, zlib.crc32(company.code.encode()) - 2**31]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", key)
    try:
        job = act(as_controller, received, "try")
        assert (job.state, job.message) == (Job.State.RUNNING, "Waiting for another import to end")
        assert "Waiting for another import to end" in text_of(as_controller.get(f"/jobs/{job.pk}/"))
    finally:
        other.close()
    tasks.try_import(job.pk)
    job.refresh_from_db()
    assert figures(job)["invoices"] == 2


def test_a_new_dry_run_forgets_what_the_one_before_said_of_each_row(as_controller: Client, received: Import) -> None:
    first = act(as_controller, received, "try")
    second = act(as_controller, received, "try")
    assert set(ImportLine.objects.values_list("job_id", flat=True)) == {second.pk}
    page = text_of(as_controller.get(f"/import/rows/{first.pk}/"))
    assert "The rows of this dry run are not kept any more" in page


def test_the_night_forgets_old_dry_runs_and_keeps_what_loads_left_out(as_controller: Client, received: Import) -> None:
    trial = act(as_controller, received, "try")
    load = act(as_controller, received, "run")
    assert tasks.forget_trials() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert tasks.forget_trials() == 3
    assert set(ImportLine.objects.values_list("job_id", flat=True)) == {load.pk}
    assert trial.pk != load.pk
    assert PeriodicTask.objects.get(task="arap.desk.tasks.forget_trials").enabled


def test_a_western_file_is_read_as_one_and_the_page_says_so(as_controller: Client) -> None:
    text = (
        HEADER
        + "\nA,Müller & Söhne,invoice,1,2024-01-10,,5.00,CNY\nB,Société Générale,invoice,2,2024-01-10,,5.00,CNY\n"
    )
    received = brought(as_controller, text.encode("cp1252"))
    page = text_of(as_controller.get(f"/import/{received.pk}/"))
    assert "Names as they come out of Windows-1252 (Western European)" in page
    assert "Société Générale" in page
    act(as_controller, received, "try")
    act(as_controller, received, "run")
    assert set(Customer.objects.values_list("name", flat=True)) == {"Müller & Söhne", "Société Générale"}


def test_another_encoding_can_be_chosen_and_voids_the_dry_run(as_controller: Client) -> None:
    text = HEADER + "\nA,Łódź,invoice,1,2024-01-10,,5.00,CNY\n"
    received = brought(as_controller, text.encode("cp1250"))
    act(as_controller, received, "try")
    page = text_of(as_controller.post(f"/import/{received.pk}/", {"encoding": "cp1250"}, follow=True))
    assert "Windows-1250 (Central European)" in page
    assert "Łódź" in page
    assert "Do the dry run first" in text_of(as_controller.post(f"/import/{received.pk}/run/", follow=True))
    wrong = text_of(as_controller.post(f"/import/{received.pk}/", {"encoding": "rot13"}, follow=True))
    assert "There is no such encoding." in wrong


def test_missing_rates_are_asked_for_before_anything_is_loaded(as_controller: Client, company: Company) -> None:
    received = brought(as_controller, GOOD + "C,Gamma,invoice,9,2024-03-05,,7.00,USD\n")
    trial = act(as_controller, received, "try")
    page = as_controller.get(f"/jobs/{trial.pk}/")
    words = text_of(page)
    for expected in ("Exchange rates are missing for USD", "2024-03-05", "Set the rates"):
        assert expected in words
    assert "Import it now" not in words
    assert f"/rates/?import={received.pk}" in page.content.decode()
    refused = text_of(as_controller.post(f"/import/{received.pk}/run/", follow=True))
    assert "Exchange rates are missing: set them, then do the dry run again." in refused
    assert (Document.objects.count(), ExchangeRate.objects.count()) == (0, 0)
    know_rates(company)
    trial = act(as_controller, received, "try")
    assert "Import it now" in text_of(as_controller.get(f"/jobs/{trial.pk}/"))
    ExchangeRate.objects.all().delete()  # between the dry run and the load
    load = act(as_controller, received, "run")
    assert (load.state, Document.objects.count(), Customer.objects.count()) == (Job.State.FAILED, 0, 0)
    assert "There is no exchange rate for USD on 2024-03-05" in load.message
    know_rates(company)
    assert figures(act(as_controller, received, "run"))["invoices"] == 3


def test_two_addresses_in_one_cell_are_two_contacts(as_controller: Client) -> None:
    content = "customer_code,document_type,document_number,issued_on,amount,contact_email\n"
    content += "A,invoice,1,2024-01-10,5,a@x.example; b@x.example\n"
    received = brought(as_controller, content)
    act(as_controller, received, "try")
    act(as_controller, received, "run")
    assert list(Contact.objects.order_by("pk").values_list("email", flat=True)) == ["a@x.example", "b@x.example"]


STAGES = [
    ({}, "", "There is nothing in this file that the book lacks.", "trial"),
    ({"invoices": 2}, "good", "The dry run takes on every row.", "run"),
    ({"invoices": 2, "rejected": 1}, "caution", "would leave out 1 row and take on the rest", "run"),
    ({"rejected": 3}, "overdue", "No row can be taken on", "rows"),
    ({"invoices": 2, "lacking": [{"currency": "USD"}]}, "caution", "Exchange rates are missing for USD", "rates"),
]


@pytest.mark.parametrize(("result", "tone", "sentence", "next_act"), STAGES, ids=[row[3] for row in STAGES])
def test_a_dry_run_has_one_state_one_sentence_and_one_next_act(
    result: dict[str, Any], tone: str, sentence: str, next_act: str
) -> None:
    stage = stage_of_trial(Job(result=result))
    assert (stage.tone, sentence in stage.sentence, stage.act) == (tone, True, next_act)


def test_the_page_names_the_next_act_all_the_way(as_controller: Client, received: Import) -> None:
    def stage() -> tuple[str, str]:
        found = as_controller.get(f"/import/{received.pk}/").context["stage"]
        return found.act, found.tone

    assert stage() == ("try", "caution")
    job = Job.objects.get(pk=as_controller.post(f"/import/{received.pk}/try/")["Location"].strip("/").split("/")[-1])
    assert stage() == ("trial", "")
    tasks.try_import(job.pk)
    assert stage() == ("run", "caution")
    job = Job.objects.get(pk=as_controller.post(f"/import/{received.pk}/run/")["Location"].strip("/").split("/")[-1])
    assert stage() == ("job", "")
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
    assert stage() == ("run", "caution")
    act(as_controller, received, "run")
    assert stage() == ("job", "good")


def test_every_row_is_said_and_can_be_downloaded(as_controller: Client, received: Import) -> None:
    job = act(as_controller, received, "try")
    page = as_controller.get(f"/import/rows/{job.pk}/")
    assert [(line.row, line.field) for line in page.context["rows"]] == [(4, "issued_on")]
    assert page.context["counts"] == {"new": 2, "changed": 0, "settle": 0, "skipped": 0, "rejected": 1, "customers": 2}
    new = as_controller.get(f"/import/rows/{job.pk}/", {"view": "new"})
    assert [line.number for line in new.context["rows"]] == ["1", "2"]
    text = streamed(as_controller.get(f"/import/rows/{job.pk}/rows.csv"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["row"], row["column"]) for row in rows] == [("4", "issued_on")]
    assert "2024-31-10" in rows[0]["reason"]


def test_left_out_rows_come_in_pages(as_controller: Client) -> None:
    received = brought(as_controller, GOOD + BAD_ROW * 60)
    job = act(as_controller, received, "try")
    first = as_controller.get(f"/import/rows/{job.pk}/")
    second = as_controller.get(f"/import/rows/{job.pk}/?" + first.context["next_query"])
    assert [len(page.context["rows"]) for page in (first, second)] == [50, 10]
    assert ImportLine.objects.filter(job=job, fate="rejected").count() == 60


def test_a_formula_in_a_file_stays_a_text(as_controller: Client) -> None:
    received = brought(as_controller, GOOD + "=HYPERLINK(1),=cmd,invoice,=1+1,2024-31-10,,5.00,CNY\n")
    job = act(as_controller, received, "try")
    text = streamed(as_controller.get(f"/import/rows/{job.pk}/rows.csv"))
    assert not any(cell.startswith("=") for row in csv.reader(io.StringIO(text)) for cell in row)


def test_an_email_becomes_the_contact_who_receives_statements(as_controller: Client) -> None:
    content = "customer_code,document_type,document_number,issued_on,amount,contact_email,country\n"
    content += "A,invoice,1,2024-01-10,5,ap@alpha.example,CN\nB,invoice,2,2024-01-10,5,no address,US\n"
    received = brought(as_controller, content)
    act(as_controller, received, "try")
    assert Contact.objects.count() == 0
    result = figures(act(as_controller, received, "run"))
    contact = Contact.objects.get()
    assert (contact.customer.code, contact.email, contact.language) == ("A", "ap@alpha.example", "zh-hans")
    assert "statement" in contact.receives
    assert result["warnings"] == ["1 row states an e-mail address that is not one; it was left out."]


def test_the_sentences_are_in_the_language_of_who_asked(as_controller: Client, controller: User) -> None:
    controller.language = "zh-hans"
    controller.save(update_fields=["language"])
    received = brought(as_controller, GOOD + BAD_ROW)
    act(as_controller, received, "try")
    line = ImportLine.objects.get(fate="rejected")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in line.message)


def test_roles_and_other_companies(company: Company, as_controller: Client, received: Import) -> None:
    job = act(as_controller, received, "try")
    for url in (f"/import/{received.pk}/", f"/import/rows/{job.pk}/", f"/import/rows/{job.pk}/rows.csv"):
        User.objects.filter(username__startswith="only-").delete()
        check_roles(company, "history.load", url)
    for url in (f"/import/{received.pk}/try/", f"/import/{received.pk}/run/"):
        check_method(as_controller, url, wrong="get")


def test_another_company_s_import_is_not_found(
    as_controller: Client, received: Import, other_company: Company, administrator: User
) -> None:
    job = act(as_controller, received, "try")
    stranger = User.objects.create(username="stranger", last_company=other_company)
    grant_role(other_company, stranger, Role.ADMINISTRATOR, by=None)
    client = Client()
    client.force_login(stranger)
    for url in (f"/import/{received.pk}/", f"/import/rows/{job.pk}/", f"/import/rows/{job.pk}/rows.csv"):
        assert client.get(url).status_code == 404
    for what in ("try", "run"):
        assert client.post(f"/import/{received.pk}/{what}/").status_code == 404
    assert bring(client, GOOD).status_code == 302
    assert Import.objects.filter(company=other_company).count() == 1


CLOSED = GOOD + "A,Alpha,invoice,3,2023-12-05,2024-01-05,7.00,CNY\n"


@pytest.fixture
def december(company: Company, controller: User) -> Period:
    """A month that is closed."""
    open_periods(company, 2023, by=None)
    period = Period.objects.get(company=company, starts_on=date(2023, 12, 1))
    return close_period(company, period, by=controller)


def test_the_first_look_and_the_dry_run_agree_about_closed_months(
    as_controller: Client, controller: User, company: Company, december: Period
) -> None:
    received = brought(as_controller, CLOSED)
    before = (Period.objects.count(), AuditEntry.objects.count())
    look = text_of(as_controller.get(f"/import/{received.pk}/"))
    assert (Period.objects.count(), AuditEntry.objects.count()) == before, "looking changes nothing"
    advice = "1 row falls into a closed period (5 Dec 2023 to 5 Dec 2023) and is left out. A controller can reopen"
    for piece in ("1 of the first 3 rows would be left out", "The period of 2023-12-05 is closed.", advice):
        assert piece in look, piece
    tried = act(as_controller, received, "try")
    assert (figures(tried)["rejected"], figures(tried)["closed"]) == (1, 1)
    page = text_of(as_controller.get(f"/jobs/{tried.pk}/"))
    assert advice in page
    assert "Open the periods" in page
    reopen_period(company, december, by=controller, reason="late papers")
    assert "closed period" not in text_of(as_controller.get(f"/import/{received.pk}/"))
    assert figures(act(as_controller, received, "try"))["rejected"] == 0


def test_what_the_book_has_is_not_held_against_a_closed_month(
    as_controller: Client, controller: User, company: Company
) -> None:
    received = brought(as_controller, CLOSED)
    act(as_controller, received, "try")
    act(as_controller, received, "run")
    close_period(company, Period.objects.get(company=company, starts_on=date(2023, 12, 1)), by=controller)
    again = brought(as_controller, CLOSED, "again.csv")
    assert "closed" not in text_of(as_controller.get(f"/import/{again.pk}/"))
    assert figures(act(as_controller, again, "try"))["skipped"] == 3


def test_rows_of_a_month_whose_statements_are_out_are_warned_of(as_controller: Client, company: Company) -> None:
    first = brought(as_controller, GOOD)
    act(as_controller, first, "try")
    act(as_controller, first, "run")
    later = HEADER + "\nA,Alpha,invoice,9,2024-02-10,,1.00,CNY\nB,Beta,invoice,8,2024-01-20,,2.00,CNY\n"
    received = brought(as_controller, later, "later.csv")
    alpha = Customer.objects.get(code="A")
    want = wanted(
        company, kind="open", as_of=date(2024, 2, 29), from_on=None, language="en", at=timezone.now(),
        today=date(2024, 3, 1),
    )  # fmt: skip
    made = make_statement(company, alpha, want, by=None)
    assert "those statements lack" not in " ".join(figures(act(as_controller, received, "try"))["warnings"])
    Statement.objects.filter(pk=made.pk).update(released_at=timezone.now(), to_address="a@x.example")
    tried = act(as_controller, received, "try")
    assert "1 row is dated no later than a statement that its customer has (up to 29 Feb 2024)" in text_of(
        as_controller.get(f"/jobs/{tried.pk}/")
    )
    assert figures(tried)["warnings"][-1].endswith("to: A.")
    assert figures(tried)["invoices"] == 2, "it is a warning, not a refusal"
