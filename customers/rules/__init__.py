"""The rules of customers, pure: no Django in them."""

from customers.rules.behaviour import Behaviour, Month, behaviour, weighted_delay
from customers.rules.editing import Conflict, reconcile
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
    "Behaviour",
    "Conflict",
    "DiscountOffer",
    "DiscountTier",
    "Due",
    "Instalment",
    "Month",
    "Share",
    "Terms",
    "TermsError",
    "behaviour",
    "discount_at",
    "discount_offers",
    "due_on",
    "instalments",
    "net",
    "parse_terms",
    "reconcile",
    "tax_number_fault",
    "weighted_delay",
    "write_terms",
]
