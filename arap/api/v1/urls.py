"""Addresses of the first version of the API."""

from typing import Any

from django.urls import URLPattern, re_path

from arap.api.generics import ApiView
from arap.api.v1.views import (
    aging,
    arrangements,
    bills,
    contracts,
    credit_notes,
    customers,
    invoices,
    invoicing,
    jobs,
    ledger,
    masters,
    messages,
    periods,
    receipts,
    receiving,
    statements,
    vouchers,
    write_offs,
)


def address(path: str, view: type[ApiView]) -> URLPattern:
    """The view at that path. The last slash may be left out: a program that does so means the same."""
    pattern = path.rstrip("/").replace("{id}", "(?P<id>[0-9]{1,18})")
    found: URLPattern = re_path(f"^{pattern}/?$", view.as_view(), name=view.__name__)
    return found


urlpatterns = [
    address("token/", masters.TokenDetail),
    address("payment-terms/", masters.PaymentTermsList),
    address("tax-codes/", masters.TaxCodeList),
    address("bank-accounts/", masters.BankAccountList),
    address("customers/", customers.CustomerList),
    address("customers/{id}/", customers.CustomerDetail),
    address("customers/{id}/contacts/", customers.ContactList),
    address("customers/{id}/contracts/", contracts.ContractList),
    address("contracts/{id}/", contracts.ContractDetail),
    address("customers/{id}/open-items/", aging.CustomerOpenItems),
    address("invoices/", invoices.InvoiceList),
    address("invoices/bulk/", invoicing.InvoiceBulk),
    address("invoices/{id}/", invoices.InvoiceDetail),
    address("invoices/{id}/pdf/", invoices.InvoicePaper),
    address("invoices/{id}/post/", invoicing.InvoicePost),
    address("invoices/{id}/send/", invoicing.InvoiceSend),
    address("credit-notes/", credit_notes.CreditNoteList),
    address("credit-notes/{id}/", credit_notes.CreditNoteDetail),
    address("credit-notes/{id}/pdf/", credit_notes.CreditNotePaper),
    address("credit-notes/{id}/send/", credit_notes.CreditNoteSend),
    address("receipts/", receipts.ReceiptList),
    address("receipts/{id}/", receipts.ReceiptDetail),
    address("receipts/{id}/applications/", receipts.ReceiptApplications),
    address("receipts/{id}/confirm/", receiving.ReceiptConfirm),
    address("receipts/{id}/reject/", receiving.ReceiptReject),
    address("receipts/{id}/apply/", receiving.ReceiptApply),
    address("receipts/{id}/unapply/", receiving.ReceiptUnapply),
    address("receipts/{id}/reverse/", receiving.ReceiptReverse),
    address("receipts/{id}/identify/", receiving.ReceiptIdentify),
    address("bills/", bills.BillList),
    address("bills/{id}/", bills.BillDetail),
    address("bills/{id}/endorse/", bills.BillEndorse),
    address("bills/{id}/discount/", bills.BillDiscount),
    address("bills/{id}/collect/", bills.BillCollect),
    address("bills/{id}/settle/", bills.BillSettle),
    address("bills/{id}/dishonour/", bills.BillDishonour),
    address("bills/{id}/split/", bills.BillSplit),
    address("bills/{id}/undo/", bills.BillUndo),
    address("write-offs/", write_offs.WriteOffList),
    address("write-offs/{id}/", write_offs.WriteOffDetail),
    address("write-offs/{id}/approve/", write_offs.WriteOffApprove),
    address("write-offs/{id}/reject/", write_offs.WriteOffReject),
    address("write-offs/{id}/reverse/", write_offs.WriteOffReverse),
    address("write-offs/{id}/recover/", write_offs.WriteOffRecover),
    address("periods/", periods.PeriodList),
    address("periods/{id}/", periods.PeriodDetail),
    address("periods/{id}/check/", periods.PeriodCheck),
    address("periods/{id}/explain/", periods.PeriodExplain),
    address("periods/{id}/seal/", periods.PeriodSeal),
    address("periods/{id}/soft-close/", periods.PeriodSoftClose),
    address("periods/{id}/close/", periods.PeriodClose),
    address("periods/{id}/reopen/", periods.PeriodReopen),
    address("periods/{id}/exceptions/", periods.PeriodExceptions),
    address("periods/{id}/late-postings/", periods.PeriodLatePostings),
    address("period-exceptions/{id}/revoke/", periods.PeriodExceptionRevoke),
    address("arrangements/", arrangements.ArrangementList),
    address("arrangements/preview/", arrangements.ArrangementPreview),
    address("arrangements/{id}/", arrangements.ArrangementDetail),
    address("arrangements/{id}/approve/", arrangements.ArrangementApprove),
    address("arrangements/{id}/reject/", arrangements.ArrangementReject),
    address("arrangements/{id}/undoing/", arrangements.ArrangementUndoing),
    address("arrangements/{id}/reverse/", arrangements.ArrangementReverse),
    address("voucher-templates/", vouchers.VoucherTemplateList),
    address("vouchers/", vouchers.VoucherBatchList),
    address("vouchers/{id}/", vouchers.VoucherBatchDetail),
    address("vouchers/{id}/text/", vouchers.VoucherBatchText),
    address("documents/", ledger.DocumentList),
    address("documents/{id}/", ledger.DocumentDetail),
    address("items/", ledger.ItemList),
    address("items/{id}/", ledger.ItemDetail),
    address("applications/", ledger.ApplicationList),
    address("applications/{id}/", ledger.ApplicationDetail),
    address("aging/", aging.AgingDetail),
    address("statements/", statements.StatementList),
    address("statements/preview/", statements.StatementPreview),
    address("statements/{id}/", statements.StatementDetail),
    address("statements/{id}/pdf/", statements.StatementPaper),
    address("messages/", messages.MessageList),
    address("messages/{id}/", messages.MessageDetail),
    address("jobs/", jobs.JobList),
    address("jobs/{id}/", jobs.JobDetail),
    address("jobs/{id}/cancel/", jobs.JobCancel),
]


def handlers() -> list[Any]:
    """Every method of every address: the functions that answer."""
    views: list[Any] = [each.callback for each in urlpatterns]
    return [handler for view in views for handler in view.view_class.handlers().values()]
