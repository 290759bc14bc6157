from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "undoing_replacements.sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_open_by_age")]
    operations = [
        migrations.RunSQL(
            SQL.read_text("utf-8"),
            "drop function ledger_undo_replacement(bigint, bigint, date, text, bytea, bigint, text, text)",
        ),
    ]
