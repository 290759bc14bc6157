"""A book in the hands of a superuser, without the keys and checks that would stop anybody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from arap.core.actions import NewRate, set_rates
from arap.core.dates import end_of_month
from arap.core.models import Company, Role
from arap.ledger.actions import NewItem, revalue
from arap.servers import postgres
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.scene import module_database
from tests.people import found_company, hire

# Nothing but the seals shall stand in the way: no key, no check, no length.
UNGUARDED = """do $$
declare found record;
begin
  for found in select conrelid::regclass as name, conname from pg_constraint
                where conrelid::regclass::text like 'ledger\\_%' and contype in ('u', 'c', 'f') loop
    execute format('alter table %s drop constraint if exists %I cascade', found.name, found.conname);
  end loop;
  for found in select indexrelid::regclass as name from pg_index
                where indrelid::regclass::text like 'ledger\\_%' and indisunique and not indisprimary loop
    execute format('drop index %s', found.name);
  end loop;
end $$"""


@contextmanager
def book_of_a_superuser(
    template: str, django_db_blocker: Any, *, after_each_month: Callable[[Company], object]
) -> Iterator[Company]:
    """Three months with something of everything, in a database of the module's own; the default connection may all."""
    with module_database(template, django_db_blocker):
        company = found_company("acme", "Acme Trading")
        customers(found_company("other", "Other Inc."), "STRANGER")
        keeper = Bookkeeper(company=company, by=hire(company, "clerk", Role.CLERK))
        alpha, beta = customers(company, "ALPHA", "BETA<ALPHA")
        for month in (1, 2, 3):
            on = date(2026, month, 10)
            debit = keeper.invoice(alpha, "100.00", on, reference=f"PO {month}", currency="USD", rate="7.1").item_ids[0]
            credit = keeper.receipt(beta, "80.00", on, currency="USD", rate="7.05", key=f"K{month}").item_ids[0]
            done = keeper.apply(credit, debit, "60.00", on)
            keeper.unapply(done.application_id, on)
            keeper.apply(credit, debit, "30.00", on)
            moved = NewItem(
                account="receivable", amount=Decimal(-40), due_on=on, customer_id=alpha, origin_item_id=credit
            )
            keeper.replace("transfer", [(credit, "-40")], [moved], on, currency="USD")
            new = NewRate(currency="USD", valid_from=end_of_month(on), rate=Decimal("7.2"))
            set_rates(company, [new], source="", by=None)
            revalue(company, month_end=end_of_month(on), by=keeper.by)
            after_each_month(company)
        user = connection.settings_dict["USER"]
        connection.close()
        connection.settings_dict["USER"] = postgres.SUPERUSER
        try:
            with connection.cursor() as cursor:
                cursor.execute("set role none")
                cursor.execute(UNGUARDED)
            yield company
        finally:
            connection.close()
            connection.settings_dict["USER"] = user


@contextmanager
def tampering(*statements: str) -> Iterator[Any]:
    """What the statements did is there within the block. Each must have touched a row."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount > 0, statement
            yield cursor
        transaction.set_rollback(True)
