from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "papers.sql"

UNDO = """
drop function invoices_invoicepaper_refuse() cascade;
alter table invoices_invoicepaper
    drop constraint invoices_invoicepaper_file_fk,
    drop constraint invoices_invoicepaper_invoice_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_papers"), ("core", "0006_files_never_change")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), UNDO)]
