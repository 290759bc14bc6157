"""The accounts that customers pay into: added, changed, retired, and which of them is printed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from arap.core.errors import DomainError, NotFound
from arap.core.http import CompanyRequest
from arap.core.models import CompanyBankAccount
from arap.core.permissions import get_for, requires
from arap.desk.actions import bank_accounts as actions
from arap.desk.forms.set_up import BankAccountForm

VERB = "company.set_up"
ACTS = {
    "retire": actions.retire_bank_account,
    "revive": actions.revive_bank_account,
    "print": actions.print_bank_account,
}


@requires("company.set_up")
@require_http_methods(["GET", "HEAD", "POST"])
def guide_bank(request: CompanyRequest) -> HttpResponse:
    """The accounts there are, and another one."""
    first = {"currency": request.company.base_currency, "name": request.company.name}
    form = BankAccountForm(request.POST or None, initial=first, company=request.company)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_bank_account(request.company, by=request.user, **form.values())
        except DomainError as error:
            form.add_error(str(error.facts.get("field") or "account_no"), str(error.message))
        else:
            messages.success(request, _("The account is recorded."))
            return redirect("desk:guide_bank")
    accounts = CompanyBankAccount.objects.filter(company=request.company)
    context = {"form": form, "accounts": list(accounts.order_by("-is_active", "currency", "-is_default", "pk"))}
    return render(request, "desk/guide_bank.html", context, status=422 if form.errors else 200)


@requires("company.set_up")
@require_http_methods(["GET", "HEAD", "POST"])
def guide_bank_account(request: CompanyRequest, pk: int) -> HttpResponse:
    """One account, to be changed."""
    account = get_for(request.user, VERB, CompanyBankAccount, pk, request.company)
    form = BankAccountForm(request.POST or None, instance=account, company=request.company)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_bank_account(account, by=request.user, **form.values())
        except DomainError as error:
            form.add_error(str(error.facts.get("field") or "account_no"), str(error.message))
        else:
            messages.success(request, _("The account is changed. Papers that left keep what they said."))
            return redirect("desk:guide_bank")
    context = {"form": form, "account": CompanyBankAccount.objects.get(pk=account.pk)}
    return render(request, "desk/guide_bank_account.html", context, status=422 if form.errors else 200)


@requires("company.set_up")
@require_POST
def guide_bank_act(request: CompanyRequest, pk: int) -> HttpResponse:
    """Retire an account, take it up again, or print it on papers."""
    account = get_for(request.user, VERB, CompanyBankAccount, pk, request.company)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound("unknown_act", _("There is no such record."))
    try:
        act(account, by=request.user)
    except DomainError as error:
        messages.warning(request, str(error.message))
    else:
        messages.success(request, _("Recorded. Papers that left keep what they said."))
    return redirect("desk:guide_bank")
