from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "customers.sql"

UNDO = """
drop function customers_customer_pass_root() cascade;
drop function customers_customer_set_root() cascade;
alter table customers_contact drop constraint customers_contact_customer_fk;
alter table customers_payeraccount drop constraint customers_payeraccount_customer_fk;
alter table customers_customer
    drop constraint customers_customer_parent_fk,
    drop constraint customers_customer_root_fk,
    drop constraint customers_customer_terms_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
