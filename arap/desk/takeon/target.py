"""What a mapping can tell the take-on of history."""

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
        "contact_email": 254,
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
