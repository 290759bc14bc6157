from pathlib import Path

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import arap.core.money

SQL = Path(__file__).with_name("sql") / "settling.sql"

UNDO = """
drop function receipts_allowance_whole() cascade;
alter table receipts_allowance
    drop constraint receipts_allowance_receipt_fk,
    drop constraint receipts_allowance_document_fk,
    drop constraint receipts_allowance_application_fk,
    drop constraint receipts_allowance_item_fk;
drop trigger receipts_allowance_keep on receipts_allowance;
alter table receipts_discountpolicy drop constraint receipts_discountpolicy_terms_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_on_discount"),
        ("customers", "0005_initials"),
        ("ledger", "0005_withheld_tax"),
        ("receipts", "0005_finding_payers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("discount", "early-payment discount"),
                            ("short", "small short payment"),
                            ("over", "small over-payment"),
                            ("bank_charge", "bank charges"),
                            ("withholding", "withholding tax"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                ("percent", models.DecimalField(decimal_places=4, max_digits=7, null=True, verbose_name="per cent")),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.application",
                        verbose_name="application",
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
                    "document",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allowance",
                        to="ledger.document",
                        verbose_name="document in the book",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.item",
                        verbose_name="open item",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allowances",
                        to="receipts.receipt",
                        verbose_name="receipt",
                    ),
                ),
            ],
            options={
                "verbose_name": "allowance",
                "verbose_name_plural": "allowances",
                "ordering": ("receipt", "id"),
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="receipts_allowance_company_key"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="receipts_allowance_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("item__isnull", True), ("kind", "over")),
                            models.Q(models.Q(("kind", "over"), _negated=True), ("item__isnull", False)),
                            _connector="OR",
                        ),
                        name="receipts_allowance_item",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiscountPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "grace_days",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="Money whose value date lies up to so many days after the window still earns the discount.",
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="days of grace",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[("gross", "on the amount with tax"), ("net", "on the amount without tax")],
                        db_default="gross",
                        default="gross",
                        max_length=5,
                        verbose_name="computed",
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
                    "terms",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: all terms that have no row of their own.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.paymentterms",
                        verbose_name="payment terms",
                    ),
                ),
            ],
            options={
                "verbose_name": "policy of early-payment discounts",
                "verbose_name_plural": "policies of early-payment discounts",
                "ordering": ["company", "terms"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="receipts_discountpolicy_company_key"),
                    models.UniqueConstraint(
                        fields=("company", "terms"),
                        name="receipts_discountpolicy_once",
                        nulls_distinct=False,
                        violation_error_message="These terms have a policy already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grace_days__lte", 60)), name="receipts_discountpolicy_grace"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tolerance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("short", "short payment"),
                            ("over", "over-payment"),
                            ("bank_charge", "bank charges that the payer deducted"),
                            ("withholding", "tax that the payer withheld"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "segment",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="The customer’s segment. Empty: all that have no row of their own.",
                        max_length=60,
                        verbose_name="class of customers",
                    ),
                ),
                (
                    "currency",
                    models.CharField(choices=arap.core.money.currency_choices, max_length=3, verbose_name="currency"),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=3, help_text="In this currency.", max_digits=20, verbose_name="up to the amount"
                    ),
                ),
                (
                    "percent",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="Of what is settled. Both limits hold.",
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="and up to per cent",
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
            ],
            options={
                "verbose_name": "tolerance",
                "verbose_name_plural": "tolerances",
                "ordering": ["company", "kind", "currency", "segment"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="receipts_tolerance_company_key"),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="receipts_tolerance_currency",
                        violation_error_message="A currency is three capital letters, for example CNY.",
                    ),
                    models.UniqueConstraint(
                        fields=("company", "kind", "currency", "segment"),
                        name="receipts_tolerance_once",
                        violation_error_message="There is such a tolerance already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("percent__gt", 0), ("percent__lte", 100)),
                        name="receipts_tolerance_positive",
                        violation_error_message="A limit is above zero, a percentage up to 100.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
