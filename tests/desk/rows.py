"""A company with a row of everything that stands in an address, and which row that is."""

import re
from datetime import date, timedelta
from decimal import Decimal

from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from arap.api.actions import issue_token
from arap.core.actions import close_period, grant_exception, grant_role, open_periods
from arap.core.actions.delegations import delegate
from arap.core.files import NewFile
from arap.core.models import Company, CompanyBankAccount, ExchangeRate, Membership, Role, User
from arap.core.queries import period_on
from arap.desk.actions.imports import start_trial
from arap.desk.actions.report_files import begin_report_file
from arap.desk.actions.saved_views import save_view
from arap.desk.actions.scheduling import NewSchedule, add_schedule
from arap.desk.forms.reports import ReportForm
from arap.desk.mapping.layouts import Layout
from arap.desk.models import KeptLayout, SavedView
from arap.desk.reports import REPORTS
from arap.desk.reports.rhythm import Rhythm
from arap.desk.tasks import make_report_file, try_import
from arap.ledger.actions.vouchers import make_vouchers
from arap.ledger.models import Application, Item, VoucherTemplate
from arap.outbox.models import Message
from bills.actions import NewBill, register_bill
from cases.actions import set_hold
from cases.models import Hold
from charges.models import ChargeRun
from customers.actions import (
    add_contact,
    add_contract,
    approve_bank_account,
    attach_to_contract,
    propose_bank_account,
    write_note,
)
from dunning.actions import decide_run
from dunning.models import Notice
from invoices.actions import credit_invoice
from invoices.actions.attaching import attach
from receipts.actions import identify_receipt
from receipts.actions.arranging import NewArrangement, request_arrangement
from receipts.actions.paying_out import make_payout
from receipts.actions.refunding import request_refund
from receipts.actions.writing_off import Evidence, recover_write_off, request_write_off
from receipts.models import RefundBand, WriteOffBand
from statements.actions import begin_run, make_records, recipient_for, render_waiting, send_statement, wanted
from tests.desk.views.uploads import GOOD, brought
from tests.ledger.book import Bookkeeper
from tests.people import hire
from tests.stories import Story, tell

# Where an address begins with this, its `pk` is the id of such a row; the longest beginning counts.
ROWS = {
    "guide/bank/": "bank account",
    "guide/people/": "membership",
    "customers/": "customer",
    "customers/views/": "saved view",
    "reports/views/": "saved report",
    "reports/schedules/": "report schedule",
    "customers/bank-accounts/": "customer account",
    "approvals/": "customer account",
    "approvals/delegations/": "delegation",
    "contracts/": "contract",
    "documents/": "document",
    "import/": "import",
    "import/rows/": "job",
    "periods/": "period",
    "vouchers/": "voucher batch",
    "vouchers/templates/": "voucher template",
    "personal-data/": "contact",
    "import/columns/": "kept columns",
    "jobs/": "job",
    "jobs/<int:pk>/file/": "report file",
    "invoices/": "invoice",
    "receipts/": "receipt",
    "receipts/<int:pk>/identified/": "identified receipt",
    "receipts/write-offs/": "write-off",
    "receipts/refunds/": "refund",
    "receipts/pay-outs/": "payout",
    "bills/": "bill",
    "receipts/arrangements/": "arrangement",
    "holds/": "hold",
    "late-charges/": "charge run",
    "reminders/": "reminder run",
    "reminders/notices/": "notice",
    "outbox/": "message",
    "statements/": "statement",
    "statements/runs/": "statement run",
    "statements/for/": "customer",
    "api/tokens/": "token",
}
# What other parameters are called after, wherever they stand. No ids are the place of a
# file in its message, the handle of one's own session and the name of a report.
NAMED = {
    "customer_pk": "customer",
    "into_pk": "other customer",
    "contact_pk": "contact",
    "note_pk": "note",
    "file": "invoice file",
    "contract_file": "contract file",
    "identification": "identification",
    "item": "item",
    "credit": "credit item",
    "exception": "period exception",
    "recovery": "recovery",
    "event": "bill event",
}
PLACES = {"line": "1", "name": "session", "report": "open-items", "page": "desk:today", "kind": "bank-account"}
PDF = NewFile(name="contract.pdf", media_type="application/pdf", content=b"%PDF-1.4")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def row_of(route: str, parameter: str) -> str:
    """Which row the parameter of the address names; empty for one that is no id. KeyError where nobody has said."""
    if parameter in PLACES:
        return ""
    if parameter != "pk":
        return NAMED[parameter]
    beginnings = [beginning for beginning in ROWS if route.startswith(beginning)]
    return ROWS[max(beginnings, key=len, default=f"ROWS says nothing of {route}")]


def address(route: str, rows: dict[str, int], **others: dict[str, int]) -> str:
    """The route with ids in it: those of `rows`, and those of `others` for the parameters that are named."""

    def fill(found: re.Match[str]) -> str:
        row = row_of(route, found[1])
        return str(others.get(found[1], rows)[row] if row else PLACES[found[1]])

    return "/" + PARAMETER.sub(fill, route)


def everybody(company: Company) -> User:
    """Somebody who may do all that anybody may."""
    user = hire(company, f"everybody-{company.code}", Role.CONTROLLER)
    for role in Role:
        grant_role(company, user, role, by=None)
    return user


def browser_of(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def furnish(company: Company, user: User) -> dict[str, int]:
    """Ids of rows of the company by what they are. `user` made them, may do everything, and has the token."""
    if company.base_currency != "CNY":
        ExchangeRate.objects.create(
            company=company, currency="CNY", valid_from=date(2020, 1, 1), rate=Decimal("0.14"), source="test"
        )
    User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    user.email = f"{user.username}@example.com"
    story = tell(company, user)
    papers = ["statement", "reminder", "invoice"]
    contact = add_contact(story.haichen, name="Wang", email="ap@haichen.example", receives=papers, by=user)
    contract = add_contract(story.haichen, number="HC-1", valid_from=story.today, by=user)
    account = propose_bank_account(
        story.haichen, holder="Haichen", bank="BOC", account_no="62221111", proof="call", by=user
    )
    received = brought(browser_of(user), GOOD)
    trial = start_trial(received, by=user)
    try_import(trial.pk)
    own = CompanyBankAccount(company=company, name="Acme", bank="BOC", account_no="62220000", currency="CNY")
    own.save(force_insert=True)
    layout = Layout(headers=("No", "Due"), fields=("number", "due_on")).as_json()
    kept = KeptLayout.objects.create(company=company, name="Bank", headings="x", layout=layout, created_by=user)
    view = SavedView.objects.create(company=company, page="desk:customers", name="A", query="segment=A", owner=user)
    report = save_view(
        company,
        page="desk:report/open-items",
        query="overdue=on",
        name="Late",
        is_shared=False,
        today=story.today,
        by=user,
    )
    rhythm = NewSchedule(rhythm=Rhythm(kind="weekly", hour=7), file_kind="csv", readers=[user])
    schedule = add_schedule(report, rhythm, by=user, now=timezone.now())
    token = issue_token(company, user, name="shop", scopes=["invoice.view"], days=1, at=timezone.now()).token
    return {
        "bank account": own.pk,
        "membership": Membership.objects.filter(company=company, user=user).values_list("pk", flat=True)[0],
        "contact": contact.pk,
        **_closed(company, user),
        "customer account": account.pk,
        **_voucher_rows(company, user),
        "contract": contract.pk,
        "contract file": attach_to_contract(contract, PDF, by=user).pk,
        "customer": story.haichen.pk,
        "other customer": story.qiming.pk,
        "import": received.pk,
        "job": trial.pk,
        "token": token.pk,
        "note": write_note(story.haichen, file=PDF, by=user).pk,
        "kept columns": kept.pk,
        "saved view": view.pk,
        "saved report": report.pk,
        "report schedule": schedule.pk,
        "delegation": _delegated(company, user, story.today),
        "report file": _workbook(company, user, story.today),
        **_booked(story, user),
        **_sent(story, user),
    }


def _delegated(company: Company, user: User, today: date) -> int:
    away = hire(company, f"away-{company.code}", Role.CONTROLLER)
    made = delegate(company, giver=away, taker=user, first_on=today, last_on=today, reason="x", today=today, by=away)
    return made.pk


def _workbook(company: Company, user: User, today: date) -> int:
    """The job that made the workbook of a report."""
    report = REPORTS["documents"]
    form = ReportForm(QueryDict(""), report=report, company=company, today=today)
    assert form.is_valid()
    job = begin_report_file(report, form, by=user)
    make_report_file(job.pk)
    return job.pk


def _booked(story: Story, user: User) -> dict[str, int]:
    assert story.late.document_id
    document, company = story.late.document_id, story.company
    found = identify_receipt(company, story.lost.pk, story.haichen.pk, on=story.today, by=user)
    return {
        "identified receipt": story.lost.pk,
        "identification": found.pk,
        "invoice": story.late.pk,
        "invoice file": attach(company, story.late.pk, name=PDF.name, content=PDF.content, by=user).pk,
        "credit note": credit_invoice(company, story.young.pk, on=story.today, by=user).invoice_id,
        **_given_up(story, user),
        **_paid_back(story, user),
        **_bill(story, user),
        "arrangement": _arranged(story, user),
        "receipt": story.waiting.pk,
        "document": document,
        "item": Item.objects.filter(document=document).values_list("pk", flat=True)[0],
        "application": Application.objects.filter(company=company).values_list("pk", flat=True)[0],
    }


def _given_up(story: Story, user: User) -> dict[str, int]:
    """A write-off with a recovery, of an invoice of its own. Half of it, which nobody else needs to approve."""
    WriteOffBand.objects.create(company=story.company, above=Decimal(1_000_000), role=Role.CONTROLLER.value)
    bad = Bookkeeper(company=story.company, by=user).invoice(story.qiming.pk, "8.00", story.today, currency="CNY")
    made = request_write_off(
        story.company, bad.item_ids[0], Decimal(4), reason="cost", explanation="small", on=story.today, by=user,
        evidence=Evidence(name=PDF.name, content=PDF.content),
    )  # fmt: skip
    recovery = recover_write_off(story.company, made.pk, Decimal(1), on=story.today, by=user)
    return {"write-off": made.pk, "recovery": recovery.pk}


def _paid_back(story: Story, user: User) -> dict[str, int]:
    """A refund that a file has ordered, of which the bank has said nothing yet, and a credit to ask for another."""
    company, today = story.company, story.today
    RefundBand.objects.create(company=company, above=Decimal(1_000_000), role=Role.CONTROLLER.value)
    account = propose_bank_account(
        story.haichen, holder="Haichen", bank="BOC", account_no="62223333", proof="call", by=user
    )
    approve_bank_account(company, account.pk, by=hire(company, f"second-{company.code}", Role.CONTROLLER))
    own = CompanyBankAccount.objects.create(
        company=company, name="Acme", bank="BOC", account_no="62229999", currency="CNY"
    )
    credit = Item.objects.get(document=story.waiting.document_id)
    made = request_refund(company, credit.pk, Decimal(1), account_id=account.pk, reason="paid twice", by=user)
    payout = make_payout(
        company, [made.pk], bank_account_id=own.pk, execute_on=today, today=today, at=timezone.now(), by=user
    )
    return {"refund": made.pk, "payout": payout.pk, "credit item": credit.pk}


def _closed(company: Company, user: User) -> dict[str, int]:
    """A month long ago that is closed, with an exception for all."""
    open_periods(company, 2020, by=None)
    month = close_period(company, period_on(company, date(2020, 1, 1)), by=user)
    until = timezone.now() + timedelta(days=30)
    exception = grant_exception(company, month, by=user, reason="late paper", valid_until=until)
    return {"period": month.pk, "period exception": exception.pk}


def _bill(story: Story, user: User) -> dict[str, int]:
    """A bill that pays nothing yet, and the event of its registration."""
    new = NewBill(
        customer_id=story.qiming.pk, kind="bank", number="1", first_cent=1, last_cent=500, acceptor="Bank",
        issued_on=story.today, due_on=story.today, currency="CNY", amount=Decimal(5), received_on=story.today,
    )  # fmt: skip
    made = register_bill(story.company, new, by=user, amounts={})
    return {"bill": made.pk, "bill event": made.events.get().pk}


def _arranged(story: Story, user: User) -> int:
    """An invoice of its own goes to another customer."""
    moved = Bookkeeper(company=story.company, by=user).invoice(story.qiming.pk, "9.00", story.today, currency="CNY")
    new = NewArrangement(
        kind="transfer", item_id=moved.item_ids[0], amount=Decimal(9), to_customer_id=story.haichen.pk, reference="A-1"
    )
    return request_arrangement(story.company, new, on=story.today, by=user).pk


def _voucher_rows(company: Company, user: User) -> dict[str, int]:
    """A template, and the vouchers of what is posted by now."""
    template = VoucherTemplate.objects.create(company=company, name="Own")
    return {"voucher template": template.pk, "voucher batch": make_vouchers(company, template, by=user).pk}


def _sent(story: Story, user: User) -> dict[str, int]:
    company, today = story.company, story.today
    reminders = decide_run(company, as_of=today, today=today, by=user)
    notice = Notice.objects.filter(run=reminders).values_list("pk", flat=True)[0]
    hold = set_hold(company, story.haichen, reason=Hold.Reason.PROMISE, starts_on=today, by=user)
    at = timezone.now()
    run = begin_run(company, as_of=today, kind="open", language="en", at=at, today=today, by=user)
    make_records(run, today=today)
    want = wanted(company, kind="open", as_of=today, from_on=None, language="en", at=at, today=today)
    sent = send_statement(company, story.haichen, want, by=user, to=recipient_for(company, story.haichen))
    render_waiting(render=lambda html: b"%PDF " + html.encode()[:100])
    message = Message.objects.filter(company=company, attachments__isnull=False).values_list("pk", flat=True)[0]
    return {
        "hold": hold.pk,
        "charge run": ChargeRun.objects.create(company=company, until=story.today, issued_on=story.today).pk,
        "reminder run": reminders.pk,
        "notice": notice,
        "statement run": run.pk,
        "statement": sent.pk,
        "message": message,
    }
