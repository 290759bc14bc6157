from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql") / "keys.sql"
TABLES = {
    "dunningstep": ["dunning_step_policy_fk"],
    "dunningminimum": ["dunning_minimum_policy_fk"],
    "customerpolicy": ["dunning_customerpolicy_customer_fk", "dunning_customerpolicy_policy_fk"],
    "cycle": ["dunning_cycle_customer_fk"],
    "notice": [
        "dunning_notice_run_fk",
        "dunning_notice_customer_fk",
        "dunning_notice_policy_fk",
        "dunning_notice_cycle_fk",
    ],
    "noticetotal": ["dunning_noticetotal_notice_fk"],
    "noticeitem": ["dunning_noticeitem_notice_fk", "dunning_noticeitem_item_fk"],
    "skipped": ["dunning_skipped_run_fk", "dunning_skipped_customer_fk"],
}
UNDO = [
    "drop function dunning_refuse_change() cascade",
    *(f"alter table dunning_{table} drop constraint {name}" for table, names in TABLES.items() for name in names),
]


class Migration(migrations.Migration):
    dependencies = [
        ("dunning", "0001_initial"),
        ("customers", "0002_database_rules"),
        ("ledger", "0002_the_book"),
    ]
    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
