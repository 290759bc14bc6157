from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "moves.sql"
UNDO = """
drop trigger customers_customer_seen_moving on customers_customer;
drop function customers_customer_note_move();
alter table customers_customer drop column moved_in;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_pairs")]

    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
