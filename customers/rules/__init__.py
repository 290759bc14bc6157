"""The rules of customers, pure: no Django in them."""

from customers.rules.behaviour import Behaviour, Month, behaviour, weighted_delay
from customers.rules.contracts import (
    ENDING_DAYS,
    contract_for,
    in_force,
    is_in_force,
    printed_clause,
    usual_clause,
)
from customers.rules.custom import CustomValueError, spelled
from customers.rules.editing import Conflict, reconcile
from customers.rules.personal import MONTHS_MAX, RETENTION, RETENTION_MIN, kept_from
from customers.rules.tax_numbers import tax_number_fault
from customers.rules.terms import (
    DiscountOffer,
    DiscountTier,
    Due,
    Instalment,
    Share,
    Terms,
    TermsError,
    discount_at,
    discount_offers,
    due_on,
    instalments,
    net,
    parse_terms,
    write_terms,
)

__all__ = [
    "ENDING_DAYS",
    "MONTHS_MAX",
    "RETENTION",
    "RETENTION_MIN",
    "Behaviour",
    "Conflict",
    "CustomValueError",
    "DiscountOffer",
    "DiscountTier",
    "Due",
    "Instalment",
    "Month",
    "Share",
    "Terms",
    "TermsError",
    "behaviour",
    "contract_for",
    "discount_at",
    "discount_offers",
    "due_on",
    "in_force",
    "instalments",
    "is_in_force",
    "kept_from",
    "net",
    "parse_terms",
    "printed_clause",
    "reconcile",
    "spelled",
    "tax_number_fault",
    "usual_clause",
    "weighted_delay",
    "write_terms",
]
