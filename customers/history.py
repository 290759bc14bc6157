"""Who changed what of a customer, when: read from the audit log, which nobody can change."""

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from arap.core.models import AuditEntry
from customers.models import Contact, Contract, Customer, Note

CUSTOMER = Customer._meta.label_lower


def last_change(customer: Customer) -> int:
    """The number of the latest act on the customer's own fields; 0 where there was none. It only ever grows."""
    latest = _of(customer).order_by("-pk").values_list("pk", flat=True).first()
    return latest or 0


def changes_since(customer: Customer, seen: int) -> list[AuditEntry]:
    """The acts on the customer's own fields after number `seen`, newest first, with who did them."""
    return list(_of(customer).filter(pk__gt=seen).select_related("actor").order_by("-pk"))


def changes(customer: Customer) -> QuerySet[AuditEntry]:
    """Every act on the customer, its contacts, contracts and notes, newest first, with who did it."""
    contacts = Contact.objects.filter(customer=customer).values(key=Cast("pk", CharField()))
    notes = Note.objects.filter(customer=customer).values(key=Cast("pk", CharField()))
    contracts = Contract.objects.filter(customer=customer).values(key=Cast("pk", CharField()))
    found = AuditEntry.objects.filter(
        Q(object_type=CUSTOMER, object_id=str(customer.pk))
        | Q(object_type=Contact._meta.label_lower, object_id__in=contacts)
        | Q(object_type=Contract._meta.label_lower, object_id__in=contracts)
        | Q(object_type=Note._meta.label_lower, object_id__in=notes)
    )
    return found.select_related("actor").order_by("-pk")


def contract_changes(contract: Contract) -> QuerySet[AuditEntry]:
    """Every act on a contract and its files, newest first, with who did it."""
    ours = AuditEntry.objects.filter(object_type=Contract._meta.label_lower, object_id=str(contract.pk))
    return ours.select_related("actor").order_by("-pk")


def _of(customer: Customer) -> QuerySet[AuditEntry]:
    ours = AuditEntry.objects.filter(object_type=CUSTOMER, object_id=str(customer.pk))
    return ours.exclude(verb__in=["customer.accounts", "customer.custom"])
