from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "pairs.sql"
UNDO = """
drop index customers_contact_pairs;
drop index customers_customer_pairs;
drop function customers_pairs(text);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_custom_fields")]

    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
