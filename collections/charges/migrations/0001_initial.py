import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import arap.core.money


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0013_practice_company"),
        ("customers", "0012_bank_accounts"),
        ("invoices", "0009_late_charges"),
        ("ledger", "0010_payables_clearing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChargeRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until", models.DateField(verbose_name="days before")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created at"
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
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "run of late charges",
                "verbose_name_plural": "runs of late charges",
                "ordering": ["-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChargedSpan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("from_on", models.DateField(verbose_name="from")),
                ("to_on", models.DateField(verbose_name="until")),
                ("balance", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="open amount")),
                (
                    "annual_rate",
                    models.DecimalField(decimal_places=4, max_digits=7, verbose_name="rate in per cent a year"),
                ),
                (
                    "day_count",
                    models.CharField(
                        choices=[("365", "365 days"), ("360", "360 days"), ("actual", "as many as it has")],
                        max_length=6,
                        verbose_name="days of a year",
                    ),
                ),
                ("interest", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="interest")),
                (
                    "fee",
                    models.DecimalField(
                        db_default=0, decimal_places=3, default=0, max_digits=20, verbose_name="fixed sum"
                    ),
                ),
                (
                    "charge",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="invoices.invoice",
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
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.item",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spans",
                        to="charges.chargerun",
                    ),
                ),
            ],
            options={
                "verbose_name": "charged days",
                "verbose_name_plural": "charged days",
                "ordering": ["run", "item", "from_on"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChargePolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(choices=arap.core.money.currency_choices, max_length=3, verbose_name="currency"),
                ),
                (
                    "segment",
                    models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="segment"),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "annual_rate",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="Reference rate and margin together: 2.15 and 8 points are 10.15.",
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="rate in per cent a year",
                    ),
                ),
                (
                    "day_count",
                    models.CharField(
                        choices=[("365", "365 days"), ("360", "360 days"), ("actual", "as many as it has")],
                        db_default="365",
                        default="365",
                        max_length=6,
                        verbose_name="days of a year",
                    ),
                ),
                (
                    "grace_days",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="What is paid within them bears nothing; what is paid later bears interest from the due date.",
                        verbose_name="days of grace",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=3,
                        default=0,
                        help_text="A customer is charged once it comes to this much; until then the days wait.",
                        max_digits=20,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="least amount",
                    ),
                ),
                (
                    "fee",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=3,
                        default=0,
                        help_text="Charged once for an item, with its first interest.",
                        max_digits=20,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="fixed sum for each item",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Printed on the document: the law, or the clause of the contract.",
                        max_length=500,
                        verbose_name="legal basis",
                    ),
                ),
                (
                    "basis_local",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=500, verbose_name="legal basis in Chinese"
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
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
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "tax_code",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: damages, not taxed.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.taxcode",
                        verbose_name="tax code",
                    ),
                ),
            ],
            options={
                "verbose_name": "late-charge policy",
                "verbose_name_plural": "late-charge policies",
                "ordering": ["company", "currency", "segment", "customer", "valid_from"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="charges_chargepolicy_company_key"),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="charges_chargepolicy_currency",
                        violation_error_message="A currency is three capital letters, for example CNY.",
                    ),
                    models.UniqueConstraint(
                        fields=("company", "currency", "segment", "customer", "valid_from"),
                        name="charges_chargepolicy_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("segment", ""), ("customer__isnull", True), _connector="OR"),
                        name="charges_chargepolicy_one_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("annual_rate__gte", 0), ("annual_rate__lte", 100), ("fee__gte", 0), ("minimum__gte", 0)
                        ),
                        name="charges_chargepolicy_amounts",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="chargerun",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="charges_chargerun_company_key"),
        ),
        migrations.AddIndex(
            model_name="chargedspan",
            index=models.Index(fields=["item", "to_on"], name="charges_chargedspan_item"),
        ),
        migrations.AddIndex(
            model_name="chargedspan",
            index=models.Index(fields=["run", "charge"], name="charges_chargedspan_run"),
        ),
        migrations.AddIndex(
            model_name="chargedspan",
            index=models.Index(fields=["charge"], name="charges_chargedspan_charge"),
        ),
        migrations.AddConstraint(
            model_name="chargedspan",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="charges_chargedspan_company_key"),
        ),
        migrations.AddConstraint(
            model_name="chargedspan",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.Func(models.F("item"), models.F("item"), models.Value("[]"), function="int8range"), "&&"),
                    (models.Func(models.F("from_on"), models.F("to_on"), function="daterange"), "&&"),
                ],
                name="charges_chargedspan_never_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargedspan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("fee__gt", 0)), fields=("item",), name="charges_chargedspan_fee_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargedspan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("balance__gt", 0), ("fee__gte", 0), ("interest__gte", 0), ("to_on__gt", models.F("from_on"))
                ),
                name="charges_chargedspan_sense",
            ),
        ),
    ]
