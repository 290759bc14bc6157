from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "files.sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0005_stored_files")]
    operations = [migrations.RunSQL(SQL.read_text(), "drop function core_storedfile_refuse() cascade")]
