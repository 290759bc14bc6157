from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "files.sql"
UNDO = """
drop function invoices_invoicefile_frozen() cascade;
alter table invoices_invoicefile
    drop constraint invoices_invoicefile_file_fk,
    drop constraint invoices_invoicefile_invoice_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_tax_categories"),
        ("customers", "0003_customer_address"),
        ("invoices", "0004_papers_never_change"),
        ("ledger", "0002_the_book"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="added at"
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="removed at")),
            ],
            options={
                "verbose_name": "file of an invoice",
                "verbose_name_plural": "files of invoices",
                "ordering": ("invoice", "id"),
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="invoice",
            name="buyer_reference",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="buyer reference"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="contract_number",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="contract number"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="delivered_on",
            field=models.DateField(blank=True, null=True, verbose_name="delivered on"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="period_from",
            field=models.DateField(blank=True, null=True, verbose_name="period from"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="period_to",
            field=models.DateField(blank=True, null=True, verbose_name="period to"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="description_local",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="local description"
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="exemption_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="why no tax"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="tax_category",
            field=models.CharField(
                blank=True,
                choices=[
                    ("S", "S: taxed at a rate"),
                    ("Z", "Z: zero rated"),
                    ("E", "E: exempt from tax"),
                    ("AE", "AE: the buyer pays the tax"),
                    ("K", "K: supply within the European Union"),
                    ("G", "G: export, not taxed"),
                    ("O", "O: outside the scope of tax"),
                ],
                db_default="",
                default="",
                max_length=2,
                verbose_name="tax category",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="unit_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=3, verbose_name="unit code"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=["company", "order_number"],
                condition=models.Q(("order_number", ""), _negated=True),
                name="invoices_invoice_order_number",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["company", "-total", "-id"], name="invoices_invoice_by_total"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_to__lt", models.F("period_from")), _negated=True),
                name="invoices_invoice_period",
            ),
        ),
        migrations.AddField(
            model_name="invoicefile",
            name="added_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="added by",
            ),
        ),
        migrations.AddField(
            model_name="invoicefile",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.company",
                verbose_name="company",
            ),
        ),
        migrations.AddField(
            model_name="invoicefile",
            name="file",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.storedfile",
                verbose_name="file",
            ),
        ),
        migrations.AddField(
            model_name="invoicefile",
            name="invoice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="invoices.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicefile",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="invoices_invoicefile_company_key"),
        ),
        migrations.AddConstraint(
            model_name="invoicefile",
            constraint=models.UniqueConstraint(fields=("invoice", "file"), name="invoices_invoicefile_once"),
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
