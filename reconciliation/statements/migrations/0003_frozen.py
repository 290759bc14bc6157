from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "frozen.sql"
UNDO = [
    "drop function statements_refuse() cascade",
    "grant delete, truncate on statements_statement to arap_app",
    "grant update, delete, truncate on statements_statementbalance, statements_statementline to arap_app",
]


class Migration(migrations.Migration):
    dependencies = [("statements", "0002_keys")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
