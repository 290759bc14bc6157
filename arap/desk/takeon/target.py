"""What a mapping can tell the take-on of history."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.desk.mapping import Target

# Lengths are those of the columns that keep the texts.
HISTORY = Target(
    name="history",
    fields={
        "customer_code": "code",
        "customer_name": "text",
        "customer_name_local": "text",
        "country": "code",
        "parent_code": "code",
        "contact_email": "text",
        "payer_accounts": "list",
        "currency": "currency",
        "kind": "choice",
        "number": "code",
        "reference": "text",
        "order_number": "text",
        "issued_on": "date",
        "due_on": "date",
        "amount": "amount",
        "settled_on": "date",
        "discount_terms": "text",
    },
    required=frozenset({"customer_code", "kind", "number", "issued_on", "amount"}),
    max_length={
        "customer_code": 60,
        "customer_name": 200,
        "customer_name_local": 200,
        "country": 10,
        "parent_code": 60,
        "contact_email": 1000,  # several addresses in one cell
        "payer_accounts": 60,
        "number": 60,
        "reference": 140,
        "order_number": 60,
        "discount_terms": 60,
    },
    choices={"kind": ("invoice", "credit_note")},
    keeps_facts=True,
    options={"due_before_issue": ("reject", "warn")},
)

LABELS: dict[str, str | Promise] = {
    "customer_code": _("Customer code"),
    "customer_name": _("Customer name"),
    "customer_name_local": _("Customer name in Chinese"),
    "country": _("Country"),
    "parent_code": _("Code of the parent customer"),
    "contact_email": _("E-mail addresses"),
    "payer_accounts": _("Payer’s accounts"),
    "currency": _("Currency"),
    "kind": _("Kind: invoice or credit note"),
    "number": _("Document number"),
    "reference": _("Customer’s reference"),
    "order_number": _("Order number"),
    "issued_on": _("Day of issue"),
    "due_on": _("Due date"),
    "amount": _("Amount"),
    "settled_on": _("Day of payment"),
    "discount_terms": _("Terms, for example 2/10 n/30"),
}


def field_label(name: str) -> str | Promise:
    """What a field is called to people; the name itself for a fact."""
    return LABELS.get(name, name)
