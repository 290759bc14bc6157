from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "keys.sql"
UNDO = """
alter table cases_hold drop constraint cases_hold_customer_fk;
drop function cases_hold_check_item() cascade;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("ledger", "0002_the_book"), ("customers", "0002_database_rules")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
