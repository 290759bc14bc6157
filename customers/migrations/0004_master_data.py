from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "master_data.sql"
UNDO = """
drop function customers_note_refuse_change() cascade;
drop function customers_customer_check_merge() cascade;
alter table customers_customer
    drop constraint customers_customer_merged_fk, drop constraint customers_customer_merged_elsewhere;
alter table customers_customer drop column name_key;
drop index customers_customer_search, customers_contact_search, customers_customer_tax_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_bank_accounts"),
        ("customers", "0003_customer_address"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True, db_default="", default="", max_length=4000, verbose_name="note")),
                (
                    "written_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="written at"
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["-id"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True, verbose_name="active"),
        ),
        migrations.AddField(
            model_name="customer",
            name="bank_account",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="account for tax invoices"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="bank_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What a Chinese VAT invoice names as the buyer’s bank.",
                max_length=120,
                verbose_name="bank for tax invoices",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="delivery_address",
            field=models.TextField(
                blank=True, db_default="", default="", max_length=500, verbose_name="delivery address"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="initials",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=200, verbose_name="pinyin initials"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
                verbose_name="merged into",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="phone",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="telephone"),
        ),
        migrations.AlterField(
            model_name="customer",
            name="address",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Printed on invoices and statements.",
                max_length=500,
                verbose_name="address",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["company", "name"], name="customers_customer_name"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="customers_customer_merged",
            ),
        ),
        migrations.AddField(
            model_name="note",
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
            model_name="note",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="file",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.storedfile",
                verbose_name="file",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="withdrawn by",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="written_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["company", "customer", "-id"], name="customers_note_newest"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="customers_note_company_key"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), ("file__isnull", False), _connector="OR"),
                name="customers_note_says_something",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), UNDO),
    ]
