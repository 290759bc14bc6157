from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")

UNDO = """
drop function receipts_identification_whole() cascade;
drop function receipts_receipt_whole() cascade;
drop function receipts_refuse() cascade;
drop function receipts_receipt_frozen() cascade;
alter table receipts_receiptidentification
    drop constraint receipts_receiptidentification_customer_fk,
    drop constraint receipts_receiptidentification_receipt_fk;
alter table receipts_receipt
    drop constraint receipts_receipt_bank_account_fk,
    drop constraint receipts_receipt_customer_fk;
"""


class Migration(migrations.Migration):
    """Composite keys, and what nobody may change once it is in the book."""

    dependencies = [("receipts", "0001_initial"), ("ledger", "0002_the_book"), ("customers", "0002_database_rules")]
    operations = [migrations.RunSQL((SQL / "receipts.sql").read_text("utf-8"), UNDO)]
