from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "keys.sql"
UNDO = "alter table api_delivery drop constraint api_delivery_webhook_fk;"


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
