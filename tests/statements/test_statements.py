"""What statements say equals the book; runs are safe to repeat; what was made never changes."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from aging.queries import aging
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, NumberSeries, User
from arap.core.pdf.columns import blocks
from arap.ledger.checks import check, invariants
from arap.outbox.models import Message
from statements.actions import (
    Wanted,
    begin_run,
    make_records,
    make_statement,
    message_of,
    preview,
    recipient_for,
    release_run,
    render_waiting,
    send_again,
    send_statement,
    stop_run,
    wanted,
)
from statements.models import Statement, StatementLine, StatementRun
from statements.paper import context_of
from statements.queries.runs import left_out, ties
from tests.stories import Story


def pdf_of(html: str) -> bytes:
    return html.encode()


def want(story: Story, kind: str = "open", days: int = 60) -> Wanted:
    from_on = story.today - timedelta(days=days) if kind == "activity" else None
    return wanted(
        story.company, kind=kind, as_of=story.today, from_on=from_on, language="own", at=timezone.now(),
        today=story.today,
    )  # fmt: skip


def begun(story: Story, by: User | None = None, kind: str = "open") -> StatementRun:
    return begin_run(
        story.company, as_of=story.today, kind=kind, language="own", at=timezone.now(), today=story.today, by=by
    )


def hold(company: Company) -> list[str]:
    """The invariants of this room that do not hold."""
    ours = [each for each in invariants() if each.name.startswith("statements/")]
    assert len(ours) == 4
    return [each.name for each in ours if not check(company, each).holds]


def test_both_forms_say_what_aging_says(story: Story) -> None:
    for kind in ("open", "activity"):
        asked = want(story, kind)
        said = preview(story.company, story.haichen, asked).blocks[0]
        row = aging(story.company, as_of=story.today, position=asked.position, customer_id=story.haichen.pk).totals[0]
        assert (said.buckets, said.unapplied, said.closing) == (row.buckets, row.unapplied, row.total)
        assert said.overdue == Decimal(600)
        assert said.opening + said.charges + said.credits == said.closing == Decimal(2100)
    assert Statement.objects.count() == 0  # a preview makes no record


def test_activity_begins_with_the_balance_before_and_applications_move_nothing(story: Story) -> None:
    said = preview(story.company, story.haichen, want(story, "activity")).blocks[0]
    assert said.opening == Decimal(1000)
    assert [(line.kind, line.amount, line.balance) for line in said.movements] == [
        ("receipt", Decimal(-400), Decimal(600)),
        ("invoice", Decimal(2000), Decimal(2600)),
        ("receipt", Decimal(-500), Decimal(2100)),
    ]
    assert story.late.document is not None
    assert said.movements[0].applied_to == story.late.document.number


def test_every_line_of_a_paper_in_two_languages_says_its_kind_in_both(story: Story) -> None:
    asked = replace(want(story, "activity"), language="both")
    part = context_of(preview(story.company, story.haichen, asked))["parts"][0]
    described = [cell for table in (part.movement, part.items) for block in blocks(table) for cell in block[2].lines]
    assert [cell[1] for cell in described[:4]] == ["Opening balance", "Receipt", "Invoice", "Receipt"]
    assert all(cell[1] for cell in described)
    assert story.late.document is not None
    assert described[1][0] == f"收款单 {story.late.document.number}"


def test_as_of_a_day_before_anything_there_is_nothing_to_say(story: Story) -> None:
    asked = wanted(
        story.company, kind="open", as_of=story.today - timedelta(days=300), from_on=None, language="en",
        at=timezone.now(), today=story.today,
    )  # fmt: skip
    with pytest.raises(Refused, match="nothing to say"):
        make_statement(story.company, story.haichen, asked, by=None)
    assert not NumberSeries.objects.filter(kind="statement").exists()


def test_the_future_and_a_period_backwards_are_refused(story: Story) -> None:
    for as_of, from_on in ((timedelta(days=1), None), (timedelta(0), story.today + timedelta(days=1))):
        with pytest.raises(Invalid):
            wanted(
                story.company, kind="activity", as_of=story.today + as_of, from_on=from_on, language="en",
                at=timezone.now(), today=story.today,
            )  # fmt: skip


def test_a_statement_is_kept_and_never_changes(story: Story) -> None:
    made = make_statement(story.company, story.haichen, want(story), by=None)
    assert made.number == f"S-{story.today.year}-000001"
    assert hold(story.company) == []
    for change in (
        lambda: Statement.objects.filter(pk=made.pk).update(as_of=story.today - timedelta(days=1)),
        lambda: StatementLine.objects.filter(statement=made).update(amount=1),
        lambda: Statement.objects.filter(pk=made.pk)._raw_delete("default"),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()


def test_what_was_rolled_back_leaves_no_gap(story: Story) -> None:
    with transaction.atomic():
        make_statement(story.company, story.haichen, want(story), by=None)
        transaction.set_rollback(True)
    assert make_statement(story.company, story.haichen, want(story), by=None).number.endswith("-000001")


def test_sending_queues_the_pdf_once_and_again_the_identical_file(story: Story, clerk: User) -> None:
    to = recipient_for(story.company, story.haichen)
    made = send_statement(story.company, story.haichen, want(story), by=clerk, to=to)
    assert message_of(made) is None
    assert render_waiting(statement_id=made.pk, render=pdf_of) == 1
    assert render_waiting(statement_id=made.pk, render=pdf_of) == 0
    first = message_of(made)
    assert first is not None
    assert (first.to_address, first.language) == ("ap@haichen.example", story.haichen.language)
    Message.objects.filter(pk=first.pk).update(state=Message.State.SENT, sent_at=Now())
    second = send_again(made, by=clerk, to=to)
    assert second.pk != first.pk
    assert list(second.files.values_list("sha256")) == list(first.files.values_list("sha256"))


def test_without_an_address_one_is_typed(story: Story) -> None:
    with pytest.raises(Refused):
        recipient_for(story.company, story.qiming)
    with pytest.raises(Invalid):
        recipient_for(story.company, story.qiming, to_address="nobody")
    assert recipient_for(story.company, story.qiming, to_address="a@b.example").address == "a@b.example"


def test_a_run_twice_is_the_same_run_and_equals_the_book(story: Story, controller: User) -> None:
    for _turn in range(2):
        run = begun(story, controller)
        make_records(run, today=story.today)
        render_waiting(run_id=run.pk, render=pdf_of)
        release_run(run, by=controller)
    assert StatementRun.objects.count() == 1
    assert Statement.objects.filter(run=run).count() == 2
    assert Message.objects.count() == 1
    assert left_out(run) == [("C-10290", "no_address")]
    tied = ties(run)
    assert {each.currency: each.difference for each in tied} == {"CNY": 0, "USD": 0}
    assert next(each for each in tied if each.currency == "CNY").unidentified == Decimal(-77)
    assert hold(story.company) == []


def test_a_run_killed_half_way_goes_on_without_doubles_or_gaps(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from statements.actions import running

    monkeypatch.setattr(running, "CUSTOMERS_AT_ONCE", 1)
    run = begun(story)
    with pytest.raises(KeyboardInterrupt):
        make_records(run, today=story.today, progress=_killed)
    assert Statement.objects.count() == 1
    make_records(run, today=story.today)
    numbers = sorted(Statement.objects.values_list("number", flat=True))
    assert [number[-6:] for number in numbers] == ["000001", "000002"]


def _killed(done: int, total: int) -> None:
    raise KeyboardInterrupt


def test_stopping_cancels_what_waits(story: Story, controller: User) -> None:
    run = begun(story, controller)
    make_records(run, today=story.today)
    render_waiting(run_id=run.pk, render=pdf_of)
    release_run(run, by=controller)
    assert stop_run(run, by=controller) == 1
    assert Message.objects.get().state == Message.State.CANCELLED
    with pytest.raises(Refused):
        release_run(run, by=controller)


def test_invariants_can_fail(story: Story) -> None:
    make_statement(story.company, story.haichen, want(story), by=None)
    with connection.cursor() as cursor:
        cursor.execute(
            'insert into statements_statementline (company_id, statement_id, line, section, currency, "on", kind,'
            " number, part, reference, applied_to, amount, balance) select company_id, id, 99, 'open', 'CNY', as_of,"
            " 'invoice', 'X', 0, '', '', 1, 1 from statements_statement"
        )
        cursor.execute(
            "insert into statements_statementbalance (company_id, statement_id, currency, opening, charges, credits,"
            " closing, buckets, unapplied) select company_id, id, 'EUR', 0, 0, 0, 5, array[0], 0"
            " from statements_statement"
        )
        cursor.execute("update core_numberseries set last_number = 7 where kind = 'statement'")
    assert len(hold(story.company)) == 4


def test_the_command_prints_one_object_and_the_pdf_says_the_total(
    committed_db: object, story: Story, tmp_path: Any
) -> None:
    out = StringIO()
    company, day = story.company.code, story.today.isoformat()
    call_command("run_statements", company=company, as_of=story.today, no_send=True, format="json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["customers"], answer["pdfs"]) == (2, 2)
    file = tmp_path / "s.pdf"
    call_command("statement", company=company, customer="C-10482", as_of=story.today, out=file, lang="both")
    from pypdf import PdfReader

    text = "".join(page.extract_text() for page in PdfReader(file).pages)
    assert "2,100.00" in text
    assert "对账单" in text
    assert "人民币贰仟壹佰元整" in text
    assert day
