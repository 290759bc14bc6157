from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "keys.sql"
UNDO = """
alter table outbox_attempt drop constraint outbox_attempt_message_fk;
alter table outbox_attachment
    drop constraint outbox_attachment_message_fk,
    drop constraint outbox_attachment_file_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
