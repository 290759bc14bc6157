from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import arap.core.money

SQL = Path(__file__).with_name("sql") / "contracts.sql"
UNDO = """
drop function customers_contract_keep() cascade;
alter table customers_contractfile
    drop constraint customers_contractfile_contract_fk, drop constraint customers_contractfile_file_fk;
alter table customers_contract
    drop constraint customers_contract_customer_fk, drop constraint customers_contract_terms_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_audit_indexes"),
        ("customers", "0005_initials"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, verbose_name="contract number")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="signed on")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                (
                    "currency",
                    models.CharField(
                        blank=True,
                        choices=arap.core.money.currency_choices,
                        db_default="",
                        default="",
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "late_rate",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=7, null=True, verbose_name="rate for late payment"
                    ),
                ),
                (
                    "late_clause",
                    models.TextField(
                        blank=True, db_default="", default="", max_length=1000, verbose_name="late-payment clause"
                    ),
                ),
                (
                    "late_clause_local",
                    models.TextField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=1000,
                        verbose_name="late-payment clause in Chinese",
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="counts")),
                (
                    "version",
                    models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name="version"),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                        verbose_name="company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.paymentterms",
                        verbose_name="payment terms",
                    ),
                ),
            ],
            options={
                "verbose_name": "contract",
                "verbose_name_plural": "contracts",
                "ordering": ["-valid_from", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ContractFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "added_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="added at"
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="removed at")),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                        verbose_name="company",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="customers.contract",
                        verbose_name="contract",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="file",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a contract",
                "verbose_name_plural": "files of contracts",
                "ordering": ["contract", "id"],
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(fields=["company", "valid_to", "id"], name="customers_contract_ends"),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="customers_contract_company_key"),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(
                fields=("company", "customer", "number"), name="customers_contract_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", ""), _negated=True), name="customers_contract_number_given"
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to__lt", models.F("valid_from")), _negated=True),
                name="customers_contract_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("late_rate__isnull", True),
                    models.Q(("late_rate__gt", 0), ("late_rate__lte", 100)),
                    _connector="OR",
                ),
                name="customers_contract_late_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency", ""), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"),
                name="customers_contract_currency",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractfile",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="customers_contractfile_company_key"),
        ),
        migrations.AddConstraint(
            model_name="contractfile",
            constraint=models.UniqueConstraint(fields=("contract", "file"), name="customers_contractfile_once"),
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
