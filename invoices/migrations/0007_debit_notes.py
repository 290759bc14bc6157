from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql")
UNDO = """
drop function invoices_invoice_adds() cascade;
alter table invoices_invoice drop constraint invoices_invoice_adds_to_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_revalue_from"),
        ("customers", "0010_pairs"),
        ("invoices", "0006_contracts"),
        ("ledger", "0008_open_by_age"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_invoice_kind",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_invoice_credited_kind",
        ),
        migrations.AddField(
            model_name="invoice",
            name="adds_to",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="debit_notes",
                to="invoices.invoice",
                verbose_name="adds to invoice",
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="kind",
            field=models.CharField(
                choices=[("invoice", "Invoice"), ("debit_note", "Debit note"), ("credit_note", "Credit note")],
                db_default="invoice",
                default="invoice",
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("adds_to__isnull", False)), fields=["adds_to"], name="invoices_invoice_adds_to"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["invoice", "debit_note", "credit_note"])), name="invoices_invoice_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "credit_note"), _negated=True),
                    models.Q(("state", "credited"), _negated=True),
                    _connector="OR",
                ),
                name="invoices_invoice_credited_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("adds_to__isnull", False), ("kind", "debit_note")),
                    models.Q(models.Q(("kind", "debit_note"), _negated=True), ("adds_to__isnull", True)),
                    _connector="OR",
                ),
                name="invoices_invoice_debit_notes_add",
            ),
        ),
        migrations.RunSQL(
            "\n".join((SQL / f"{name}.sql").read_text("utf-8") for name in ("debit_notes", "creditable_owed")),
            UNDO + (SQL / "creditable_owed_undo.sql").read_text("utf-8"),
        ),
    ]
