from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")

UNDO = """
drop function invoices_invoice_whole() cascade;
drop function invoices_require_creditable(bigint[]);
drop function invoices_parts_frozen() cascade;
drop function invoices_refuse_truncate() cascade;
drop function invoices_invoice_frozen() cascade;
alter table invoices_invoicefact drop constraint invoices_invoicefact_invoice_fk;
alter table invoices_invoiceinstalment drop constraint invoices_invoiceinstalment_invoice_fk;
alter table invoices_invoiceline
    drop constraint invoices_invoiceline_credits_fk,
    drop constraint invoices_invoiceline_tax_code_fk,
    drop constraint invoices_invoiceline_invoice_fk;
alter table invoices_invoice
    drop constraint invoices_invoice_credits_fk,
    drop constraint invoices_invoice_terms_fk,
    drop constraint invoices_invoice_customer_fk;
"""


class Migration(migrations.Migration):
    """Composite keys, and what nobody may change once it is posted."""

    dependencies = [("invoices", "0001_initial"), ("ledger", "0002_the_book"), ("customers", "0002_database_rules")]
    operations = [
        migrations.RunSQL(
            "\n".join((SQL / f"{name}.sql").read_text("utf-8") for name in ("keys", "frozen", "posting")), UNDO
        )
    ]
