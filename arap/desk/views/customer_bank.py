"""The bank accounts to which a customer's refunds are paid: proposed here, approved in the inbox by somebody else."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.desk.forms.bank_accounts import CustomerBankForm, RetireForm
from customers.actions import propose_bank_account, retire_bank_account
from customers.models import BankAccount, Customer


@requires("customer.view")
@require_safe
def customer_bank_accounts(request: CompanyRequest, pk: int) -> HttpResponse:
    """All accounts of a customer, those in use first."""
    customer = get_for(request.user, "customer.view", Customer, pk, request.company)
    return _screen(request, customer)


@requires("bank_account.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_bank_new(request: CompanyRequest, pk: int) -> HttpResponse:
    """Propose an account."""
    customer = get_for(request.user, "bank_account.propose", Customer, pk, request.company)
    form, status = CustomerBankForm(request.POST or None, initial={"holder": customer.name}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                propose_bank_account(customer, by=request.user, **form.cleaned_data)
            except DomainError as error:
                field = error.facts.get("field")
                form.add_error(field if field in form.fields else None, str(error.message))
                status = error.status
            else:
                messages.success(request, _("The account is recorded; somebody else approves it."))
                return redirect("desk:customer_bank_accounts", customer.pk)
    return render(request, "desk/customer_bank_new.html", {"form": form, "customer": customer}, status=status)


@requires("bank_account.propose")
@require_POST
def customer_bank_retire(request: CompanyRequest, pk: int) -> HttpResponse:
    """Pay nothing to an account any more."""
    account = get_for(
        request.user, "bank_account.propose", BankAccount.objects.select_related("customer"), pk, request.company
    )
    form = RetireForm(request.POST)
    if not form.is_valid():
        return _screen(request, account.customer, form=form, form_of=account.pk, status=422)
    try:
        retire_bank_account(request.company, account.pk, by=request.user, reason=form.cleaned_data["reason"])
    except DomainError as error:
        return _screen(request, account.customer, problem=str(error.message), status=error.status)
    messages.success(request, _("Nothing is paid to this account any more."))
    return redirect("desk:customer_bank_accounts", account.customer_id)


def _screen(
    request: CompanyRequest,
    customer: Customer,
    *,
    form: RetireForm | None = None,
    form_of: int = 0,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = BankAccount.objects.filter(customer=customer).select_related("proposed_by", "decided_by")
    live = (BankAccount.State.PROPOSED, BankAccount.State.APPROVED)
    accounts = sorted(rows, key=lambda account: account.state not in live)
    context = {
        "customer": customer,
        "accounts": [
            (account, account.state in live, form if account.pk == form_of and form else _retiring(account))
            for account in accounts
        ],
        "problem": problem,
        "open_id": form_of,
    }
    return render(request, "desk/customer_bank_accounts.html", context, status=status)


def _retiring(account: BankAccount) -> RetireForm:
    return RetireForm(auto_id=f"id_{account.pk}_%s")
