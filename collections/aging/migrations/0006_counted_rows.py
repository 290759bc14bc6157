from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "counted_rows.sql"


class Migration(migrations.Migration):
    dependencies = [("aging", "0005_standing_groups")]

    operations = [
        migrations.RunSQL(SQL.read_text(), "drop index aging_standingrow_late, aging_standingrow_credit"),
    ]
