from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "erasing.sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_revaluation_accounts")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), "drop function ledger_erase_words(bigint, bigint[]);")]
