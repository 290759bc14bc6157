from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "suppressions.sql"
UNDO = "alter table outbox_suppression drop constraint outbox_suppression_message_fk"


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_attempts_and_suppressions")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
