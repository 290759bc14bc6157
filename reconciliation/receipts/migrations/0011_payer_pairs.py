from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "payer_pairs.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_pairs"), ("receipts", "0010_break_plans_nightly")]

    operations = [migrations.RunSQL(SQL.read_text(), "drop index receipts_receipt_payer_pairs")]
