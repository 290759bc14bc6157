"""Contracts of customers, and the files of a contract."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.files import NewFile, store
from arap.core.models import User
from customers.models import Contract, ContractFile, Customer
from customers.rules import usual_clause

FIELDS = (
    "number", "signed_on", "valid_from", "valid_to", "currency", "terms", "late_rate", "late_clause",
    "late_clause_local", "is_active",
)  # fmt: skip
FILES_MAX = 20


@transaction.atomic
def add_contract(customer: Customer, *, by: User | None, **fields: Any) -> Contract:
    """Record a contract (FIELDS). With a rate and no wording the usual wording is taken, in both languages.

    Raises Invalid (facts: field) for what cannot be stored, a number the customer has already, and a last day before
    the first; Refused("not_active") for an inactive customer or a merged duplicate.
    """
    assert fields.keys() <= set(FIELDS), f"not of a contract: {fields.keys() - set(FIELDS)}"
    locked = Customer.objects.select_for_update(no_key=True).get(company_id=customer.company_id, pk=customer.pk)
    if locked.merged_into_id or not locked.is_active:
        raise Refused("not_active", _("Nothing new is recorded for this customer: it is inactive or merged."))
    contract = Contract(company_id=locked.company_id, customer=locked, **fields)
    _check(contract)
    contract.save(force_insert=True)
    after = {"customer": locked.code, **audit.snapshot(contract, FIELDS)}
    audit.record(by=by, verb="contract.add", obj=contract, after=after)
    return contract


@transaction.atomic
def change_contract(contract: Contract, *, version: int, by: User | None, **changes: Any) -> Contract:
    """Change fields of a contract that is still at `version`. What did not change is not noted.

    Invoices that are posted keep what they were posted with; drafts take it over when they are saved again. Raises
    Refused("stale_contract") and Invalid as add_contract.
    """
    assert changes.keys() <= set(FIELDS), f"not of a contract: {changes.keys() - set(FIELDS)}"
    rows = Contract.objects.select_for_update(of=("self",)).select_related("company")
    locked = rows.get(company_id=contract.company_id, pk=contract.pk)
    if locked.version != version:
        raise Refused("stale_contract", _("Somebody else changed this contract meanwhile."))
    before = audit.snapshot(locked, FIELDS)
    for name, value in changes.items():
        setattr(locked, name, value)
    _check(locked)
    old, new = audit.difference(before, audit.snapshot(locked, FIELDS))
    if new:
        locked.version = F("version") + 1
        locked.save(update_fields=[*new, "version"])
        locked.refresh_from_db()
        audit.record(by=by, verb="contract.change", obj=locked, before=old, after=new)
    return locked


@transaction.atomic
def attach_to_contract(contract: Contract, file: NewFile, *, by: User | None) -> ContractFile:
    """Keep a file beside the contract. Raises Invalid("files_many")."""
    locked = Contract.objects.select_for_update(of=("self",), no_key=True).select_related("company").get(pk=contract.pk)
    if ContractFile.objects.filter(contract=locked, removed_at=None).count() >= FILES_MAX:
        raise Invalid("files_many", _("A contract holds at most %(most)s files.") % {"most": FILES_MAX}, field="file")
    stored = store(locked.company, [file], by=by)[0]
    kept = ContractFile.objects.create(company_id=locked.company_id, contract=locked, file=stored, added_by=by)
    audit.record(by=by, verb="contract.file", obj=locked, after={"file": stored.name, "sha256": stored.sha256})
    return kept


@transaction.atomic
def detach_from_contract(contract: Contract, file_id: int, *, by: User | None) -> None:
    """Take a file off the contract; the file stays kept. Raises NotFound. Twice is once."""
    rows = ContractFile.objects.filter(contract=contract, pk=file_id).select_related("file").defer("file__content")
    found = rows.first()
    if found is None:
        raise NotFound("not_found", _("There is no such file."))
    if ContractFile.objects.filter(pk=found.pk, removed_at=None).update(removed_at=Now()):
        audit.record(by=by, verb="contract.unfile", obj=contract, before={"file": found.file.name})


def _check(contract: Contract) -> None:
    """Raise Invalid for what cannot be stored; the usual wording is put in where only a rate is given."""
    if contract.terms is not None and contract.terms.company_id != contract.company_id:
        raise Invalid("other_company", _("These terms belong to another company."), field="terms")
    if contract.late_rate and not contract.has_clause:
        contract.late_clause, contract.late_clause_local = usual_clause(contract.late_rate)
    if contract.valid_to and contract.valid_to < contract.valid_from:
        raise Invalid("invalid_contract", _("The contract ends before it begins."), field="valid_to")
    if contract.late_rate is not None and not 0 < contract.late_rate <= 100:
        raise Invalid("invalid_contract", _("A rate lies above 0 and up to 100 per cent a year."), field="late_rate")
    try:
        contract.clean_fields(exclude=["company", "customer", "terms", "version"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_contract", messages[0], field=field) from error
    alike = Contract.objects.filter(customer=contract.customer_id, number__iexact=contract.number)
    if alike.exclude(pk=contract.pk).exists():
        raise Invalid("invalid_contract", _("This customer has a contract with this number."), field="number")
