from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "frozen.sql"
UNDO = [
    "drop function cases_refuse_change() cascade",
    "grant delete, truncate, update on cases_hold to arap_app",
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_keys")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
