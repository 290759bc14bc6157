from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "imports.sql"
UNDO = """
alter table desk_import
    drop constraint desk_import_file_fk,
    drop constraint desk_import_trial_fk,
    drop constraint desk_import_run_fk;
alter table desk_importline drop constraint desk_importline_job_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_imports")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
