from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "payer_pairs.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_pairs"), ("receipts", "0007_write_offs")]

    operations = [migrations.RunSQL(SQL.read_text(), "drop index receipts_receipt_payer_pairs")]
