"""Reads of customers."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from arap.core.errors import NotFound
from arap.core.models import Company
from arap.core.queries import distinct_of
from customers.models import Contract, Customer, CustomField, PayerAccount, PaymentTerms
from customers.rules import ENDING_DAYS, Terms, parse_terms
from customers.searching import few_matching, matching


def search(company: Company, text: str, *, is_short: bool = False) -> QuerySet[Customer]:
    """Customers of which something contains `text` (searching.py says what).

    An exact code comes first, then codes and initials that begin with it, then the rest by code. An empty text finds
    all. Duplicates that were merged are found too: `merged_into` says whom they stand for. For a list that `is_short`
    not all that have a very common word are looked at.
    """
    customers = Customer.objects.filter(company=company)
    text = text.strip()
    if not text or "\x00" in text:
        return customers.order_by("code") if not text else customers.none()
    closeness = Case(
        When(code__iexact=text, then=Value(0)),
        When(code__istartswith=text, then=Value(1)),
        When(initials__startswith=text.lower(), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = few_matching(company.pk, text) if is_short else matching(company.pk, text)
    return customers.filter(pk__in=found).annotate(closeness=closeness).order_by("closeness", "code")


def customer_by_code(company: Company, code: str) -> Customer:
    """The customer of `company` with that code. Raises NotFound."""
    customer = Customer.objects.filter(company=company, code=code).first()
    if customer is None:
        raise NotFound(
            "unknown_customer",
            _("There is no customer “%(code)s”.") % {"code": code},
            customer=code,
        )
    return customer


def why_nothing_new(customer: Customer) -> str:
    """Why nothing new can be recorded for a customer, in one sentence; "" where it can."""
    if customer.merged_into is not None:
        return _("%(code)s was merged into %(into)s. Use %(into)s.") % {
            "code": customer.code, "into": customer.merged_into.code,
        }  # fmt: skip
    if not customer.is_active:
        return _("%(code)s is inactive, so nothing new is recorded for it.") % {"code": customer.code}
    return ""


def ids_by_code(company: Company, codes: Iterable[str] | None = None) -> dict[str, int]:
    """Code -> id of the customers that exist; of all of them when `codes` is None. One query."""
    customers = Customer.objects.filter(company=company)
    if codes is not None:
        customers = customers.filter(code__in=list(codes))
    return dict(customers.order_by().values_list("code", "id"))


def group_of(customer: Customer) -> QuerySet[Customer]:
    """The whole debtor group of a customer, itself included, by code."""
    members = Customer.objects.filter(company_id=customer.company_id)
    return members.of_group(customer.root_id).order_by("code")


def payers_by_account(company: Company, accounts: Sequence[str]) -> dict[str, list[int]]:
    """Account number -> ids of the customers that pay from it. One query."""
    rows = PayerAccount.objects.filter(company=company, account_no__in=accounts)
    payers: dict[str, list[int]] = {}
    for account_no, customer_id in rows.order_by("customer_id").values_list("account_no", "customer_id"):
        payers.setdefault(account_no, []).append(customer_id)
    return payers


def segments(company: Company) -> list[str]:
    """The segments in use, in alphabetical order."""
    return distinct_of(company, table="customers_customer", column="segment")


def terms_of(customer: Customer) -> Terms | None:
    """The payment terms agreed with a customer, as rules.py computes with them."""
    return parse_terms(customer.terms.rule) if customer.terms else None


def terms_by_code(company: Company, code: str) -> PaymentTerms:
    """The active payment terms of `company` with that code. Raises NotFound."""
    terms = PaymentTerms.objects.filter(company=company, code=code, is_active=True).first()
    if terms is None:
        raise NotFound("unknown_terms", _("There are no payment terms “%(code)s”.") % {"code": code})
    return terms


def currencies(company: Company) -> list[str]:
    """The currencies customers are dealt with in, in alphabetical order."""
    return distinct_of(company, table="customers_customer", column="currency")


def ids_standing_for(customer: Customer) -> list[int]:
    """The customer's own id, then those of the duplicates that were merged into it. One query."""
    duplicates = Customer.objects.filter(company_id=customer.company_id, merged_into=customer).order_by("pk")
    return [customer.pk, *duplicates.values_list("pk", flat=True)]


_CONTRACTS = """
select id from customers_contract where company_id = %(company)s and customer_id = any(%(customers)s::bigint[])
union all
select k.id from customers_contract k join customers_customer m on m.id = k.customer_id
 where k.company_id = %(company)s and m.merged_into_id = any(%(customers)s::bigint[])
"""


def contracts_of(company: Company, customer_ids: Collection[int]) -> dict[int, list[Contract]]:
    """Customer id -> its contracts that count, whatever their dates, with their terms; the newest first.

    Those of duplicates that were merged into a customer are its own. One query where there are none, as mostly; two
    where there are some.
    """
    found: dict[int, list[Contract]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CONTRACTS, {"company": company.pk, "customers": list(customer_ids)})
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return found
    rows = Contract.objects.counting().filter(pk__in=ids).select_related("terms", "customer")
    for contract in rows.order_by("-valid_from", "-pk"):
        found.setdefault(contract.customer.merged_into_id or contract.customer_id, []).append(contract)
    return found


def contracts(company: Company, *, view: str, today: date) -> QuerySet[Contract]:
    """Contracts with their customer and terms: those "ending" within ENDING_DAYS, the first to end first; those in
    force "without" a late-payment clause; those "in_force"; "all", the newest first."""
    rows = Contract.objects.filter(company=company).select_related("customer", "terms")
    if view == "all":
        return rows.order_by("-valid_from", "-pk")
    current = rows.counting().filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), valid_from__lte=today)
    if view == "ending":
        return current.filter(valid_to__lte=today + timedelta(days=ENDING_DAYS)).order_by("valid_to", "pk")
    if view == "without":
        current = current.filter(late_clause="", late_clause_local="")
    return current.order_by("-valid_from", "-pk")


def custom_fields(company: Company) -> list[CustomField]:
    """The company's own fields in use, in their order."""
    return list(CustomField.objects.filter(company=company, is_active=True).order_by("position", "pk"))


def custom_values(customer: Customer) -> list[tuple[CustomField, str]]:
    """The fields of the company's own that say something of the customer, in their order. No query where none does."""
    if not customer.custom:
        return []
    found = CustomField.objects.filter(company=customer.company_id, pk__in=list(customer.custom), is_active=True)
    return [(field, customer.custom[str(field.pk)]) for field in found.order_by("position", "pk")]
