"""Customers with their master data, as a file."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Prefetch

from arap.core.models import Company
from arap.core.tables import Cell, Table, in_batches
from arap.desk.intake.targets import CUSTOMERS, OWN_FIELD, column_of, own_fields
from customers.models import Customer, PayerAccount

BATCH = 2000


def customer_table(company: Company, ids: Callable[[], Iterable[int]], count: Callable[[], int]) -> Table:
    """The customers with these ids, in their order."""
    own = own_fields(company)
    names = [*CUSTOMERS.fields, *own]
    return Table(
        name=f"customers-{company.code}",
        heads=[column_of(name, own) for name in names],
        rows=lambda: _rows(company, ids(), list(own)),
        count=count,
    )


def _rows(company: Company, ids: Iterable[int], own: list[str]) -> Iterator[list[Cell]]:
    accounts = Prefetch("payer_accounts", queryset=PayerAccount.objects.order_by("account_no"))
    found = Customer.objects.filter(company=company).select_related("parent", "owner", "terms")
    for some in in_batches(ids, BATCH):
        by_id = found.prefetch_related(accounts).in_bulk(some)
        for pk in some:
            if pk in by_id:
                yield customer_cells(by_id[pk], own)


def customer_cells(customer: Customer, own: Iterable[str]) -> list[Cell]:
    """The cells of one customer, in the order of CUSTOMERS, its own fields last."""
    given: dict[str, Any] = {
        "parent_code": customer.parent.code if customer.parent else "",
        "owner": customer.owner.username if customer.owner else "",
        "terms": customer.terms.code if customer.terms else "",
        "active": "yes" if customer.is_active else "no",
        "payer_accounts": ";".join(account.account_no for account in customer.payer_accounts.all()),
    }
    cells = [given[name] if name in given else getattr(customer, name) for name in CUSTOMERS.fields]
    return cells + [customer.custom.get(name.removeprefix(OWN_FIELD), "") for name in own]
