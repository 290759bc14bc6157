import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FOREIGN_KEY = """
alter table invoices_invoice add constraint invoices_invoice_contract_fk
    foreign key (company_id, contract_id) references customers_contract (company_id, id);
"""
UNDO = "alter table invoices_invoice drop constraint invoices_invoice_contract_fk;"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_audit_indexes"),
        ("customers", "0006_contracts"),
        ("invoices", "0005_e_invoice_fields"),
        ("ledger", "0003_open_by_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="contract",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.contract",
                verbose_name="contract",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="late_clause",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="late-payment clause"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="late_clause_local",
            field=models.TextField(
                blank=True, db_default="", default="", verbose_name="late-payment clause in Chinese"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("contract__isnull", False)),
                fields=["contract", "-id"],
                name="invoices_invoice_contract",
            ),
        ),
        migrations.RunSQL(FOREIGN_KEY, UNDO),
    ]
