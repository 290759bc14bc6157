from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "keys.sql"
KEYS = {
    "statement": ["statement_customer_fk", "statement_run_fk", "statement_file_fk"],
    "statementbalance": ["balance_statement_fk"],
    "statementline": ["line_statement_fk"],
    "statementskipped": ["skipped_run_fk", "skipped_customer_fk"],
}
UNDO = [f"alter table statements_{table} drop constraint statements_{key}" for table in KEYS for key in KEYS[table]]


class Migration(migrations.Migration):
    dependencies = [
        ("statements", "0001_initial"),
        ("customers", "0002_database_rules"),
        ("core", "0006_files_never_change"),
    ]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
