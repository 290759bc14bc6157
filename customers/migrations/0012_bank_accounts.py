from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "bank_accounts.sql"
UNDO = """
drop function customers_bankaccount_frozen() cascade;
drop trigger customers_bankaccount_keep on customers_bankaccount;
alter table customers_bankaccount drop constraint customers_bankaccount_customer_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_revalue_from"),
        ("customers", "0011_moves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=140, verbose_name="account holder")),
                ("bank", models.CharField(max_length=140, verbose_name="bank")),
                ("account_no", models.CharField(max_length=60, verbose_name="account number")),
                ("bic", models.CharField(blank=True, default="", max_length=11, verbose_name="BIC (SWIFT code)")),
                ("proof", models.CharField(max_length=200, verbose_name="how it was verified")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "To approve"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("retired", "Retired"),
                        ],
                        db_default="proposed",
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="proposed at"
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="decided at")),
                (
                    "decision",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="why it was decided so"
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
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_accounts",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer’s bank account",
                "verbose_name_plural": "customers’ bank accounts",
                "ordering": ("customer", "-id"),
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "proposed")),
                        fields=["company", "id"],
                        name="customers_bankaccount_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="customers_bankaccount_company_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved"])),
                        fields=("customer", "account_no"),
                        name="customers_bankaccount_once",
                        violation_error_message="This account is recorded already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="customers_bankaccount_second_person",
                        violation_error_message="Who proposed an account cannot approve it.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
