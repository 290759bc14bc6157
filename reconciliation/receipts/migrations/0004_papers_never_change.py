from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "papers.sql"

UNDO = """
drop function receipts_receiptpaper_refuse() cascade;
alter table receipts_receiptpaper
    drop constraint receipts_receiptpaper_file_fk,
    drop constraint receipts_receiptpaper_receipt_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("receipts", "0003_papers"), ("core", "0006_files_never_change")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), UNDO)]
