"""The first hour: what somebody tries first, by their roles. What is done is read from what they did."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core.models import Role

CLERK, COLLECTOR, CREDIT = Role.CLERK, Role.COLLECTOR, Role.CREDIT_MANAGER
CONTROLLER, AUDITOR, ADMIN = Role.CONTROLLER, Role.AUDITOR, Role.ADMINISTRATOR
EVERYONE = frozenset(Role)
BOOKKEEPERS = frozenset({CLERK, CONTROLLER})
COLLECTORS = frozenset({COLLECTOR, CREDIT})
# What stands before the kind of a page that was opened, among the verbs of the audit log.
OPENED = "opened "


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try. `facts`: verbs of the audit log, or pages opened, of which one says that it was done."""

    key: str
    title: str | Promise
    text: str | Promise
    page: str
    facts: frozenset[str]
    roles: AbstractSet[Role] = EVERYONE
    about_customer: bool = False
    query: str = ""


STEPS = (
    Step(
        "customer",
        _("Look at a customer"),
        _("Ningbo Haichen owes and has paid this morning. Open what each figure is made of."),
        "desk:customer",
        frozenset({OPENED + "customer"}),
        about_customer=True,
    ),
    Step(
        "invoice",
        _("Post an invoice"),
        _("Type a code, a line and an amount; the right side says what will be posted."),
        "invoices:new",
        frozenset({"invoice.post"}),
        BOOKKEEPERS,
    ),
    Step(
        "send",
        _("Send it"),
        _("Open an invoice and send it. Here the mail is stopped, and the outbox says so."),
        "invoices:list",
        frozenset({"invoice.send"}),
        BOOKKEEPERS,
    ),
    Step(
        "receipt",
        _("Record a receipt"),
        _("Money that came in: who paid, how much, when. It waits to be applied."),
        "receipts:new",
        frozenset({"receipt.record"}),
        BOOKKEEPERS,
    ),
    Step(
        "apply",
        _("Apply a receipt"),
        _("Take the proposal or choose the items yourself, by keys alone if you like."),
        "receipts:list",
        frozenset({"receipt.apply"}),
        BOOKKEEPERS,
    ),
    Step(
        "unapply",
        _("Undo an application"),
        _("Open an applied receipt and undo it: the items are open again, and both acts stay on record."),
        "receipts:list",
        frozenset({"receipt.unapply"}),
        BOOKKEEPERS,
        query="view=applied",
    ),
    Step(
        "credit",
        _("Credit part of an invoice"),
        _("Open an invoice and credit a line. The invoice stays as it was; a credit note stands beside it."),
        "invoices:list",
        frozenset({"invoice.credit"}),
        BOOKKEEPERS,
        query="view=open",
    ),
    Step(
        "note",
        _("Note what a customer said"),
        _("After a call, write it down where the next one will look."),
        "desk:customer_notes",
        frozenset({"note.write"}),
        COLLECTORS,
        about_customer=True,
    ),
    Step(
        "hold",
        _("Hold reminders back"),
        _("Payment is promised: no reminder goes until that day."),
        "cases:new",
        frozenset({"hold.set"}),
        COLLECTORS,
        about_customer=True,
    ),
    Step(
        "reminder",
        _("Send a reminder"),
        _("Let today’s reminders be decided, read one and send it. Here its mail is stopped."),
        "dunning:list",
        frozenset({"reminder.release"}),
        COLLECTORS,
    ),
    Step(
        "report",
        _("Take a report with you"),
        _("Choose a report, narrow it, and export it as a spreadsheet."),
        "desk:reports",
        frozenset({"report.export"}),
        frozenset({CONTROLLER, AUDITOR}),
    ),
    Step(
        "document",
        _("Follow an amount to its journal lines"),
        _("From the customer’s documents open one: its items, its lines, and who posted it."),
        "desk:customer_documents",
        frozenset({OPENED + "document", OPENED + "invoice"}),
        frozenset({AUDITOR}),
        about_customer=True,
    ),
    Step(
        "sample",
        _("Draw a sample"),
        _("Choose a month and a number; whoever draws again with the same number gets the same sample."),
        "desk:audit_sample",
        frozenset({"audit.sample"}),
        frozenset({AUDITOR}),
    ),
    Step(
        "letterhead",
        _("Change the letterhead"),
        _("What stands on every paper from then on. Papers that left keep theirs."),
        "desk:guide_letterhead",
        frozenset({"company.letterhead"}),
        frozenset({ADMIN}),
    ),
    Step(
        "rates",
        _("Set an exchange rate"),
        _("For a currency of the customers, from a day on."),
        "desk:rates",
        frozenset({"rate.set"}),
        frozenset({ADMIN}),
    ),
)


def steps_for(roles: AbstractSet[Role]) -> list[Step]:
    """What somebody with `roles` tries, in order."""
    return [step for step in STEPS if not step.roles.isdisjoint(roles)]
