from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "keys.sql"
UNDO = """
drop function charges_refuse_change() cascade;
grant update, delete, truncate on charges_chargedspan, charges_chargerun to arap_app;
alter table charges_chargedspan
    drop constraint charges_chargedspan_run_fk,
    drop constraint charges_chargedspan_item_fk,
    drop constraint charges_chargedspan_charge_fk;
alter table charges_chargepolicy
    drop constraint charges_chargepolicy_customer_fk,
    drop constraint charges_chargepolicy_tax_code_fk;
"""


class Migration(migrations.Migration):
    dependencies = [("charges", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), UNDO)]
