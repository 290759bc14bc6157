from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunSQL((SQL / "minor_unit.sql").read_text(), "drop function core_minor_unit(text)"),
        migrations.RunSQL(
            (SQL / "periods.sql").read_text(),
            "alter table core_periodexception drop constraint core_periodexception_period_fk;"
            "alter table core_period drop constraint core_period_no_overlap",
        ),
        migrations.RunSQL(
            (SQL / "audit.sql").read_text(),
            "drop function core_auditentry_refuse() cascade",
        ),
    ]
