"""Every page of the urlconf by its address, about rows that a company has: for pictures of all of them."""

from django.apps import apps

from arap.core.models import Company
from tests.desk.rows import PARAMETER, address, row_of
from tests.desk.test_manual import NO_PAGE, answering_get, routes

# Where a row of each kind is found; the latest one is taken.
MODELS = {
    "bank account": "core.CompanyBankAccount",
    "membership": "core.Membership",
    "customer": "customers.Customer",
    "other customer": "customers.Customer",
    "contact": "customers.Contact",
    "customer account": "customers.BankAccount",
    "contract": "customers.Contract",
    "document": "ledger.Document",
    "item": "ledger.Item",
    "import": "desk.Import",
    "job": "core.Job",
    "invoice": "invoices.Invoice",
    "receipt": "receipts.Receipt",
    "write-off": "receipts.WriteOff",
    "recovery": "receipts.Recovery",
    "arrangement": "receipts.Arrangement",
    "refund": "receipts.Refund",
    "delegation": "core.Delegation",
    "report schedule": "desk.ReportSchedule",
    "payout": "receipts.Payout",
    "bill": "bills.Bill",
    "bill event": "bills.BillEvent",
    "charge run": "charges.ChargeRun",
    "period": "core.Period",
    "voucher batch": "ledger.VoucherBatch",
    "voucher template": "ledger.VoucherTemplate",
    "identification": "receipts.ReceiptIdentification",
    "reminder run": "dunning.DunningRun",
    "notice": "dunning.Notice",
    "hold": "cases.Hold",
    "message": "outbox.Message",
    "statement": "statements.Statement",
    "statement run": "statements.StatementRun",
}
# What a person reads that the help leaves out as help, and what needs a state that no row has.
ALSO = {"desk:help", "desk:help_page", "desk:words"}
NOT_SIGNED_IN = {"core:sign_in", "core:sign_in_code"}


def rows_of(company: Company) -> dict[str, int]:
    """An id for each kind of row that the company has."""
    found = {}
    for kind, label in MODELS.items():
        newest = apps.get_model(label)._default_manager.filter(company=company).order_by("-pk")
        pk = newest.values_list("pk", flat=True).first()
        if pk is not None:
            found[kind] = int(pk)
    if found.get("customer"):
        others = apps.get_model("customers.Customer")._default_manager.filter(company=company)
        found["other customer"] = others.order_by("pk").values_list("pk", flat=True)[0]
    if found.get("identification"):
        identified = apps.get_model(MODELS["identification"])._default_manager.filter(pk=found["identification"])
        found["identified receipt"] = identified.values_list("receipt_id", flat=True)[0]
    credits = apps.get_model("ledger.Item")._default_manager.filter(company=company, amount__lt=0, open_amount__lt=0)
    if pk := credits.exclude(customer=None).order_by("-pk").values_list("pk", flat=True).first():
        found["credit item"] = int(pk)
    reports = apps.get_model("desk.SavedView")._default_manager.filter(company=company).exclude(page="desk:customers")
    if pk := reports.order_by("-pk").values_list("pk", flat=True).first():
        found["saved report"] = int(pk)
    return found


def names() -> set[str]:
    """The url name of every page that somebody who is signed in can open."""
    return (answering_get() - NO_PAGE | ALSO) - NOT_SIGNED_IN


def addresses(rows: dict[str, int]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Url name -> address of every page that `rows` suffice for; and of the others, which rows they lack."""
    found, lacking = {}, {}
    for name in sorted(names()):
        route = routes()[name][0]
        wanted = {row for parameter in PARAMETER.findall(route) if (row := row_of(route, parameter))}
        if missing := wanted - set(rows):
            lacking[name] = missing
        else:
            found[name] = address(route, rows)
    return found, lacking
