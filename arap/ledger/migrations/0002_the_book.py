from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    """Keys, refusals and the procedures that write the book. Not reversible: a book is never unguarded."""

    dependencies = [
        ("ledger", "0001_initial"),
        ("core", "0002_database_rules"),
        ("customers", "__first__"),
    ]
    operations = [
        migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"))
        for name in ("keys", "refusals", "recording", "documents", "entries", "posting", "applying")
    ]
